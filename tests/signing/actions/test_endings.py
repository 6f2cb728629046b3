"""An approved certificate is ended: what it signed before stands, what comes after does not, and nothing hangs."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from hocba.kernel.errors import Conflict, Invalid, NotPermitted, RuleBroken
from schools import scopes
from schools.models import AuditEvent, ClassYear, Person
from schools.permissions import Role
from signing.actions import endings, instruments, key_sessions, run
from signing.log.leaf import Leaf
from signing.models import Authority, Ending, LogLeaf, SealedDocument, Signature, SigningBatch
from signing.queries import certificates, documents
from signing.seal.keys import ECDSA_P256_SHA256, SessionExpired
from signing.seal.trust import SignerRole
from signing.seal.trust_files import load_trust
from signing.seal.verdict import Indication
from signing.seal.verify import verify_file
from signing.sentences import sentences
from tests import factories
from tests.exports import papers
from tests.matrix import state
from tests.world import World, image

HOMEROOM, LEADER, SEAL = SignerRole


def entry(world: World, role: SignerRole) -> Authority:
    return Authority.objects.get(school=world.school, role=role.value, state="APPROVED")


def ended(authority: Authority, person: Person, at: datetime, **asked: Any) -> Authority:
    return endings.end(
        authority, reason=asked.pop("reason", "LOST"), by=factories.actor_of(person, at), **asked
    )


def now_ended(world: World, role: SignerRole, person: Person, **asked: Any) -> Authority:
    return ended(entry(world, role), person, world.now(), **asked)


def ended_from(world: World, since: datetime) -> Authority:
    """End the seal from then on, having been told how many transcripts fall with it."""
    told = certificates.signed_from(entry(world, SEAL), since.replace(microsecond=0)).total
    return now_ended(world, SEAL, world.department, since=since, told=told)


def verdicts(world: World, sealed: SealedDocument) -> list[Any]:
    trust = load_trust(world.trust)
    with scopes.system(world.school.path):
        files = (documents.xml_of(sealed), documents.pdf_of(sealed), documents.bundle_of(sealed))
    return [verify_file(data, trust, world.now()) for data in files]


def another_seal(world: World) -> None:
    """The school has a new seal approved, with another key."""
    issued = world.ground.pki.issue_organisation(world.school.name, world.school.code)
    world.approved(SEAL, world.ground.enrol(issued), None, world.clerk, image("seal.svg"))


def paused(batch: SigningBatch) -> tuple[str, str, int]:
    batch.refresh_from_db()
    return batch.state, batch.paused_reason, batch.done


# ---- Before and after --------------------------------------------------------------------------------


def test_what_was_issued_stands_and_nothing_more_is_signed(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    (sealed,) = world.issue(world.frozen_class(pupils=1))
    other = world.frozen_class(pupils=1)
    world.sign(other, HOMEROOM)
    world.sign(other, LEADER)

    authority = now_ended(world, SEAL, world.clerk)
    world.publish()

    assert authority.to_at is not None
    assert [one.indication for one in verdicts(world, sealed)] == [Indication.PASSED] * 3
    with pytest.raises(RuleBroken) as refused:
        world.authorise(other, SEAL)
    assert refused.value.case == "no-authority"
    last = Leaf.parse(
        bytes(LogLeaf.objects.get(event="certificate", index=LogLeaf.objects.count() - 1).entry)
    )
    assert last.fields["valid_to"] == authority.to_at.isoformat().replace("+00:00", "Z")
    row = AuditEvent.objects.get(action="authority.end")
    assert (row.actor_id, row.unit_path, row.facts["reason"]) == (world.clerk.pk, world.school.path, "LOST")

    with pytest.raises(Conflict) as unseen:
        ended(authority, world.department, world.now(), since=sealed.sealed_at - timedelta(hours=1))
    assert (unseen.value.case, unseen.value.facts["count"]) == ("signed-after", 1)
    found = certificates.signed_from(authority, sealed.sealed_at - timedelta(hours=1))
    assert [(one.code, one.issued, one.begun) for one in found.classes] == [(sealed.class_year.code, 1, 0)]
    assert certificates.signed_from(authority, authority.to_at).classes == ()
    ended(authority, world.department, world.now(), since=sealed.sealed_at - timedelta(hours=1), told=1)
    world.publish()

    for verdict in verdicts(world, sealed)[:2]:
        assert verdict.indication is Indication.FAILED
        assert "Chữ ký được tạo khi chứng thư đã bị ngừng ngày" in " ".join(sentences(verdict)).replace(
            "chữ ký được", "Chữ ký được"
        )
    file = world.trust.parent / "hoc-ba.xml"
    file.write_bytes(documents.xml_of(sealed))
    with pytest.raises(SystemExit) as left:
        call_command("verify", str(file), "--json", "--trust", str(world.trust), "--offline")
    told = json.loads(capsys.readouterr().out)
    assert (left.value.code, told["indication"], told["lines"]["authority"]) == (1, "TOTAL-FAILED", "failed")
    assert "khi chứng thư đã bị ngừng" in " ".join(told["reasons"])
    assert Ending.objects.count() == 2


# ---- While it runs -----------------------------------------------------------------------------------


def test_a_running_batch_stops_and_goes_on_with_another_certificate(world: World) -> None:
    class_year = world.frozen_class(pupils=2)
    world.sign(class_year, HOMEROOM)
    world.sign(class_year, LEADER)
    batch = world.authorise(class_year, SEAL)
    first, second = run.open_items(batch.pk)
    assert run.run_item(batch.pk, first, clock=world.now)

    authority = now_ended(world, SEAL, world.clerk, reason="REPLACED")

    assert not run.run_item(batch.pk, second, clock=world.now)
    assert paused(batch) == ("PAUSED", "certificate-ended", 1)
    assert endings.close_sessions(world.now()) == 1
    assert endings.close_sessions(world.now()) == 0
    with pytest.raises(SessionExpired):
        instruments.keys().sign(batch.key_session, [b"0" * 32], ECDSA_P256_SHA256)
    another_seal(world)
    done = world.sign(class_year, SEAL)
    assert (done.pk, done.state, done.done) == (batch.pk, "DONE", 2)
    assert done.authority_id != authority.pk
    world.publish()
    with scopes.system(world.school.path):
        both = list(SealedDocument.objects.filter(class_year=class_year))
    assert [one.indication for each in both for one in verdicts(world, each)] == [Indication.PASSED] * 6


def at_call(
    number: int, world: World, deed: Callable[[], object]
) -> tuple[Callable[[], datetime], list[int]]:
    """Return a clock that lets somebody else do something when it is asked for the `number`-th time, and how often."""
    asked = [0]

    def elsewhere() -> None:
        try:
            deed()
        finally:
            connection.close()

    def clock() -> datetime:
        asked[0] += 1
        if asked[0] == number:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(elsewhere).result()
        return world.now()

    return clock, asked


@pytest.mark.parametrize(("ago", "signed"), [(None, 1), (timedelta(minutes=1), 0)])
def test_a_signature_in_the_making_counts_only_if_it_was_made_before(
    world: World, ago: timedelta | None, signed: int
) -> None:
    """The end falls between the verifier's question to the register and the commit of the signature."""
    class_year = world.frozen_class(pupils=2)
    batch = world.authorise(class_year, HOMEROOM)
    authority = entry(world, HOMEROOM)
    Authority.objects.update(from_at=world.now() - timedelta(days=1))
    authority.refresh_from_db()

    def deed() -> None:
        since = None if ago is None else world.now() - ago
        ended(authority, world.department, world.now(), since=since)

    clock, asked = at_call(4, world, deed)
    went_on = run.run_item(batch.pk, run.open_items(batch.pk)[0], clock=clock)

    assert asked[0] >= 4
    assert went_on is bool(signed)
    assert paused(batch) == ("PAUSED", "certificate-ended", signed)
    with scopes.system(world.school.path):
        assert Signature.objects.count() == signed
        assert list(batch.items.values_list("failure_code", flat=True)) == ["", ""]


def test_a_seal_in_the_making_is_not_recorded_after_the_end(world: World) -> None:
    """The end falls at the last question to the clock, in the commit itself; then at the one before."""
    class_year = world.frozen_class(pupils=3)
    world.sign(class_year, HOMEROOM)
    world.sign(class_year, LEADER)
    batch = world.authorise(class_year, SEAL)
    Authority.objects.filter(role=SEAL).update(from_at=world.now() - timedelta(days=1))
    first, second, third = run.open_items(batch.pk)
    clock, asked = at_call(0, world, lambda: None)
    assert run.run_item(batch.pk, first, clock=clock)

    for item, call in ((second, asked[0]), (third, asked[0] - 1)):
        since = world.now()
        clock, _asked = at_call(call, world, lambda since=since: ended_from(world, since))
        assert not run.run_item(batch.pk, item, clock=clock)
        assert paused(batch)[:2] == ("PAUSED", "certificate-ended")
        another_seal(world)
        batch = world.authorise(class_year, SEAL)

    done = world.work(batch)
    assert (done.state, world.failures(done)) == ("DONE", [])
    world.publish()
    with scopes.system(world.school.path):
        issued = list(SealedDocument.objects.all())
    assert len(issued) == 3


def test_a_leader_does_not_sign_over_a_signature_made_after_the_end(world: World) -> None:
    """The seal finds it, and the item says what to do."""
    class_year = world.frozen_class(pupils=1)
    Authority.objects.filter(role=HOMEROOM).update(from_at=world.now() - timedelta(days=1))
    world.sign(class_year, HOMEROOM)
    world.sign(class_year, LEADER)
    now_ended(world, HOMEROOM, world.department, since=world.now() - timedelta(hours=1), told=1)

    batch = world.sign(class_year, SEAL)

    assert [code for code, _facts in world.failures(batch)] == ["earlier-signer-ended"]
    assert paused(batch)[0] == "DONE"


def test_who_authorises_at_the_same_moment_is_refused(world: World) -> None:
    """The end is committed between the look into the register and the lock on the entry."""
    world.clerk  # noqa: B018 - the seal is approved
    authority, by = entry(world, SEAL), world.actor(world.clerk)
    seen = []

    def meanwhile(execute: Any, text: str, *rest: Any) -> Any:
        if "FOR SHARE" in text and not seen:
            with state.owner() as link:
                link.execute("UPDATE signing_authority SET state = 'ENDED', to_at = now()")
            seen.append(text)
        return execute(text, *rest)

    with transaction.atomic():
        assert key_sessions.certificate_for(by, world.school, SEAL) == authority
    with connection.execute_wrapper(meanwhile), pytest.raises(RuleBroken), transaction.atomic():
        key_sessions.certificate_for(by, world.school, SEAL)
    assert seen


# ---- Who, why, once ----------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


def place() -> tuple[ClassYear, dict[str, Person]]:
    """Return a class in a school below a Phòng, and the people around it."""
    class_year = factories.a_class_year(0, school=factories.a_school(parent=factories.a_subdepartment()))
    school = class_year.school
    assert school.parent is not None
    assert school.parent.parent is not None
    assert class_year.homeroom_teacher is not None
    return class_year, {
        "homeroom": class_year.homeroom_teacher,
        "other homeroom": factories.a_class_year(0, school=school).homeroom_teacher,
        "teacher": factories.a_teacher(school),
        "principal": factories.a_principal(school),
        "clerk": factories.a_clerk(school),
        "registrar": factories.a_registrar(school),
        "school_admin": factories.a_school_admin(school),
        "neighbour": factories.a_clerk(factories.a_school()),
        "subdepartment": factories.a_member(school.parent, Role.SUBDEPARTMENT),
        "department": factories.a_member(school.parent.parent, Role.DEPARTMENT),
        "other department": factories.a_member(factories.a_department(), Role.DEPARTMENT),
        "ministry": factories.a_member(factories.the_ministry(), Role.MINISTRY),
    }  # type: ignore[dict-item]


def who_may(authority: Authority, people: dict[str, Person], **asked: Any) -> set[str]:
    able = set()
    for name, person in people.items():
        try:
            with transaction.atomic():
                ended(authority, person, papers.NOW, **asked)
                able.add(name)
                transaction.set_rollback(True)
        except NotPermitted:
            continue
    return able


def test_who_may_end_and_who_may_end_it_from_before() -> None:
    class_year, people = place()
    own = papers.an_authority(class_year.school, class_year.homeroom_teacher)
    seal = papers.an_authority(class_year.school)
    school, above = {"principal", "clerk", "school_admin"}, {"subdepartment", "department"}

    assert who_may(own, people) == school | above | {"homeroom"}
    assert who_may(seal, people) == school | above
    assert who_may(seal, people, since=papers.NOW - timedelta(days=1)) == above


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"reason": "BORED"}, "reason"),
        ({"reason": ""}, "reason"),
        ({"reason": "OTHER"}, "words"),
        ({"reason": "OTHER", "words": "  \n "}, "words"),
        ({"since": papers.NOW + timedelta(seconds=1)}, "since"),
    ],
)
def test_a_reason_of_the_list_and_no_moment_to_come(asked: dict[str, Any], field: str) -> None:
    class_year, people = place()
    authority = papers.an_authority(class_year.school)

    with pytest.raises(Invalid) as refused:
        ended(authority, people["department"], papers.NOW, **asked)

    assert set(refused.value.fields) == {field}
    assert not Ending.objects.exists()


def test_once_is_enough_and_only_further_back() -> None:
    class_year, people = place()
    authority = papers.an_authority(class_year.school)
    first = ended(authority, people["clerk"], papers.NOW)
    leaves = LogLeaf.objects.count()

    for person, asked in (("principal", {}), ("department", {"since": papers.NOW + timedelta(seconds=5)})):
        with pytest.raises(Conflict) as again:
            ended(authority, people[person], papers.NOW + timedelta(minutes=1), **asked)
        assert again.value.case == "ended-before"
        assert people["clerk"].full_name in str(again.value.sentence)
    assert (LogLeaf.objects.count(), Ending.objects.count()) == (leaves, 1)

    back = ended(authority, people["department"], papers.NOW, since=papers.NOW - timedelta(days=300))
    assert first.to_at is not None
    assert back.to_at == authority.from_at < first.to_at  # never before it was approved: then it never stood
    assert (LogLeaf.objects.count(), Ending.objects.count()) == (leaves + 1, 2)


@pytest.mark.parametrize("before", ["WAITING", "REFUSED"])
def test_what_never_stood_is_not_ended(before: str) -> None:
    class_year, people = place()

    with pytest.raises(Conflict) as refused:
        ended(papers.an_authority(class_year.school, state=before), people["department"], papers.NOW)

    assert refused.value.case == "not-approved"


@pytest.mark.parametrize(
    "change",
    [
        {"state": "APPROVED"},
        {"to_at": None},
        {"to_at": papers.NOW + timedelta(days=1)},
        {"from_at": papers.NOW - timedelta(days=999)},
        {"role": "CBQL"},
    ],
)
def test_the_database_lets_nobody_take_an_end_back(change: dict[str, Any]) -> None:
    class_year, people = place()
    authority = ended(papers.an_authority(class_year.school), people["clerk"], papers.NOW)

    with pytest.raises(DatabaseError), transaction.atomic():
        Authority.objects.filter(pk=authority.pk).update(**change)
    assert Authority.objects.filter(pk=authority.pk).update(to_at=papers.NOW - timedelta(days=1)) == 1
