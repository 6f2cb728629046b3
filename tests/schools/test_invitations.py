"""One-time ways in: staff by invitation, families by slip, pupils from 14, recovery; who may make and use them."""

from __future__ import annotations

import html
import re
from datetime import date, datetime, timedelta

import pytest
from celery import signals
from django.core import mail
from django.test import Client
from django.urls import reverse

from hocba.kernel import clock
from hocba.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from schools.actions import accepting, invitations, mailing, slips
from schools.actions.accepting import Chosen, Comer
from schools.actions.invitations import Made
from schools.actors import Actor
from schools.models import Account, AuditEvent, ClassYear, Guardianship, Invitation, Person, Pupil
from tests import factories

pytestmark = pytest.mark.django_db

PASSWORD = "mua-roi-tren-mai-la"
CHOSEN = Chosen("me-cua-em", PASSWORD, "Trần Thị Mẫu", "Mẹ")


@pytest.fixture
def class_year() -> ClassYear:
    """A class of two pupils."""
    return factories.a_class_year(2)


@pytest.fixture
def pupil(class_year: ClassYear) -> Pupil:
    """One of them."""
    return class_year.enrolments.first().pupil  # type: ignore[union-attr]


@pytest.fixture
def registrar(class_year: ClassYear) -> Actor:
    """Who prints slips there."""
    return factories.actor_of(factories.a_registrar(class_year.school), factories.AT)


@pytest.fixture
def admin(class_year: ClassYear) -> Actor:
    """Who invites staff there."""
    return factories.actor_of(factories.a_school_admin(class_year.school), factories.AT)


def a_slip(pupil: Pupil, by: Actor, relation: str = "") -> Made:
    return invitations.slip(pupil, relation=relation, from_on=by.today, by=by)


def comer(made: Made, known: str, at: datetime = factories.AT) -> Comer:
    return Comer(invitations.hash_of(made.secret), known, at, "192.0.2.7")


def born(pupil: Pupil) -> str:
    assert pupil.born_on is not None
    return f"{pupil.born_on:%d/%m/%Y}"


def test_a_slip_opens_one_account_and_no_second(pupil: Pupil, registrar: Actor) -> None:
    made = a_slip(pupil, registrar)
    account = accepting.accept(comer(made, born(pupil)), CHOSEN)

    held = Guardianship.objects.get(pupil=pupil)
    assert (held.guardian, held.relation, held.from_on) == (account.person, "Mẹ", registrar.today)
    assert account.person.email == ""
    with pytest.raises(Conflict):
        accepting.accept(comer(made, born(pupil)), Chosen("nguoi-khac", PASSWORD, "Người Khác", "Cha"))
    assert AuditEvent.objects.filter(action="invitation.accept", pupil_id=pupil.pk).count() == 1


@pytest.mark.parametrize("typed", ["MAQR", "maqr", " ma qr "])
def test_a_secret_is_known_however_it_is_typed(typed: str) -> None:
    secret, hashed = invitations.drawn()
    assert invitations.hash_of(secret.upper().replace("-", " ")) == hashed
    assert invitations.hash_of(typed) == ""


def test_the_secret_is_nowhere_in_the_rows(pupil: Pupil, registrar: Actor) -> None:
    made = a_slip(pupil, registrar)
    row = Invitation.objects.values_list().get()
    told = " ".join(map(str, [*row, *AuditEvent.objects.values_list("facts", "subject_id")]))
    assert made.secret not in told
    assert made.secret.replace("-", "") not in told


def test_printing_again_voids_the_slip_before(pupil: Pupil, registrar: Actor) -> None:
    first, second = a_slip(pupil, registrar), a_slip(pupil, registrar)
    with pytest.raises(Conflict):
        accepting.accept(comer(first, born(pupil)), CHOSEN)
    assert accepting.accept(comer(second, born(pupil)), CHOSEN).pk


def test_father_and_mother_have_a_slip_each(pupil: Pupil, registrar: Actor) -> None:
    mother, father = a_slip(pupil, registrar, "Mẹ"), a_slip(pupil, registrar, "Cha")
    accepting.accept(comer(mother, born(pupil)), CHOSEN)
    accepting.accept(comer(father, born(pupil)), Chosen("cha-cua-em", PASSWORD, "Lê Văn Mẫu", "Ông"))
    assert sorted(pupil.guardianships.values_list("relation", flat=True)) == ["Cha", "Mẹ"]


def test_a_slip_ends_and_is_withdrawn(pupil: Pupil, registrar: Actor) -> None:
    made = a_slip(pupil, registrar)
    late = factories.AT + timedelta(days=15)
    with pytest.raises(Conflict):
        accepting.accept(comer(made, born(pupil), late), CHOSEN)
    again = a_slip(pupil, registrar)
    invitations.withdraw(again.invitation.pk, by=registrar)
    with pytest.raises(Conflict):
        accepting.accept(comer(again, born(pupil)), CHOSEN)


def test_wrong_particulars_are_counted_and_pauses_grow(pupil: Pupil, registrar: Actor) -> None:
    made = a_slip(pupil, registrar)
    at = factories.AT
    for pause in (15, 30, 60):
        for _one in range(5):
            with pytest.raises(Invalid):
                accepting.accept(comer(made, "01/01/2001", at), CHOSEN)
        with pytest.raises(Conflict, match="nhiều lần"):
            accepting.accept(comer(made, born(pupil), at + timedelta(minutes=pause - 1)), CHOSEN)
        at += timedelta(minutes=pause, seconds=1)
    assert accepting.accept(comer(made, born(pupil), at), CHOSEN).username == CHOSEN.username


def test_the_number_confirms_as_well(pupil: Pupil, registrar: Actor) -> None:
    made = a_slip(pupil, registrar)
    assert accepting.accept(comer(made, pupil.personal_number[-4:]), CHOSEN).pk


def test_a_weak_password_and_a_taken_name_leave_the_slip(pupil: Pupil, registrar: Actor) -> None:
    made = a_slip(pupil, registrar)
    factories.an_account(factories.a_person(), CHOSEN.username)
    with pytest.raises(Invalid) as taken:
        accepting.accept(comer(made, born(pupil)), CHOSEN)
    with pytest.raises(Invalid) as weak:
        accepting.accept(comer(made, born(pupil)), Chosen("ten-khac", "1234567890", "Trần Thị Mẫu", "Mẹ"))
    assert (list(taken.value.fields), list(weak.value.fields)) == (["username"], ["new"])
    assert not Person.objects.filter(full_name="Trần Thị Mẫu").exists()
    assert accepting.waiting(invitations.hash_of(made.secret), factories.AT) is not None


def test_a_second_child_joins_the_same_account(class_year: ClassYear, registrar: Actor) -> None:
    first, second = (one.pupil for one in class_year.enrolments.order_by("pk"))
    account = accepting.accept(comer(a_slip(first, registrar), born(first)), CHOSEN)
    mother = factories.actor_of(account.person, factories.AT)
    slip = a_slip(second, registrar)
    accepting.join(comer(slip, born(second)), relation="Mẹ", by=mother)
    assert set(factories.actor_of(account.person, factories.AT).children) == {first.pk, second.pk}
    with pytest.raises(Conflict):
        accepting.join(comer(slip, born(second)), relation="Mẹ", by=mother)
    with pytest.raises(Conflict, match="rồi"):
        accepting.join(comer(a_slip(second, registrar), born(second)), relation="Mẹ", by=mother)


def test_who_may_make_slips(pupil: Pupil, admin: Actor, class_year: ClassYear) -> None:
    others = [
        admin,
        factories.actor_of(factories.a_registrar(factories.a_school()), factories.AT),
        factories.actor_of(factories.a_principal(class_year.school), factories.AT),
        factories.actor_of(factories.a_guardian(pupil), factories.AT),
    ]
    for other in others:
        with pytest.raises((NotPermitted, NotFound)):
            a_slip(pupil, other)
        with pytest.raises((NotPermitted, NotFound)):
            slips.of_class(class_year, by=other)
    assert not Invitation.objects.exists()


def test_a_school_that_the_pupil_left_makes_no_slip(pupil: Pupil, registrar: Actor) -> None:
    pupil.enrolments.update(left_on=date(2026, 1, 5))
    with pytest.raises((NotFound, NotPermitted)):
        a_slip(pupil, registrar)


def test_a_class_gets_slips_where_no_family_can_sign_in(class_year: ClassYear, registrar: Actor) -> None:
    first, second = (one.pupil for one in class_year.enrolments.order_by("pk"))
    factories.an_account(factories.a_guardian(first))
    made = slips.of_class(class_year, by=registrar)
    assert [one.invitation.pupil for one in made] == [second]
    shown = slips.standing([first, second], registrar)
    assert shown == {"open": [made[0].invitation.pk]}


def test_an_end_of_guardianship_closes_the_page(pupil: Pupil, registrar: Actor) -> None:
    guardian = factories.a_guardian(pupil)
    held = Guardianship.objects.get(guardian=guardian)
    slips.end_guardianship(pupil, held.pk, on=registrar.today, by=registrar)
    tomorrow = factories.AT + timedelta(days=1)
    assert factories.actor_of(guardian, factories.AT).children == (pupil.pk,)
    assert factories.actor_of(guardian, tomorrow).children == ()


@pytest.mark.parametrize(("born_on", "allowed"), [(date(2012, 5, 28), True), (date(2012, 5, 29), False)])
def test_a_pupil_has_an_own_account_from_fourteen(
    pupil: Pupil, registrar: Actor, born_on: date, allowed: bool
) -> None:
    pupil.born_on = born_on
    pupil.save()
    if not allowed:
        with pytest.raises(Invalid, match="14"):
            invitations.pupil_slip(pupil, by=registrar)
        return
    made = invitations.pupil_slip(pupil, by=registrar)
    account = accepting.accept(comer(made, born(pupil)), Chosen("hoc-sinh-mau", PASSWORD))
    assert factories.actor_of(account.person, factories.AT).children == (pupil.pk,)
    with pytest.raises(Conflict):
        invitations.pupil_slip(Pupil.objects.get(pk=pupil.pk), by=registrar)


# ---- Staff and recovery --------------------------------------------------------------------------


def test_staff_come_in_by_a_printed_invitation(class_year: ClassYear, admin: Actor) -> None:
    teacher = factories.a_teacher(class_year.school)
    old = invitations.invite(class_year.school, teacher.pk, by=admin)
    made = invitations.invite(class_year.school, teacher.pk, by=admin)
    known = teacher.personal_number[-4:]
    with pytest.raises(Conflict):
        accepting.accept(comer(old, known), Chosen("co-giao-moi", PASSWORD))
    account = accepting.accept(comer(made, known), Chosen("co-giao-moi", PASSWORD))
    assert account.person == teacher
    with pytest.raises(Conflict):
        invitations.invite(class_year.school, teacher.pk, by=admin)


def test_an_invitation_by_mail_has_its_secret_in_the_mail_alone(
    class_year: ClassYear, admin: Actor, django_capture_on_commit_callbacks: object
) -> None:
    sent: list[str] = []

    def note(body: object = None, **_: object) -> None:
        sent.append(repr(body))

    teacher = factories.a_teacher(class_year.school)
    signals.before_task_publish.connect(note)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        made = invitations.invite(class_year.school, teacher.pk, email="co@example.org", by=admin)
    signals.before_task_publish.disconnect(note)
    assert made.secret == ""
    assert f"'invitation_id': {made.invitation.pk}" in sent[0]
    assert "co@example.org" not in sent[0]

    assert mailing.invitation(made.invitation.pk, at=factories.AT)
    secret = re.search(r"/moi/(\S+)", str(mail.outbox[0].body))
    assert secret
    row = accepting.waiting(invitations.hash_of(secret[1]), factories.AT)
    assert row is not None
    assert row.person == teacher
    assert mail.outbox[0].to == ["co@example.org"]


def test_recovery_ends_every_session(class_year: ClassYear, admin: Actor) -> None:
    teacher = factories.a_teacher(class_year.school)
    account = factories.an_account(teacher)
    elsewhere = Client()
    elsewhere.force_login(account)
    made = invitations.recover_staff(class_year.school, teacher.pk, by=admin)
    assert elsewhere.get(reverse("schools:account")).status_code == 200

    accepting.recover(comer(made, teacher.personal_number[-4:]), password=PASSWORD)
    assert Account.objects.get(pk=account.pk).check_password(PASSWORD)
    assert elsewhere.get(reverse("schools:account")).status_code == 302
    with pytest.raises(Conflict):
        accepting.recover(comer(made, teacher.personal_number[-4:]), password=PASSWORD + "x")


def test_a_family_that_has_a_child_elsewhere_is_not_recovered_here(pupil: Pupil, registrar: Actor) -> None:
    guardian = factories.a_guardian(pupil)
    factories.an_account(guardian)
    assert invitations.recover_family(pupil, guardian.pk, by=registrar).secret
    other = factories.a_class_year(1).enrolments.get().pupil
    Guardianship.objects.create(guardian=guardian, pupil=other, relation="Mẹ", from_on=date(2020, 1, 1))
    with pytest.raises(NotPermitted):
        invitations.recover_family(pupil, guardian.pk, by=registrar)


def test_nobody_learns_whether_a_name_has_an_account(client: Client, class_year: ClassYear) -> None:
    teacher = factories.a_teacher(class_year.school, email="thay@example.org")
    factories.an_account(teacher, "thay-giao")
    address = reverse("schools:forgotten")
    answers = [
        re.sub(r'value="[^"]*"', "", client.post(address, {"username": name}).content.decode()).split(
            "<main"
        )[1]
        for name in ("thay-giao", "khong-co-ai", "thay@example.org", "khong@example.org")
    ]
    assert len({answer.split("</main>")[0] for answer in answers}) == 1
    assert mailing.recovery(Account.objects.get(username="thay-giao").pk, at=factories.AT)
    assert not mailing.recovery(Account.objects.get(username="thay-giao").pk, at=factories.AT), (
        "not soon again"
    )
    assert len(mail.outbox) == 1


# ---- The door ------------------------------------------------------------------------------------


def test_the_link_leads_on_and_the_form_has_no_secret(
    pupil: Pupil, registrar: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: factories.AT)
    made = a_slip(pupil, registrar)
    visitor = Client()
    answer = visitor.get(f"/moi/{made.secret}")
    assert (answer.status_code, answer["Location"], answer["Referrer-Policy"]) == (
        302,
        "/moi/",
        "no-referrer",
    )
    page = visitor.get("/moi/")
    told = html.unescape(page.content.decode())
    assert pupil.full_name in told
    assert made.secret not in told
    assert pupil.personal_number not in told
    typed = {"known": born(pupil), "username": "me-cua-em", "new": PASSWORD, "again": PASSWORD}
    wrong = visitor.post("/moi/", typed | {"known": "0000", "full_name": "Trần Thị Mẫu", "relation": "Mẹ"})
    assert wrong.status_code == 422
    done = visitor.post("/moi/", typed | {"full_name": "Trần Thị Mẫu", "relation": "Mẹ"})
    assert done.status_code == 302
    assert pupil.full_name in html.unescape(visitor.get(reverse("exports:children")).content.decode())
    assert "không còn dùng được" in html.unescape(
        Client().get(f"/moi/{made.secret}", follow=True).content.decode()
    )


def test_a_code_is_typed_too(pupil: Pupil, registrar: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: factories.AT)
    made = a_slip(pupil, registrar)
    visitor = Client()
    assert visitor.post("/moi/", {"code": "khong phai"}).status_code == 422
    assert visitor.post("/moi/", {"code": made.secret.replace("-", " ")}).status_code == 302
    assert pupil.full_name in html.unescape(visitor.get("/moi/").content.decode())
