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
from signing.seal import container
from tests.hostile_pdf.ground import Ground
from tests.signing.bundles import Issued
from tests.signing.seal.pdf import sample

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
    _name, data = parts[0]
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
    "another sum in both": (patched(CENTRAL, 16, b"\1\2\3\4"), "bundle.not-zip"),
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
