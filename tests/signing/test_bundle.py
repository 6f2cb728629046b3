"""The bundle: deterministic, sufficient, and free only in its frame; attacks are in `tests/hostile_bundle`."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, timedelta

import pytest

from hocba.kernel.canonical import code_hash, code_salt
from signing.seal import container
from signing.seal.bundle import open_bundle, verify_bundle
from signing.seal.container import BadContainer
from signing.seal.trust import SignerRole, StatusEntry, Trust
from signing.seal.trust_files import load_trust
from signing.seal.verdict import Indication, Kind, Line, Status, Verdict
from signing.seal.verify import verify_file
from signing.seal.xml import data_region
from tests.signing.bundles import Issued, issue
from tests.signing.seal.pdf import sample

Parts = dict[str, bytes]


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    return issue(tmp_path_factory.mktemp("issued"))


@pytest.fixture(scope="module")
def trust(issued: Issued) -> Trust:
    return load_trust(issued.directory)


@pytest.fixture(scope="module")
def at(issued: Issued) -> datetime:
    return issued.world.clock + timedelta(days=1)


def codes(verdict: Verdict) -> set[str]:
    return {reason.code for reason in verdict.reasons if reason.indication is not Indication.PASSED}


def test_a_genuine_bundle_passes(issued: Issued, trust: Trust, at: datetime) -> None:
    verdict = verify_file(issued.build(), trust, at)
    assert codes(verdict) == set()
    assert (verdict.kind, verdict.indication) == (Kind.BUNDLE, Indication.PASSED)
    assert set(verdict.lines.values()) == {Line.PASSED}
    assert (verdict.status, verdict.structure) == (Status.VALID, True)
    assert verdict.look_up_code == sample.UUID
    assert [one.role for one in verdict.signatures][:3] == ["GVCN", "CBQL", "KY_PHAT_HANH"]
    assert len(verdict.signatures) == 4
    assert verdict.xml == issued.xml
    assert "log.cosigned" in {reason.code for reason in verdict.reasons}


def test_its_own_lists_suffice_where_only_anchors_are_known(
    issued: Issued, trust: Trust, at: datetime
) -> None:
    bare = Trust(
        roots=trust.roots,
        intermediates=trust.intermediates,
        log_keys=trust.log_keys,
        witness_keys=trust.witness_keys,
    )
    verdict = verify_bundle(issued.build(), bare, at)
    assert (verdict.indication, verdict.status) == (Indication.PASSED, Status.VALID)
    assert verdict.status_at is not None


def test_same_in_same_bytes_out(issued: Issued) -> None:
    parts = {"authority": issued.authority(), "status": issued.status(), "proof": issued.proof()}
    first = issued.build(**parts)
    assert first == issued.build(**parts)
    assert open_bundle(first).encode() == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert tuple(archive.namelist()) == container.NAMES
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
    second = issued.build(**parts, number=2)
    assert open_bundle(second).number == 2
    assert second != first


def test_without_a_key_of_the_log_the_verdict_is_open(issued: Issued, trust: Trust, at: datetime) -> None:
    verdict = verify_bundle(issued.build(), Trust(roots=trust.roots, intermediates=trust.intermediates), at)
    assert codes(verdict) == {"log.no-key"}
    assert (verdict.indication, verdict.lines["log"]) == (Indication.INDETERMINATE, Line.UNKNOWN)


# --- Its lists ---


def withdrawal(issued: Issued) -> StatusEntry:
    hidden = code_hash(sample.UUID, code_salt(data_region(issued.xml)))
    return StatusEntry(hidden, Status.WITHDRAWN, issued.world.clock + timedelta(hours=1))


def test_withdrawn_in_either_list_is_withdrawn(issued: Issued, trust: Trust, at: datetime) -> None:
    gone = issued.status(withdrawal(issued), days=1)
    inside = verify_bundle(issued.build(status=gone), trust, at)
    known = Trust(
        roots=trust.roots,
        intermediates=trust.intermediates,
        authorities=trust.authorities,
        authorities_at=trust.authorities_at,
        statuses={withdrawal(issued).code_hash: withdrawal(issued)},
        statuses_at=issued.world.clock - timedelta(days=1),
        log_keys=trust.log_keys,
    )
    outside = verify_bundle(issued.build(), known, at)
    for verdict in (inside, outside):
        assert verdict.indication is Indication.PASSED
        assert (verdict.status, verdict.lines["status"]) == (Status.WITHDRAWN, Line.FAILED)


def test_a_newer_register_counts(issued: Issued, trust: Trust, at: datetime) -> None:
    newer = issued.authority(days=1, without=[SignerRole.LEADER])
    verdict = verify_bundle(issued.build(authority=newer), trust, at)
    assert verdict.lines["authority"] is Line.FAILED
    older = issued.authority(days=-1, without=[SignerRole.LEADER])
    verdict = verify_bundle(issued.build(authority=older), trust, at)
    assert verdict.indication is Indication.PASSED


# --- The container ---


def test_a_changed_byte_is_refused_or_changes_no_part(issued: Issued) -> None:
    """Of the frame only what packing programs write in their own way is free (docs/verification.md)."""
    parts = {name: (name * 9).encode() for name in container.NAMES}
    data = container.write(parts)
    directory = data.index(b"PK\x01\x02")
    free = set()
    for place in range(len(data)):
        try:
            read = container.read(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        except BadContainer:
            continue
        assert read == parts
        free.add(place)
    local = {data.rindex(b"PK\x03\x04", 0, place + 4) for place in free if place < directory}
    central = {data.rindex(b"PK\x01\x02", 0, place + 4) for place in free if place >= directory}
    assert (len(local), len(central)) == (len(parts), len(parts))
    version_flags_time = {4, 5, 6, 7, 10, 11, 12, 13}
    assert {place - data.rindex(b"PK\x03\x04", 0, place + 4) for place in free if place < directory} <= (
        version_flags_time
    )
    made_by_to_attributes = {4, 5, 6, 7, 8, 9, 12, 13, 14, 15, *range(36, 42)}
    assert {place - data.rindex(b"PK\x01\x02", 0, place + 4) for place in free if place >= directory} <= (
        made_by_to_attributes
    )
