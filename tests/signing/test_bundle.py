"""The bundle: deterministic, repackable, and worthless when anything in it does not belong."""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from hocba.kernel.canonical import canonical_json, code_hash, code_salt, sha256_hex
from signing.log.leaf import Leaf, replace
from signing.log.notes import KeyType, SignerKey
from signing.seal import container
from signing.seal.bundle import open_bundle, verify_bundle
from signing.seal.container import BadContainer
from signing.seal.trust import SignerRole, StatusEntry, Trust
from signing.seal.trust_files import load_trust
from signing.seal.verdict import Indication, Kind, Line, Status, Verdict
from signing.seal.verify import verify_file
from signing.seal.xml import data_region
from tests.signing.bundles import SCHOOL, Issued, issue
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


def repacked(data: bytes, **options: object) -> bytes:
    """Unpack and pack again as a person's packing program would."""
    parts = container.read(data)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        if options.get("folder"):
            archive.writestr(zipfile.ZipInfo("trust/", (2026, 6, 1, 8, 0, 0)), b"")
        for name in sorted(parts, reverse=True):
            entry = zipfile.ZipInfo(name, (2026, 6, 1, 8, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, parts[name])
    return buffer.getvalue()


def streamed(data: bytes) -> bytes:
    """Pack through a pipe: sizes stand behind the data, not before it."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, piece: bytes) -> int:  # type: ignore[override]
            self.data += piece
            return len(piece)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in container.read(data).items():
            archive.writestr(name, part)
    return bytes(pipe.data)


@pytest.mark.parametrize(
    "pack", [repacked, lambda data: repacked(data, folder=True), streamed], ids=["plain", "folder", "stream"]
)
def test_packed_again_it_still_passes(
    issued: Issued, trust: Trust, at: datetime, pack: Callable[[bytes], bytes]
) -> None:
    data = pack(issued.build())
    assert data != issued.build()
    assert verify_bundle(data, trust, at).indication is Indication.PASSED


# --- What it says when the parts do not belong together ---


def damaged(data: bytes, name: str) -> bytes:
    """Flip a bit in one part and make the manifest agree with it."""
    parts = container.read(data)
    part = bytearray(parts[name])
    part[len(part) // 2] ^= 1
    parts[name] = bytes(part)
    manifest = json.loads(parts[container.MANIFEST])
    manifest["files"][name] = sha256_hex(parts[name])
    return container.write(parts | {container.MANIFEST: canonical_json(manifest)})


@pytest.mark.parametrize("name", [name for name in container.NAMES if name != container.MANIFEST])
def test_a_flipped_bit_in_any_part(issued: Issued, trust: Trust, at: datetime, name: str) -> None:
    verdict = verify_bundle(damaged(issued.build(), name), trust, at)
    assert verdict.indication is Indication.FAILED


def test_a_part_that_is_not_the_manifests(issued: Issued, trust: Trust, at: datetime) -> None:
    parts = container.read(issued.build())
    parts[container.STATUS] = issued.status(days=1)
    verdict = verify_bundle(container.write(parts), trust, at)
    assert codes(verdict) == {"bundle.manifest-digest"}
    assert verdict.indication is Indication.FAILED


def test_another_log_proves_nothing(issued: Issued, trust: Trust, at: datetime) -> None:
    stranger = SignerKey.generate("log.example/specimen", KeyType.LOG)
    verdict = verify_bundle(issued.build(proof=issued.proof(key=stranger)), trust, at)
    assert (verdict.indication, verdict.lines["log"]) == (Indication.FAILED, Line.FAILED)
    assert codes(verdict) == {"log.proof-wrong"}


def test_a_leaf_that_is_not_in_the_log(issued: Issued, trust: Trust, at: datetime) -> None:
    verdict = verify_bundle(issued.build(proof=issued.proof(b"another leaf")), trust, at)
    assert codes(verdict) == {"log.proof-wrong"}
    verdict = verify_bundle(issued.build(proof=b"c2sp.org/tlog-proof@v1\n"), trust, at)
    assert codes(verdict) == {"log.proof-wrong"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("xml_sha256", "00" * 32),
        ("pdf_sha256", "00" * 32),
        ("code_hash", "00" * 32),
        ("school", "99000199"),
    ],
)
def test_a_leaf_about_something_else(
    issued: Issued, trust: Trust, at: datetime, name: str, value: str
) -> None:
    other = Leaf(issued.leaf.event, issued.leaf.at, issued.leaf.fields | {name: value})
    data = issued.build(leaf=other, proof=issued.proof(other.encode()))
    verdict = verify_bundle(data, trust, at)
    assert "log.leaf-differs" in codes(verdict)
    assert verdict.lines["log"] is Line.FAILED


def test_a_leaf_of_another_event(issued: Issued, trust: Trust, at: datetime) -> None:
    other = replace(at=issued.leaf.at, school=SCHOOL, code_hash="00" * 32, replaced_by="11" * 32)
    verdict = verify_bundle(issued.build(leaf=other, proof=issued.proof(other.encode())), trust, at)
    assert codes(verdict) == {"log.leaf-form"}


def test_without_a_key_of_the_log_the_verdict_is_open(issued: Issued, trust: Trust, at: datetime) -> None:
    verdict = verify_bundle(issued.build(), Trust(roots=trust.roots, intermediates=trust.intermediates), at)
    assert codes(verdict) == {"log.no-key"}
    assert (verdict.indication, verdict.lines["log"]) == (Indication.INDETERMINATE, Line.UNKNOWN)


def test_the_pdf_of_another_seal(issued: Issued, trust: Trust, at: datetime) -> None:
    world = issued.world
    again = Issued(world, world.sealed_xml(), b"", issued.directory)
    verdict = verify_bundle(
        Issued(world, again.xml, issued.pdf, issued.directory).build(), trust, at + timedelta(days=1)
    )
    assert "bundle.pdf-other-xml" in codes(verdict)
    assert verdict.lines["integrity"] is Line.FAILED


def test_another_code_in_the_manifest(issued: Issued, trust: Trust, at: datetime) -> None:
    verdict = verify_bundle(issued.build(look_up_code="00000000-0000-4000-8000-000000000000"), trust, at)
    assert codes(verdict) == {"bundle.code-differs"}


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


def test_lists_of_another_school_are_refused(issued: Issued, trust: Trust, at: datetime) -> None:
    for lists in (
        {"status": issued.status(scope="99000199")},
        {"authority": issued.authority(scope="99000199")},
    ):
        verdict = verify_bundle(issued.build(**lists), trust, at)
        assert codes(verdict) == {"bundle.list-broken"}
        assert verdict.indication is Indication.FAILED


# --- The container ---


def test_nothing_around_the_container(issued: Issued) -> None:
    """Nothing stands before the first part or after the end, and nothing is missing."""
    data = issued.build()
    for extra in (
        data + b"\0",
        b"\0" + data,
        data[:-1],
        data[1:],
        b"",
        data[:100],
        b"PK\x05\x06" + b"\0" * 18,
    ):
        with pytest.raises(BadContainer):
            container.read(extra)


def packed(parts: list[tuple[zipfile.ZipInfo, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for entry, part in parts:
            archive.writestr(entry, part)
    return buffer.getvalue()


def entries(issued: Issued) -> list[tuple[zipfile.ZipInfo, bytes]]:
    return [(zipfile.ZipInfo(name), part) for name, part in container.read(issued.build()).items()]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_are_exactly_the_six(issued: Issued) -> None:
    good = entries(issued)
    assert container.read(packed(good))
    cases = [
        good[:-1],
        [*good, (zipfile.ZipInfo("extra.txt"), b"")],
        [*good, good[0]],
        [*good[:-1], good[0]],
        [*good, (zipfile.ZipInfo("../evil"), b"")],
        [*good, (zipfile.ZipInfo("evil/"), b"")],
        [*good, (zipfile.ZipInfo("trust/"), b""), (zipfile.ZipInfo("trust/"), b"")],
        [*good, (zipfile.ZipInfo("trust/"), b"hidden")],
        [*good[1:], (zipfile.ZipInfo("Transcript.xml"), good[0][1])],
    ]
    for parts in cases:
        with pytest.raises(BadContainer):
            container.read(packed(parts))
    with pytest.raises(BadContainer):
        container.read(packed(good).replace(b"proof.tlog-proof", b"proof.tlog-proo\0"))


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


def test_a_comment_in_the_directory_is_refused(issued: Issued) -> None:
    data = bytearray(issued.build())
    end = len(data) - 22
    last = data.rindex(b"PK\x01\x02")
    data[last + 32 : last + 34] = (3).to_bytes(2, "little")
    data[end:end] = b"abc"
    size = len(data) - 22 - data.index(b"PK\x01\x02", data.rindex(b"PK\x03\x04"))
    data[-10:-6] = size.to_bytes(4, "little")
    with pytest.raises(BadContainer):
        container.read(bytes(data))


def test_links_locks_and_other_packings(issued: Issued) -> None:
    for change in (
        lambda entry: setattr(entry, "external_attr", (stat.S_IFLNK | 0o777) << 16),
        lambda entry: setattr(entry, "external_attr", (stat.S_IFIFO | 0o644) << 16),
        lambda entry: setattr(entry, "compress_type", zipfile.ZIP_BZIP2),
        lambda entry: setattr(entry, "compress_type", zipfile.ZIP_LZMA),
    ):
        parts = entries(issued)
        change(parts[0][0])
        with pytest.raises(BadContainer) as refused:
            container.read(packed(parts))
        assert (refused.value.code, refused.value.part) == ("bundle.part", "transcript.xml")
    data = bytearray(packed(entries(issued)))
    at = data.index(b"PK\x01\x02") + 8
    data[at] |= 1
    with pytest.raises(BadContainer):
        container.read(bytes(data))


def test_a_bomb_is_refused_before_it_is_unpacked(issued: Issued) -> None:
    parts = entries(issued)
    parts[0] = (zipfile.ZipInfo("transcript.xml"), b"\0" * (container.MAX_INFLATED_BYTES + 1))
    parts[0][0].compress_type = zipfile.ZIP_DEFLATED
    with pytest.raises(BadContainer) as refused:
        container.read(packed(parts))
    assert refused.value.code == "bundle.too-large"
    with pytest.raises(BadContainer):
        container.read(b"PK\x03\x04" + b"\0" * container.MAX_BYTES)


def test_a_bomb_that_lies_about_its_size(issued: Issued) -> None:
    parts = entries(issued)
    whole = b"\0" * 5_000_000
    parts[0] = (zipfile.ZipInfo("transcript.xml"), whole)
    parts[0][0].compress_type = zipfile.ZIP_DEFLATED
    data = packed(parts)
    small = data.replace(struct.pack("<L", len(whole)), struct.pack("<L", 100))
    assert small != data
    with pytest.raises(BadContainer):
        container.read(small)


def test_overlap_gap_and_a_second_story(issued: Issued) -> None:
    data = issued.build()
    second = data.index(b"PK\x03\x04", 4)
    # A local header that names another file than the directory does.
    renamed = data[: second + 30] + b"transcript.xml" + data[second + 44 :]
    # The directory lets a part begin inside another.
    directory = data.index(b"PK\x01\x02")
    following = data.index(b"PK\x01\x02", directory + 4)
    overlapping = data[: following + 42] + struct.pack("<L", 0) + data[following + 46 :]
    # Bytes between the parts that no part accounts for.
    end = struct.Struct("<4s4H2LH")
    fields = list(end.unpack(data[-22:]))
    fields[6] += 3
    gap = data[:directory] + b"gap" + data[directory:-22] + end.pack(*fields)
    # A comment after the end.
    fields = list(end.unpack(data[-22:]))
    fields[7] = 4
    comment = data[:-22] + end.pack(*fields) + b"PK\x05\x06"
    for changed in (renamed, overlapping, gap, comment):
        with pytest.raises(BadContainer):
            container.read(changed)


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest.pop("leaf"),
        lambda manifest: manifest.update(number=0),
        lambda manifest: manifest.update(number=True),
        lambda manifest: manifest.update(extra="x"),
        lambda manifest: manifest.update(template="other"),
        lambda manifest: manifest.update(look_up_code=None),
        lambda manifest: manifest["leaf"].update(name="x"),
        lambda manifest: manifest["files"].pop("transcript.xml"),
    ],
)
def test_a_manifest_that_says_something_else(issued: Issued, change: Callable[[dict], object]) -> None:  # type: ignore[type-arg]
    parts = container.read(issued.build())
    manifest = json.loads(parts[container.MANIFEST])
    change(manifest)
    for text in (canonical_json(manifest), b"[]", b"{", b"[" * 3000):
        with pytest.raises(BadContainer, match="manifest"):
            open_bundle(container.write(parts | {container.MANIFEST: text}))
