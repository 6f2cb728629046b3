"""What can go wrong while a class is signed, and that nothing is lost by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hocba.kernel.errors import Conflict, Invalid, NotPermitted, RuleBroken, Unavailable
from records.actions import life
from records.models import LookUpEntry, Transcript
from records.rules.lifecycle import Event
from schools import scopes
from schools.models import AuditEvent
from signing import tasks
from signing.actions import batches, instruments, run, withdrawals
from signing.log.leaf import Leaf
from signing.models import LogLeaf, SealedDocument, Signature, SigningBatch, SigningItem
from signing.queries import documents
from signing.seal.trust import SignerRole
from signing.seal.trust_files import load_trust
from signing.seal.verdict import Indication, Status
from signing.seal.verify import verify_file
from tests import factories
from tests.world import PIN, World

HOMEROOM, LEADER, SEAL = SignerRole


def states(world: World) -> list[str]:
    with scopes.system(world.school.path):
        return list(Transcript.objects.order_by("pk").values_list("state", flat=True))


def test_a_wrong_pin_signs_nothing_and_is_kept_nowhere(world: World) -> None:
    class_year = world.frozen_class(pupils=1)
    actor = world.actor(world.homeroom)

    with scopes.of(actor), pytest.raises(Invalid) as refused:  # the page catches it inside its transaction
        batches.authorise(class_year, role=HOMEROOM, pin="999111", by=actor)

    assert refused.value.case == "wrong-pin"
    assert "4" in str(refused.value.fields["pin"])
    assert SigningBatch.objects.count() == 0
    row = AuditEvent.objects.get(action="pin.wrong-pin")
    assert row.actor_id == world.homeroom.pk
    assert "999111" not in str(row.facts)
    assert world.sign(class_year, HOMEROOM).state == "DONE"


def test_a_key_signs_nothing_of_another_batch_whatever_the_message_says(world: World) -> None:
    """A forged task message has numbers alone: an item of another class is not there for this batch's key."""
    first = world.authorise(world.frozen_class(pupils=1), HOMEROOM)
    second = world.authorise(world.frozen_class(pupils=1), HOMEROOM)
    with scopes.system(world.school.path):
        theirs = second.items.get().pk

    with pytest.raises(SigningItem.DoesNotExist):
        tasks.run_items.run(batch_id=first.pk, item_ids=[theirs])

    with scopes.system(world.school.path):
        assert list(SigningItem.objects.values_list("state", flat=True)) == ["WAITING", "WAITING"]
    assert world.work(second).state == "DONE"


def test_a_locked_key_says_so(world: World) -> None:
    class_year = world.frozen_class(pupils=1)
    for _try in range(5):
        with pytest.raises(Invalid):
            world.authorise(class_year, HOMEROOM, pin="000000")

    with pytest.raises(Invalid) as refused:
        world.authorise(class_year, HOMEROOM)

    assert refused.value.case == "pin-locked"


def test_a_session_that_ended_pauses_and_resumes(world: World) -> None:
    class_year = world.frozen_class(pupils=2)
    batch = world.authorise(class_year, HOMEROOM)
    first, _second = run.open_items(batch.pk)
    run.run_item(batch.pk, first, clock=world.now)
    instruments.keys().close(batch.key_session)

    paused = world.work(batch)

    assert (paused.state, paused.paused_reason, paused.done) == ("PAUSED", "session-expired", 1)
    again = world.sign(class_year, HOMEROOM)
    assert (again.pk, again.state, again.done) == (batch.pk, "DONE", 2)
    assert states(world) == ["HOMEROOM_SIGNED"] * 2


def test_a_seal_that_was_stored_is_not_made_again(world: World) -> None:
    class_year = world.frozen_class(pupils=1)
    world.sign(class_year, HOMEROOM)
    world.sign(class_year, LEADER)
    world.ground.break_service("tsa-1", "ok")
    batch = world.authorise(class_year, SEAL)
    (item,) = run.open_items(batch.pk)
    # The PDF's evidence is what fails: the XML is sealed and stored, the PDF is not.
    stamps = instruments.timestamps()
    stamp, calls = stamps.stamp, []

    def once(digest: bytes) -> bytes:
        calls.append(digest)
        if len(calls) == 2:
            world.ground.break_service("tsa-1", "error")
            world.ground.break_service("tsa-2", "error")
        return stamp(digest)

    stamps.stamp = once  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        run.run_item(batch.pk, item, clock=world.now)
    with scopes.system(world.school.path):
        sealed = bytes(SigningItem.objects.get(pk=item).signed_xml or b"")
    instruments.keys().close(batch.key_session)
    world.ground.mend()
    assert world.work(batch).state == "PAUSED"

    world.sign(class_year, SEAL)

    with scopes.system(world.school.path):
        issued = SealedDocument.objects.get()
    assert instruments.blobs().get(issued.xml_sha256) == sealed


def test_a_timestamp_authority_that_is_away_costs_time_only(world: World) -> None:
    class_year = world.frozen_class(pupils=1)
    batch = world.authorise(class_year, HOMEROOM)
    (item,) = run.open_items(batch.pk)
    for name in ("tsa-1", "tsa-2"):
        world.ground.break_service(name, "error")

    with pytest.raises(Unavailable):
        run.run_item(batch.pk, item, clock=world.now)

    batch.refresh_from_db()
    assert (batch.state, batch.paused_reason) == ("RUNNING", "timestamp-unavailable")
    world.ground.mend()
    batch = world.work(batch)
    assert (batch.state, batch.paused_reason, batch.done) == ("DONE", "", 1)


def test_one_authority_down_is_no_trouble_at_all(world: World) -> None:
    class_year = world.frozen_class(pupils=1)
    world.ground.break_service("tsa-1", "error")

    assert world.sign(class_year, HOMEROOM).done == 1


def test_a_revoked_certificate_fails_what_it_would_sign(world: World) -> None:
    class_year = world.frozen_class(pupils=1)
    world.sign(class_year, HOMEROOM)
    world.sign(class_year, LEADER)
    _clerk = world.clerk
    world.ground.pki.revoke(world.keys[SEAL.value, 0].certificate)

    batch = world.sign(class_year, SEAL)

    assert (batch.state, batch.failed) == ("DONE", 1)
    assert world.failures(batch)[0][0] == "certificate-revoked"
    assert states(world) == ["PRINCIPAL_SIGNED"]


def test_what_is_returned_before_the_seal_voids_that_pupil_only(world: World) -> None:
    class_year = world.frozen_class(pupils=2)
    world.sign(class_year, HOMEROOM)
    world.sign(class_year, LEADER)
    batch = world.authorise(class_year, SEAL)
    by = world.actor(world.principal)
    with scopes.system(world.school.path):
        first = Transcript.objects.order_by("pk").first()
        assert first is not None
        life.advance(life.lock(first.pk), Event.RETURNED, by=by, reason="Sai điểm môn Toán")

    batch = world.work(batch)

    assert (batch.done, batch.failed) == (1, 1)
    assert world.failures(batch) == [("moved-on", {"state": "DRAFT"})]
    assert states(world) == ["DRAFT", "ISSUED"]
    world.freeze(first.enrolment, world.sheet(class_year), homeroom_comment="Em đã tiến bộ.")
    assert states(world) == ["FROZEN", "ISSUED"]
    sealed = world.issue(class_year)
    assert len(sealed) == 2
    with scopes.system(world.school.path):
        assert Signature.objects.filter(version__transcript=first).count() == 2 + 3


def test_frozen_anew_while_a_batch_waits(world: World) -> None:
    class_year = world.frozen_class(pupils=2)
    batch = world.authorise(class_year, HOMEROOM)
    first = class_year.enrolments.order_by("pk")[0]
    world.freeze(first, world.sheet(class_year))

    batch = world.work(batch)

    assert world.failures(batch) == [("frozen-anew", {})]
    assert world.sign(class_year, HOMEROOM).done == 1
    assert states(world) == ["HOMEROOM_SIGNED"] * 2


def test_a_failed_item_is_taken_up_by_the_next_authorisation(world: World) -> None:
    """A paused batch with a failure: the failed one begins again with the others."""
    class_year = world.frozen_class(pupils=2)
    batch = world.authorise(class_year, HOMEROOM)
    with scopes.system(world.school.path):
        SigningItem.objects.filter(pk=run.open_items(batch.pk)[0]).update(state="FAILED", failure_code="x")
    SigningBatch.objects.filter(pk=batch.pk).update(failed=1)
    instruments.keys().close(batch.key_session)
    assert world.work(batch).state == "PAUSED"

    again = world.sign(class_year, HOMEROOM)

    assert (again.pk, again.state, again.done, again.failed) == (batch.pk, "DONE", 2, 0)


def test_the_seal_waits_for_its_window(world: World) -> None:
    today = world.actor(world.clerk).today
    class_year = world.frozen_class(pupils=1, issue_on=today + timedelta(days=40))
    world.sign(class_year, HOMEROOM)
    world.sign(class_year, LEADER)

    with pytest.raises(RuleBroken) as refused:
        world.authorise(class_year, SEAL)

    assert refused.value.case == "outside-window"
    assert states(world) == ["PRINCIPAL_SIGNED"]


def test_only_the_named_and_approved_sign(world: World) -> None:
    class_year = world.frozen_class(pupils=1)
    deputy = world.signer(factories.a_principal(world.school, title="Phó Hiệu trưởng"), LEADER)
    unapproved = factories.a_principal(world.school, title="Phó Hiệu trưởng")
    world.sign(class_year, HOMEROOM)

    def tries(person: object, role: SignerRole) -> str:
        actor = world.actor(person)  # type: ignore[arg-type]
        with (
            pytest.raises((Conflict, RuleBroken, NotPermitted)) as refused,
            scopes.of(actor),
        ):
            batches.authorise(class_year, role=role, pin=PIN, by=actor)
        return refused.value.case

    assert tries(deputy, LEADER) == "other-leader"
    assert tries(unapproved, LEADER) == "no-authority"
    assert tries(world.homeroom, LEADER) == "not-permitted"
    assert tries(world.clerk, LEADER) == "not-permitted"
    assert tries(world.clerk, SEAL) == "nothing-ready"


def test_a_running_batch_is_not_begun_twice(world: World) -> None:
    class_year = world.frozen_class(pupils=1)
    world.authorise(class_year, HOMEROOM)

    with pytest.raises(Conflict) as refused:
        world.authorise(class_year, HOMEROOM)

    assert refused.value.case == "already-running"


def test_the_sweeper_finds_what_nobody_touched(world: World) -> None:
    batch = world.authorise(world.frozen_class(pupils=1), HOMEROOM)

    assert run.forgotten(world.now()) == []
    assert run.forgotten(world.now() + timedelta(minutes=2)) == [batch.pk]


def test_withdrawn_and_issued_anew(world: World) -> None:
    class_year = world.frozen_class(pupils=1)
    old = world.issue(class_year)[0]
    actor = world.actor(world.principal)
    with scopes.of(actor):
        withdrawals.withdraw(old, reason="Ghi sai họ tên của học sinh", by=actor)
    world.publish()
    pdf = instruments.blobs().get(old.pdf_sha256)
    gone = verify_file(pdf, load_trust(world.trust), world.now())
    assert (gone.indication, gone.status) == (Indication.PASSED, Status.WITHDRAWN)

    with scopes.system(world.school.path):
        transcript = life.lock(old.version.transcript_id)
        life.advance(transcript, Event.REOPENED, by=actor, reason="Cấp lại")
    enrolment = class_year.enrolments.get()
    world.freeze(enrolment, world.sheet(class_year), homeroom_comment="Bản cấp lại.")
    new = world.issue(class_year)[-1]

    assert new.look_up_code != old.look_up_code
    standings = dict(LookUpEntry.objects.values_list("look_up_code", "standing"))
    assert standings == {old.look_up_code: "REPLACED", new.look_up_code: "VALID"}
    replaced = verify_file(pdf, load_trust(world.trust), world.now())
    assert replaced.status is Status.REPLACED
    with scopes.system(world.school.path):
        fresh = verify_file(documents.bundle_of(new), load_trust(world.trust), world.now())
    assert (fresh.indication, fresh.status) == (Indication.PASSED, Status.VALID)
    leaves = [Leaf.parse(bytes(one.entry)) for one in LogLeaf.objects.order_by("index")]
    assert [one.event.value for one in leaves][-3:] == ["withdraw", "issue", "replace"]
    assert leaves[-1].fields["code_hash"] == old.code_hash
    assert leaves[-1].fields["replaced_by"] == new.code_hash


def test_withdrawing_asks_for_a_reason_a_right_and_an_open_year(world: World) -> None:
    class_year = world.frozen_class(pupils=1)
    sealed = world.issue(class_year)[0]

    def tries(person: object, reason: str, days: int = 0) -> str:
        actor = world.actor(person)  # type: ignore[arg-type]
        actor = replace(actor, at=actor.at + timedelta(days=days))
        with pytest.raises((Invalid, NotPermitted, RuleBroken)) as refused, scopes.of(actor):
            withdrawals.withdraw(sealed, reason=reason, by=actor)
        return refused.value.case

    assert tries(world.homeroom, "Ghi sai họ tên của học sinh") == "not-permitted"
    assert tries(world.clerk, "sai") == "reason-owed"
    assert tries(world.clerk, "Ghi sai họ tên của học sinh", days=101) == "year-closed"
