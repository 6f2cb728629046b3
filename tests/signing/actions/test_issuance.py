"""A class goes the whole way: three signers, seal, log; killed anywhere it goes on; nothing is issued twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from records.models import ClassProgress, Transcript
from schools import locks, scopes
from schools.locks import Turn
from schools.models import AuditEvent, ClassYear
from signing.actions import instruments, run
from signing.models import LogHead, LogLeaf, SealedDocument, Signature, SigningItem
from signing.queries import documents
from signing.seal.trust import SignerRole
from signing.seal.trust_files import load_trust
from signing.seal.verdict import Indication, Line, Status
from signing.seal.verify import verify_file
from tests.world import World

ALL = tuple(SignerRole)


class Killed(BaseException):
    """What a process sees that is no more."""


@contextmanager
def killed_at(number: int, *, after: bool) -> Iterator[list[int]]:
    """Die at the n-th commit of the block: just before PostgreSQL has it, or just after."""
    real, seen = connection._commit, [0]

    def commit() -> None:
        seen[0] += 1
        if seen[0] == number and not after:
            connection.connection.close()  # PostgreSQL sees a client that went away, and rolls back
        real()
        if seen[0] == number and after:
            raise Killed

    connection._commit = commit
    try:
        yield seen
    finally:
        connection._commit = real


def test_a_class_is_issued_and_verifies_offline(world: World) -> None:
    class_year = world.frozen_class(pupils=2)

    sealed = world.issue(class_year)

    trust, now = load_trust(world.trust), world.now()
    assert len(sealed) == 2
    for one in sealed:
        for digest in (one.xml_sha256, one.pdf_sha256):
            verdict = verify_file(instruments.blobs().get(digest), trust, now)
            assert (verdict.indication, verdict.reasons) == (Indication.PASSED, ())
            assert verdict.status is Status.VALID
    progress = ClassProgress.objects.get(class_year=class_year)
    assert (progress.frozen, progress.homeroom_signed, progress.principal_signed, progress.issued) == (2,) * 4


def test_the_bundle_verifies_with_nothing_but_anchors(world: World, tmp_path: object) -> None:
    sealed = world.issue(world.frozen_class(pupils=1))[0]
    with scopes.system(world.school.path):
        bundle = documents.bundle_of(sealed)
    bare = world.trust.parent / "bare"
    world.ground.write_trust(bare)

    verdict = verify_file(bundle, load_trust(bare), world.now())

    assert (verdict.indication, verdict.reasons) == (Indication.PASSED, ())
    assert set(verdict.lines.values()) == {Line.PASSED}
    assert verdict.look_up_code == str(sealed.look_up_code)


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "after-commit"])
def test_killed_at_any_commit_it_resumes_and_issues_once(world: World, after: bool) -> None:
    """Each pupil's item dies at another commit, in each role; the last one at a commit that never comes."""
    class_year = world.frozen_class(pupils=6)
    died: Counter[SignerRole] = Counter()
    for role in ALL:
        batch = world.authorise(class_year, role)
        for number, item in enumerate(run.open_items(batch.pk), start=1):
            with killed_at(number, after=after) as seen:
                try:
                    run.run_item(batch.pk, item, clock=world.now)
                except (Killed, OperationalError, InterfaceError):
                    died[role] += 1
        batch = world.work(batch)
        assert (batch.state, batch.done, batch.failed) == ("DONE", 6, 0)
        assert seen[0] < 6  # every boundary was met

    world.publish()

    with scopes.system(world.school.path):
        assert SealedDocument.objects.count() == 6
        assert Signature.objects.count() == 18
        assert set(Transcript.objects.values_list("state", flat=True)) == {"ISSUED"}
        leftovers = SigningItem.objects.exclude(prepared_xml=None, signed_xml=None)
        assert leftovers.count() == 0
    assert LogLeaf.objects.filter(event="issue").count() == 6
    assert LogHead.objects.get().size == LogLeaf.objects.count()
    # A person: the intent, the signature. The seal: the intent, the sealed XML, the issue.
    assert died == {SignerRole.HOMEROOM: 2, SignerRole.LEADER: 2, SignerRole.SEAL: 3}
    trust = load_trust(world.trust)
    with scopes.system(world.school.path):
        for one in SealedDocument.objects.all():
            verdict = verify_file(documents.bundle_of(one), trust, world.now())
            assert verdict.indication is Indication.PASSED


def test_a_second_worker_leaves_held_items_alone(world: World) -> None:
    class_year = world.frozen_class(pupils=1)
    batch = world.authorise(class_year, SignerRole.HOMEROOM)
    (item,) = run.open_items(batch.pk)
    other = connection.copy("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", locks.key(Turn.SIGNING_ITEM, item))

        assert run.run_item(batch.pk, item, clock=world.now) is True
    finally:
        other.close()

    with scopes.system(world.school.path):
        assert SigningItem.objects.get(pk=item).state == "WAITING"
    assert world.work(batch).state == "DONE"


def test_the_database_refuses_to_change_what_is_issued(world: World) -> None:
    sealed = world.issue(world.frozen_class(pupils=1))[0]

    def refuses(statement: str) -> None:
        with (
            pytest.raises(DatabaseError),
            scopes.system(world.school.path),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    refuses("UPDATE signing_sealeddocument SET xml_sha256 = ''")
    refuses("DELETE FROM signing_sealeddocument")
    refuses("UPDATE signing_signature SET role = 'CBQL'")
    refuses("UPDATE records_transcriptversion SET frozen_xml = ''")
    refuses("UPDATE signing_logleaf SET entry = ''")
    refuses("UPDATE signing_loghead SET size = 0")
    refuses("UPDATE records_transcript SET state = 'DRAFT'")
    with scopes.system(world.school.path):
        assert SealedDocument.objects.get().xml_sha256 == sealed.xml_sha256


def test_the_trail_names_who_authorised_and_who_was_signed(world: World) -> None:
    class_year: ClassYear = world.frozen_class(pupils=1)

    world.sign(class_year, SignerRole.HOMEROOM)

    rows = AuditEvent.objects.filter(action__in=["batch.authorise-gvcn", "transcript.signature"])
    assert sorted(rows.values_list("action", "actor_id", "facts")) == [
        ("batch.authorise-gvcn", world.homeroom.pk, {}),
        (
            "transcript.signature",
            rows.get(action="transcript.signature").actor_id,
            {"role": "GVCN", "signer": str(world.homeroom.pk)},
        ),
    ]
