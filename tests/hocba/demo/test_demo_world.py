"""The demo's world in the database: found again and left as it is; accounts for every role; bulk loads resume."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth import authenticate

from hocba.demo import bulk, earlier, papers, people, tree, ways_in, world
from hocba.demo.country import ClassPlan, Stage
from records.models import HomeroomRecord, SubjectResult
from schools import actors, scopes
from schools.actions import accepting, invitations
from schools.models import ClassYear, Enrolment, Pupil, Unit
from schools.permissions import Relation, Role

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SMALL = (
    ClassPlan(tree.FIRST, "4A", 4, 3, Stage.ISSUED, "chunhiem.4a"),
    ClassPlan(tree.FIRST, "1A", 1, 6, Stage.ENTERING, "chunhiem.1a"),
    ClassPlan(tree.SECOND, "5A", 5, 2, Stage.COMPLETE, "chunhiem.5a.hai"),
)
PAST = ((2025, "3A"), (2024, "2A"), (2023, "1A"))
CONTRACT_ROLES = {
    "subject_teacher",
    "homeroom_teacher",
    "principal",
    "clerk",
    "registrar",
    "school_admin",
    "subdepartment",
    "department",
    "ministry",
    "guardian",
    "pupil",
}


def counts() -> dict[str, int]:
    """Return the rows of each table of ours, results through the whole province's scope."""
    with scopes.system(f"{tree.MINISTRY}."):
        labels = ("schools", "records", "signing")
        return {
            model._meta.label: model._base_manager.count()
            for label in labels
            for model in apps.get_app_config(label).get_models()
        }


@pytest.mark.django_db
def test_a_second_load_changes_nothing() -> None:
    first = world.load(AT, plans=SMALL)
    before = counts()

    second = world.load(AT, plans=SMALL)

    assert counts() == before
    assert (
        set(second.classes)
        == set(first.classes)
        == {"99001401-2026-4A", "99001401-2026-1A", "99001402-2026-5A"}
    )


@pytest.mark.django_db
def test_the_issued_class_has_its_earlier_years_behind_it() -> None:
    loaded = world.load(AT, plans=SMALL)
    past = earlier.load(loaded, AT)
    before = counts()

    again = earlier.load(loaded, AT)

    assert counts() == before
    assert [one.code for one in past] == [f"{tree.FIRST}-{year}-{name}" for year, name in PAST]
    assert [one.pk for one in again] == [one.pk for one in past]
    pupils = set(loaded.class_of(SMALL[0]).enrolments.values_list("pupil", flat=True))
    for class_year in past:
        assert set(class_year.enrolments.values_list("pupil", flat=True)) == pupils
        with scopes.system(loaded.units[tree.FIRST].path):
            written = SubjectResult.objects.filter(class_year=class_year).count()
        assert written == class_year.subjects.count() * len(pupils)


@pytest.mark.django_db
def test_a_class_in_progress_lacks_results_and_a_complete_one_does_not() -> None:
    loaded = world.load(AT, plans=SMALL)
    entering, complete = loaded.class_of(SMALL[1]), loaded.class_of(SMALL[0])

    with scopes.system(loaded.units[tree.FIRST].path):
        missing = entering.subjects.count() * 6 - SubjectResult.objects.filter(class_year=entering).count()
        whole = SubjectResult.objects.filter(class_year=complete).count()
        records = HomeroomRecord.objects.filter(class_year=complete).count()

    assert missing == 4
    assert whole == complete.subjects.count() * 3
    assert records == 3


@pytest.mark.django_db
def test_logins_name_an_account_for_every_role_and_its_password_opens_it(tmp_path: Path) -> None:
    loaded = world.load(AT, plans=SMALL)

    papers.write_logins(loaded, tmp_path)
    ways = ways_in.write(loaded, tmp_path, AT)

    assert [row["kind"] for row in ways] == ["staff", "guardian"]
    assert all(accepting.waiting(invitations.hash_of(row["code"]), AT) for row in ways)
    rows = json.loads((tmp_path / "logins.json").read_text("utf-8"))
    assert {row["role"] for row in rows} == CONTRACT_ROLES
    assert all({"role", "username", "password", "name", "unit"} <= row.keys() for row in rows)
    for row in rows:
        account = authenticate(username=row["username"], password=row["password"])
        assert account is not None, row["username"]
        assert account.person.full_name == row["name"]


@pytest.mark.django_db
def test_each_login_stands_where_its_role_says() -> None:
    loaded = world.load(AT, plans=SMALL)

    def actor(username: str) -> actors.Actor:
        return actors.of(loaded.staff.get(username) or loaded.families[username], AT)

    assert Role.PRINCIPAL in {grant.role for grant in actor("hieutruong").grants}
    assert Role.CLERK in {grant.role for grant in actor("vanthu").grants}
    assert Relation.HOMEROOM in actor("chunhiem.4a").relations
    assert Relation.TEACHER in actor("tienganh").relations
    assert actor("phuhuynh2").relations == {Relation.GUARDIAN}
    assert actor("hocsinh1").relations == {Relation.PUPIL}


@pytest.mark.django_db
def test_one_guardian_has_two_children() -> None:
    loaded = world.load(AT, plans=SMALL)

    assert loaded.families["phuhuynh1"].guardianships.count() == 2
    assert loaded.families["phuhuynh2"].guardianships.count() == 1


@pytest.mark.django_db
def test_every_pupil_states_all_that_the_format_asks_of_a_pupil() -> None:
    world.load(AT, plans=SMALL)

    for pupil in Pupil.objects.all():
        stated = (
            pupil.register_number, pupil.personal_number, pupil.gender, pupil.born_on, pupil.birth_place,
            pupil.home_town, pupil.residence, pupil.ethnicity, pupil.nationality, pupil.mother_name,
        )  # fmt: skip
        assert all(stated)


@pytest.mark.django_db(transaction=True)
def test_a_bulk_load_resumes_and_ends_with_as_many_pupils_as_were_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert bulk.load(30, 1) == 0
    once = counts()
    assert bulk.load(30, 1) == 0

    assert counts() == once
    assert Pupil.objects.count() == 30
    assert "dòng/giây" in capsys.readouterr().out
    newest = ClassYear.objects.order_by("-school_year_id", "grade").first()
    assert newest is not None
    with scopes.system(Unit.objects.get(pk=newest.school_id).path):
        enrolled = Enrolment.objects.filter(class_year=newest).count()
        results = SubjectResult.objects.filter(class_year=newest).count()
    assert results == enrolled * newest.subjects.count() > 0


def test_the_same_pin_is_told_to_all_who_sign_and_to_nobody_else() -> None:
    person = people.Person(full_name="Nguyễn Văn An")
    roles = {role: papers.login(role, "x", person, "y") for role in CONTRACT_ROLES}

    assert {role for role, row in roles.items() if "pin" in row} == {"homeroom_teacher", "principal", "clerk"}
