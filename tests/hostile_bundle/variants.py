"""Attacked bundles: the frame of the zip, its names and sizes, the manifest, the parts, the log, the lists."""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from hocba.kernel.canonical import canonical_json, sha256_hex
from signing.log import merkle, notes
from signing.log.leaf import Leaf, replace
from signing.log.notes import KeyType, SignerKey
from signing.log.proof import Proof
from signing.seal import container, signed_lists, trust_files
from signing.seal.trust import AuthorityEntry, SignerRole
from tests.hostile_pdf.ground import Ground
from tests.signing.bundles import LOG, SCHOOL, Issued, Rows
from tests.signing.seal.pdf import sample
from tests.signing.seal.pdf.world import MOMENT, signer

Entry = tuple[zipfile.ZipInfo, bytes]
END = struct.Struct("<4s4H2LH")


@dataclass
class Bundles:
    """A genuine bundle, its parts, and a second pupil of the same school."""

    ground: Ground
    kept: dict[str, bytes] = field(default_factory=dict)

    @property
    def issued(self) -> Issued:
        return self.ground.issued

    @cached_property
    def genuine(self) -> bytes:
        return self.issued.build()

    @cached_property
    def parts(self) -> dict[str, bytes]:
        return container.read(self.genuine)

    @cached_property
    def other(self) -> Issued:
        """Another pupil's files, as genuine."""
        world = self.issued.world
        xml = world.sealed_xml(sample.Pupil(common={"HO_VA_TEN": "Trần Văn Khác"}))
        return Issued(world, xml, world.seal(world.drawn(xml)), self.issued.directory)

    def with_parts(self, **changes: bytes) -> bytes:
        """Return the bundle with other parts; the manifest agrees with them."""
        parts = self.parts | {container.__dict__[name.upper()]: data for name, data in changes.items()}
        manifest = json.loads(parts[container.MANIFEST])
        for name in manifest["files"]:
            manifest["files"][name] = sha256_hex(parts[name])
        return container.write(parts | {container.MANIFEST: canonical_json(manifest)})

    def entries(self) -> list[Entry]:
        return [(zipfile.ZipInfo(name), part) for name, part in self.parts.items()]


Make = Callable[[Bundles], bytes]


def packed(parts: list[Entry]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for entry, part in parts:
            archive.writestr(entry, part)
    return buffer.getvalue()


def named(*more: str, without: int = 0, data: bytes = b"x") -> Make:
    """Return an attack with further names, and `without` parts fewer at the end."""
    return lambda b: packed([*b.entries()[: 6 - without], *((zipfile.ZipInfo(name), data) for name in more)])


def first(change: Callable[[zipfile.ZipInfo], object]) -> Make:
    """Return an attack on the first entry."""

    def attack(b: Bundles) -> bytes:
        parts = b.entries()
        change(parts[0][0])
        return packed(parts)

    return attack


def patched(mark: bytes, offset: int, value: bytes, which: int = 0) -> Make:
    """Return an attack on the bytes of one header."""

    def attack(b: Bundles) -> bytes:
        place = -1
        for _ in range(which + 1):
            place = b.genuine.index(mark, place + 1)
        place += offset
        return b.genuine[:place] + value + b.genuine[place + len(value) :]

    return attack


LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"


def ending(**changes: int) -> Make:
    """Return an attack on the end mark: disk, start_disk, here, total, size, offset, comment."""
    names = ("disk", "start_disk", "here", "total", "size", "offset", "comment")

    def attack(b: Bundles) -> bytes:
        mark, *values = END.unpack(b.genuine[-22:])
        told = {name: value + changes.get(name, 0) for name, value in zip(names, values, strict=True)}
        return b.genuine[:-22] + END.pack(mark, *told.values())

    return attack


def bomb(b: Bundles) -> bytes:
    parts = b.entries()
    parts[0] = (zipfile.ZipInfo("transcript.xml"), b"\0" * (container.MAX_INFLATED_BYTES + 1))
    parts[0][0].compress_type = zipfile.ZIP_DEFLATED
    return packed(parts)


def lying_bomb(b: Bundles) -> bytes:
    parts = b.entries()
    whole = b"\0" * 5_000_000
    parts[0] = (zipfile.ZipInfo("transcript.xml"), whole)
    parts[0][0].compress_type = zipfile.ZIP_DEFLATED
    return packed(parts).replace(struct.pack("<L", len(whole)), struct.pack("<L", 100))


def nested(b: Bundles) -> bytes:
    return b.with_parts(xml=b.genuine)


def many(b: Bundles) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(65_000):
            archive.writestr(f"{number}", b"")
    return buffer.getvalue()


def overlapping(b: Bundles) -> bytes:
    directory = b.genuine.index(CENTRAL)
    following = b.genuine.index(CENTRAL, directory + 4)
    return b.genuine[: following + 42] + struct.pack("<L", 0) + b.genuine[following + 46 :]


def gap(b: Bundles) -> bytes:
    directory = b.genuine.index(CENTRAL)
    values = list(END.unpack(b.genuine[-22:]))
    values[6] += 3
    return b.genuine[:directory] + b"gap" + b.genuine[directory:-22] + END.pack(*values)


def comment(b: Bundles) -> bytes:
    values = list(END.unpack(b.genuine[-22:]))
    values[7] = 4
    return b.genuine[:-22] + END.pack(*values) + b"PK\x05\x06"


def entry_comment(b: Bundles) -> bytes:
    parts = b.entries()
    parts[2][0].comment = b"hidden"
    return packed(parts)


def locators(b: Bundles) -> bytes:
    """Zip64 end records before the end mark."""
    offset = len(b.genuine) - 22
    record = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 6, 6, 0, 0)
    return b.genuine[:-22] + record + struct.pack("<4sLQL", b"PK\x06\x07", 0, offset, 1) + b.genuine[-22:]


def after_data(b: Bundles) -> bytes:
    """A deflated part with bytes behind the end of its deflate stream."""
    import zlib

    parts = b.entries()
    name, data = parts[0]
    worker = zlib.compressobj(9, zlib.DEFLATED, -15)
    squeezed = worker.compress(data) + worker.flush() + b"hidden behind"
    rest = packed(parts[1:])
    head = LOCAL + struct.pack("<5H3L2H", 20, 0, 8, 0, 33, zlib.crc32(data), len(squeezed), len(data), 14, 0)
    local = head + b"transcript.xml" + squeezed
    directory = rest.index(CENTRAL)
    central = CENTRAL + struct.pack("<6H3L5H2L", 20, 20, 0, 8, 0, 33, zlib.crc32(data), len(squeezed), len(data),
                                    14, 0, 0, 0, 0, 0, 0) + b"transcript.xml"  # fmt: skip
    table, place = rest[directory:-22], 0
    moved = b""
    while place < len(table):
        sizes = struct.unpack_from("<3H", table, place + 28)
        offset = struct.unpack_from("<L", table, place + 42)[0] + len(local)
        whole = 46 + sum(sizes)
        moved += table[place : place + 42] + struct.pack("<L", offset) + table[place + 46 : place + whole]
        place += whole
    table = central + moved
    end = END.pack(b"PK\x05\x06", 0, 0, 6, 6, len(table), len(local) + directory, 0)
    return local + rest[:directory] + table + end


FRAME: dict[str, tuple[Make, str]] = {
    "nothing": (lambda b: b"PK\x03\x04", "bundle.not-zip"),
    "an end mark alone": (lambda b: b"PK\x05\x06" + bytes(18), "bundle.not-zip"),
    "zeros": (lambda b: b"PK\x03\x04" + bytes(container.MAX_BYTES - 4), "bundle.not-zip"),
    "too large": (lambda b: b"PK\x03\x04" + bytes(container.MAX_BYTES), "file.too-large"),
    "a byte behind": (lambda b: b.genuine + b"\0", "bundle.not-zip"),
    "a byte before": (lambda b: b"\0" + b.genuine, "file.kind-unknown"),
    "a program before": (lambda b: b"#!/bin/sh\n" + b.genuine, "file.kind-unknown"),
    "a PDF before": (lambda b: b.issued.pdf + b.genuine, "pdf.not-whole-file"),
    "cut by one": (lambda b: b.genuine[:-1], "bundle.not-zip"),
    "cut in the middle": (lambda b: b.genuine[: len(b.genuine) // 2], "bundle.not-zip"),
    "comment": (comment, "bundle.not-zip"),
    "comment of an entry": (entry_comment, "bundle.not-zip"),
    "gap": (gap, "bundle.not-zip"),
    "overlap": (overlapping, "bundle.not-zip"),
    "several disks": (ending(disk=1), "bundle.not-zip"),
    "fewer told than there are": (ending(here=-1, total=-1), "bundle.names bundle.not-zip"),
    "more told than there are": (ending(here=9, total=9), "bundle.names bundle.not-zip"),
    "zip64 by its mark": (patched(CENTRAL, 42, b"\xff\xff\xff\xff", 1), "bundle.not-zip"),
    "zip64 sizes": (patched(CENTRAL, 20, b"\xff\xff\xff\xff\xff\xff\xff\xff"), "bundle."),
    "zip64 records": (locators, "bundle.not-zip"),
    "another name in the local header": (patched(LOCAL, 30, b"transcript.xlm"), "bundle.not-zip"),
    "another size in the local header": (patched(LOCAL, 18, b"\1\0\0\0"), "bundle.not-zip"),
    "another sum in the local header": (patched(LOCAL, 14, b"\1\2\3\4"), "bundle.not-zip"),
    "another method in the local header": (patched(LOCAL, 8, b"\x08\0"), "bundle.not-zip"),
    "another sum in both": (lambda b: patched(CENTRAL, 16, b"\1\2\3\4")(b), "bundle.not-zip"),
    "encrypted": (patched(CENTRAL, 8, b"\1\0"), "bundle.part bundle.not-zip"),
    "encrypted locally": (patched(LOCAL, 6, b"\1\0"), "bundle.not-zip"),
    "strongly encrypted": (patched(CENTRAL, 8, b"\x40\0"), "bundle.part bundle.not-zip"),
    "directory encrypted": (patched(CENTRAL, 8, b"\0\x20"), "bundle.part bundle.not-zip"),
    "bytes behind a deflated part": (after_data, "bundle.not-zip bundle.part"),
    "link": (first(lambda e: setattr(e, "external_attr", (stat.S_IFLNK | 0o777) << 16)), "bundle.part"),
    "pipe": (first(lambda e: setattr(e, "external_attr", (stat.S_IFIFO | 0o644) << 16)), "bundle.part"),
    "packed by bzip2": (first(lambda e: setattr(e, "compress_type", zipfile.ZIP_BZIP2)), "bundle.part"),
    "packed by LZMA": (first(lambda e: setattr(e, "compress_type", zipfile.ZIP_LZMA)), "bundle.part"),
    "bomb": (bomb, "bundle.too-large"),
    "bomb that lies": (lying_bomb, "bundle."),
    "sixty-five thousand entries": (many, "bundle.names"),
}  # fmt: skip

NAMES: dict[str, tuple[Make, str]] = {
    "a part missing": (named(without=1), "bundle.names"),
    "one name more": (named("extra.txt"), "bundle.names"),
    "a path upward": (named("../evil"), "bundle.names"),
    "a path upward in place of a part": (named("../manifest.json", without=1), "bundle.names"),
    "an absolute name": (named("/etc/passwd", without=1), "bundle.names"),
    "a drive": (named("C:\\manifest.json", without=1), "bundle.names"),
    "a name twice": (named("manifest.json"), "bundle.names"),
    "a name twice in place of another": (named("transcript.xml", without=1), "bundle.names"),
    "another case": (named("Manifest.json", without=1), "bundle.names"),
    "look-alike letters": (named("manifеst.json", without=1), "bundle.names"),
    "composed otherwise": (named("manifest\u0301.json", without=1), "bundle.names"),
    "a NUL within": (lambda b: b.genuine.replace(b"manifest.json", b"manifest\0json"), "bundle."),
    "a folder more": (named("evil/", data=b""), "bundle.names"),
    "the folder twice": (named("trust/", "trust/", data=b""), "bundle.names"),
    "the folder with content": (named("trust/", data=b"hidden"), "bundle.names"),
}  # fmt: skip


# --- what the parts say ---


def flipped(name: str) -> Make:
    """Return an attack: a bit in one part, the manifest agrees."""

    def attack(b: Bundles) -> bytes:
        part = bytearray(b.parts[container.__dict__[name.upper()]])
        part[len(part) // 2] ^= 1
        return b.with_parts(**{name: bytes(part)})

    return attack


def manifest(change: Callable[[dict], object]) -> Make:  # type: ignore[type-arg]
    def attack(b: Bundles) -> bytes:
        said = json.loads(b.parts[container.MANIFEST])
        change(said)
        return container.write(b.parts | {container.MANIFEST: canonical_json(said)})

    return attack


def written(text: bytes) -> Make:
    return lambda b: container.write(b.parts | {container.MANIFEST: text})


def leaf(**fields: str) -> Make:
    def attack(b: Bundles) -> bytes:
        own = b.issued.leaf
        other = Leaf(own.event, own.at, own.fields | fields)
        return b.issued.build(leaf=other, proof=b.issued.proof(other.encode()))

    return attack


def other_event(b: Bundles) -> bytes:
    other = replace(at=b.issued.leaf.at, school=SCHOOL, code_hash="00" * 32, replaced_by="11" * 32)
    return b.issued.build(leaf=other, proof=b.issued.proof(other.encode()))


def proof(make: Callable[[Bundles], bytes]) -> Make:
    return lambda b: b.issued.build(proof=make(b))


def rolled_back(b: Bundles) -> bytes:
    """A checkpoint from before the leaf was entered, genuine, with this leaf's index."""
    rows = Rows()
    frontier, made = merkle.Frontier().extend([merkle.leaf_hash(one) for one in b.issued.before])
    rows.update({(node.level, node.index): node.hash for node in made})
    point = notes.Checkpoint(LOG.name, frontier.size, frontier.root())
    note = notes.Note.parse(notes.sign_checkpoint(point, LOG))
    return Proof(1, merkle.inclusion_proof(1, frontier.size, rows), note.encode()).encode()


def edited(change: Callable[[bytes], bytes]) -> Make:
    return proof(lambda b: change(b.issued.proof()))


def other_origin(b: Bundles) -> bytes:
    return b.issued.proof(key=SignerKey("log.example/other", KeyType.LOG, bytes(range(32))))


def strangers_list(kind: str) -> Make:
    """The attacker's own list, signed by his own operator, approves whatever he likes."""

    def attack(b: Bundles) -> bytes:
        operator = b.ground.stranger.operator
        at = b.issued.world.clock
        if kind == "authority":
            entries = [AuthorityEntry(SCHOOL, role, "00" * 32, MOMENT, None) for role in SignerRole]
            content = signed_lists.authority_list(entries, number=9, issued_at=at, scope=SCHOOL)
        else:
            content = signed_lists.status_list([], number=9, issued_at=at, scope=SCHOOL)
        import hashlib

        value = signer(operator)(hashlib.sha256(trust_files.to_sign(content)).digest())
        return b.issued.build(**{kind: trust_files.attach(content, operator.chain, value)})

    return attack


def list_edited(kind: str) -> Make:
    def attack(b: Bundles) -> bytes:
        record = json.loads(getattr(b.issued, kind)())
        record["signed"]["number"] += 1
        return b.issued.build(**{kind: canonical_json(record)})

    return attack


def swapped_lists(b: Bundles) -> bytes:
    return b.issued.build(authority=b.issued.status(), status=b.issued.authority())


PARTS: dict[str, tuple[Make, str]] = {
    "a bit of the XML": (flipped("xml"), "digest. file. structure. bundle. signature."),
    "a bit of the PDF": (flipped("pdf"), "pdf."),
    "a bit of the proof": (flipped("proof"), "log.proof-wrong"),
    "a bit of the register": (flipped("authority"), "bundle.list-broken"),
    "a bit of the withdrawals": (flipped("status"), "bundle.list-broken"),
    "a bundle in the bundle": (nested, "file."),
    "a part that is not the manifest's": (
        lambda b: container.write(b.parts | {container.STATUS: b.issued.status(days=1)}), "bundle.manifest-digest"),
    "XML of another pupil": (lambda b: b.with_parts(xml=b.other.xml), "bundle.pdf-other-xml"),
    "PDF of another pupil": (lambda b: b.with_parts(pdf=b.other.pdf), "bundle.pdf-other-xml"),
    "both of another pupil": (lambda b: b.with_parts(xml=b.other.xml, pdf=b.other.pdf), "log.leaf-differs"),
    "another pupil logged with this PDF": (
        lambda b: Issued(b.issued.world, b.other.xml, b.issued.pdf, b.issued.directory).build(), "bundle.pdf-other-xml"),
    "PDF stamped anew": (lambda b: b.with_parts(pdf=b.ground.archived(b.ground.certified)), "log.leaf-differs"),
    "PDF without its archive": (lambda b: b.with_parts(pdf=b.ground.certified), "pdf.timestamp-missing"),
    "PDF in the XML's place": (lambda b: b.with_parts(xml=b.issued.pdf), "file."),
    "no manifest": (written(b""), "bundle.manifest-form"),
    "a list for a manifest": (written(b"[]"), "bundle.manifest-form"),
    "half a manifest": (written(b"{"), "bundle.manifest-form"),
    "brackets for a manifest": (written(b"[" * 300_000), "bundle.manifest-form"),
    "a number of a million digits": (written(b'{"number":' + b"9" * 1_000_000 + b"}"), "bundle.manifest-form"),
    "manifest without leaf": (manifest(lambda m: m.pop("leaf")), "bundle.manifest-form"),
    "manifest number nought": (manifest(lambda m: m.update(number=0)), "bundle.manifest-form"),
    "manifest number true": (manifest(lambda m: m.update(number=True)), "bundle.manifest-form"),
    "manifest with more": (manifest(lambda m: m.update(extra="x")), "bundle.manifest-form"),
    "manifest of another template": (manifest(lambda m: m.update(template="other")), "bundle.manifest-form"),
    "manifest without code": (manifest(lambda m: m.update(look_up_code=None)), "bundle.manifest-form"),
    "manifest with a named leaf": (manifest(lambda m: m["leaf"].update(name="x")), "bundle.manifest-form"),
    "manifest without a file": (manifest(lambda m: m["files"].pop("transcript.xml")), "bundle.manifest-digest"),
    "manifest in other spelling": (lambda b: container.write(
        b.parts | {container.MANIFEST: b.parts[container.MANIFEST] + b" "}), "bundle.manifest-form"),
    "another code": (lambda b: b.issued.build(look_up_code="00000000-0000-4000-8000-000000000000"), "bundle.code-differs"),
    "leaf of another XML": (leaf(xml_sha256="00" * 32), "log.leaf-differs"),
    "leaf of another PDF": (leaf(pdf_sha256="00" * 32), "log.leaf-differs"),
    "leaf of another code": (leaf(code_hash="00" * 32), "log.leaf-differs"),
    "leaf of another school": (leaf(school="99000199"), "log.leaf-differs"),
    "leaf of another event": (other_event, "log.leaf-form"),
    "another log's key": (proof(lambda b: b.issued.proof(key=SignerKey.generate("log.example/specimen", KeyType.LOG))),
                          "log.proof-wrong"),
    "another log's name": (proof(other_origin), "log.proof-wrong"),
    "the witness as log": (proof(lambda b: b.issued.proof(key=SignerKey(LOG.name, KeyType.LOG, bytes(range(32, 64))))),
                           "log.proof-wrong"),
    "proof of another leaf": (proof(lambda b: b.issued.proof(b"another leaf")), "log.proof-wrong"),
    "proof of another index": (proof(lambda b: b.issued.proof().replace(b"index 2", b"index 1")), "log.proof-wrong"),
    "proof of another pupil": (proof(lambda b: b.other.proof()), "log.proof-wrong"),
    "checkpoint from before": (proof(rolled_back), "log.proof-wrong"),
    "checkpoint of another size": (edited(lambda p: p.replace(b"\n3\n", b"\n4\n")), "log.proof-wrong"),
    "proof without signatures": (edited(lambda p: p[: p.index("— ".encode())]), "log.proof-wrong"),
    "proof without checkpoint": (proof(lambda b: b"c2sp.org/tlog-proof@v1\n"), "log.proof-wrong"),
    "proof without end": (proof(lambda b: b.issued.proof() + b"A" * 500_000), "log.proof-wrong"),
    "empty proof": (proof(lambda b: b""), "log.proof-wrong"),
    "register of a stranger": (strangers_list("authority"), "bundle.list-broken trust.anchor"),
    "withdrawals of a stranger": (strangers_list("status"), "bundle.list-broken trust.anchor"),
    "register edited": (list_edited("authority"), "bundle.list-broken"),
    "withdrawals edited": (list_edited("status"), "bundle.list-broken"),
    "register of another school": (lambda b: b.issued.build(authority=b.issued.authority(scope="99000199")),
                                   "bundle.list-broken"),
    "withdrawals of another school": (lambda b: b.issued.build(status=b.issued.status(scope="99000199")),
                                      "bundle.list-broken"),
    "lists in each other's place": (swapped_lists, "bundle.list-broken"),
    "register without the leader, newer": (
        lambda b: b.issued.build(authority=b.issued.authority(days=1, without=[SignerRole.LEADER])), "authority."),
    "empty register": (lambda b: b.issued.build(authority=b"{}"), "bundle.list-broken"),
}  # fmt: skip
