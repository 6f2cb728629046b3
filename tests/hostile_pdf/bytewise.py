"""Attacks on the bytes, without any key: ends, ranges, containers, cross-reference tables, sheer size."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable

import pikepdf

from tests.hostile_pdf.ground import Ground, Variant, family

CONTAINER = re.compile(rb"<30[0-9A-F]{4000,}>")
RANGE = re.compile(rb"/ByteRange \[[^\]]*\]")


# --- where the file begins and ends ---


def cut_at(mark: bytes, which: int, behind: int = 0) -> Callable[[Ground], bytes]:
    """Return an attack that ends the file at the `which`-th occurrence of a structural mark."""

    def attack(g: Ground) -> bytes:
        places = [found.start() for found in re.finditer(re.escape(mark), g.sealed)]
        return g.sealed[: places[which] + behind]

    return attack


def with_zip(g: Ground) -> bytes:
    """A file that is a PDF for one reader and an archive for another."""
    buffer = io.BytesIO(g.sealed)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("transcript.xml", g.xml)
    return buffer.getvalue()


def last_revision_cut(g: Ground) -> bytes:
    return g.certified


def other_end_mark(g: Ground) -> bytes:
    """An empty update with its own cross-reference table."""
    start = g.sealed.rindex(b"xref\n0") if b"xref\n0" in g.sealed else g.sealed.rindex(b"xref")
    return g.sealed + b"xref\n0 0\ntrailer\n<</Size 1>>\nstartxref\n%d\n%%%%EOF\n" % start


def huge(g: Ground) -> bytes:
    return g.sealed + b"\x00" * (10 * 1024 * 1024)


def flipped(g: Ground) -> bytes:
    place = g.sealed.index(b"stream") + 40
    return g.sealed[:place] + bytes([g.sealed[place] ^ 1]) + g.sealed[place + 1 :]


ENDS = family(
    "ends",
    ("inside the header", lambda g: g.sealed[:7], "pdf.unreadable"),
    ("inside the first stream", cut_at(b"endstream", 0), "pdf.unreadable"),
    ("before the first table", cut_at(b"xref\n", 0), "pdf.unreadable"),
    ("inside the first table", cut_at(b"xref\n", 0, 60), "pdf.unreadable"),
    ("before the first trailer", cut_at(b"trailer", 0), "pdf.unreadable"),
    ("only what was drawn", lambda g: g.drawn, "pdf.not-signed"),
    (
        "inside the seal's container",
        lambda g: g.sealed[: CONTAINER.search(g.sealed).start() + 900],
        "pdf.unreadable",
    ),
    ("without the last revision", last_revision_cut, "pdf.timestamp-missing"),
    (
        "inside the last timestamp",
        lambda g: g.sealed[: g.sealed.rindex(b"/ETSI.RFC3161") + 300],
        "pdf.unreadable",
    ),
    ("before the last table", cut_at(b"xref\n", -2), "pdf.unreadable"),
    ("before the last startxref", cut_at(b"startxref", -1), "pdf.unreadable"),
    ("before the last end mark", cut_at(b"%%EOF", -1), "pdf.unreadable"),
    ("the last byte", lambda g: g.sealed[:-1], "pdf.unreadable"),
    ("two hundred bytes", lambda g: g.sealed[:-200], "pdf.unreadable"),
    ("a line more", lambda g: g.sealed + b"\n", "pdf.not-whole-file"),
    ("a comment more", lambda g: g.sealed + b"% anything\n", "pdf.not-whole-file"),
    ("a second end mark", lambda g: g.sealed + b"%%EOF\n", "pdf.not-whole-file"),
    ("an empty update", other_end_mark, "pdf.not-whole-file"),
    ("twice the same file", lambda g: g.sealed + g.sealed, "pdf.not-whole-file"),
    ("garbage before", lambda g: b"junk\n" + g.sealed, "file.kind-unknown pdf.unreadable"),
    ("space before", lambda g: b"\n" + g.sealed, "file.kind-unknown pdf.unreadable"),
    ("an archive behind", with_zip, "pdf.not-whole-file"),
    ("an XML before", lambda g: b"<!-- " + g.sealed + b" -->", "file.encoding"),
    ("a header alone", lambda g: b"%PDF-1.7\n" + b"\x00" * 100, "pdf.unreadable"),
    ("another version", lambda g: g.sealed.replace(b"%PDF-1.7", b"%PDF-2.0", 1), "pdf.unreadable"),
    ("a header of the past", lambda g: g.sealed.replace(b"%PDF-1.7", b"%PDF-1.4", 1), "pdf.digest"),
    ("one bit of a page", flipped, "pdf.digest"),
    ("more than ten megabytes", huge, "file.too-large"),
)


# --- byte ranges and containers ---


def ranges(pattern: bytes, which: int | None = None) -> Callable[[Ground], bytes]:
    """Return an attack that writes other numbers into the byte ranges (both, or one of them)."""

    def attack(g: Ground) -> bytes:
        found = list(RANGE.finditer(g.sealed))
        data = g.sealed
        for one in found if which is None else [found[which]]:
            numbers = [int(number) for number in re.findall(rb"\d+", one[0])]
            text = b"/ByteRange [" + eval_numbers(pattern, numbers) + b"]"
            data = data[: one.start()] + text.ljust(len(one[0]))[: len(one[0])] + data[one.end() :]
        return data

    return attack


def eval_numbers(pattern: bytes, numbers: list[int]) -> bytes:
    """Return the pattern with a, b, c replaced by the genuine numbers and sums made."""
    names = dict(zip(b"zabc".decode(), numbers, strict=True))
    words = []
    for word in pattern.decode().split():
        base, sign, extra = re.fullmatch(r"(-?\w+)(?:([+-])(\d+))?", word).groups()
        value = names[base] if base in names else int(base)
        words.append(str(value + int(f"{sign}{extra}") if sign else value))
    return " ".join(words).encode()


def container(which: int, change: Callable[[bytes], bytes]) -> Callable[[Ground], bytes]:
    """Return an attack that spells a container in another way; it keeps its length."""

    def attack(g: Ground) -> bytes:
        found = list(CONTAINER.finditer(g.sealed))[which]
        other = change(found[0])
        assert len(other) == len(found[0]) and other != found[0]
        return g.sealed[: found.start()] + other + g.sealed[found.end() :]

    return attack


def end_of(value: bytes) -> int:
    """Return where the DER value in a hexadecimal container ends."""
    head = bytes.fromhex(value[1:13].decode())
    octets = head[1] & 0x0F
    return 1 + 2 * (2 + octets + int.from_bytes(head[2 : 2 + octets], "big"))


def elsewhere(g: Ground) -> bytes:
    """The signature dictionary names another container than the gap holds."""
    return g.sealed.replace(b"/Contents <30", b"/Contentz <30", 1)


def contents_twice(g: Ground) -> bytes:
    """A second /Contents within the bytes that the range covers, put in the place of the zero padding."""
    found = CONTAINER.search(g.sealed)
    end = found.start() + end_of(found[0])
    rest = found.end() - end
    extra = b">/Contents <".ljust(rest - 1, b"0") + b">"
    return g.sealed[:end] + extra + g.sealed[found.end() :]


def swapped_containers(g: Ground) -> bytes:
    """The seal's place holds the archive's token, zero-padded to its length."""
    seal, last = CONTAINER.finditer(g.sealed)
    token = last[0][1 : end_of(last[0])]
    assert len(token) <= len(seal[0]) - 2
    return g.sealed[: seal.start() + 1] + token.ljust(len(seal[0]) - 2, b"0") + g.sealed[seal.end() - 1 :]


RANGES = family(
    "byte range",
    ("of nothing", ranges(b"0 0 0 0"), "pdf.not-whole-file"),
    ("wider gap", ranges(b"0 a-9 b c"), "pdf.not-whole-file"),
    ("wider gap behind", ranges(b"0 a b+9 c-9"), "pdf.not-whole-file"),
    ("gap too narrow", ranges(b"0 a+9 b c"), "pdf.not-whole-file"),
    ("overlapping", ranges(b"0 b a c"), "pdf.not-whole-file"),
    ("negative", ranges(b"0 -1 b c"), "pdf.not-whole-file"),
    ("not from the start", ranges(b"9 a b c"), "pdf.not-whole-file"),
    ("beyond the end", ranges(b"0 a b c+9", 1), "pdf.not-whole-file"),
    ("short of the end", ranges(b"0 a b c-9", 1), "pdf.not-whole-file"),
    ("short of the revision", ranges(b"0 a b c-9", 0), "pdf.not-whole-file"),
    ("the seal's reaches on", ranges(b"0 a b c+99", 0), "pdf.not-whole-file"),
    ("three pairs", ranges(b"0 9 9 a b c", 0), "pdf.unreadable pdf.not-whole-file"),
    ("one pair", ranges(b"0 a", 0), "pdf.not-whole-file"),
    ("huge numbers", ranges(b"0 99999999999999999999 9 9", 1), "pdf.unreadable"),
    ("names for numbers", lambda g: RANGE.sub(lambda m: b"/ByteRange [/a /b /c /d]".ljust(len(m[0])), g.sealed),
     "pdf.unreadable"),
)  # fmt: skip

SPELLING = family(
    "container",
    (
        "zeros",
        lambda g: CONTAINER.sub(lambda m: b"<" + b"0" * (len(m[0]) - 2) + b">", g.sealed),
        "pdf.unreadable",
    ),
    ("small letters", container(0, bytes.lower), "pdf.not-whole-file"),
    ("small letters in the last", container(1, bytes.lower), "pdf.not-whole-file"),
    ("odd number of digits", container(0, lambda v: v[:-2] + b" >"), "pdf.unreadable"),
    ("line break inside", container(0, lambda v: v[:-3] + b"\n\n>"), "pdf.unreadable"),
    (
        "padding used for data",
        container(0, lambda v: v[:-9] + b"DEADBEEF>"),
        "pdf.changed-after-signing pdf.signature-form",
    ),
    ("padding of the last used", container(1, lambda v: v[:-9] + b"DEADBEEF>"), "pdf.signature-form"),
    ("no hexadecimal digit", container(0, lambda v: v[:100] + b"ZZ" + v[102:]), "pdf.unreadable"),
    ("a comment inside", container(0, lambda v: v[:-9] + b"%abcdef\n>"), "pdf.unreadable"),
    ("the other one's", swapped_containers, "pdf.changed-after-signing"),
    ("written as text", container(0, lambda v: b"(" + v[1:-1] + b")"), "pdf.unreadable"),
    ("under another key", elsewhere, "pdf.unreadable"),
    ("twice", contents_twice, "pdf.unreadable"),
)


# --- cross-reference tables ---


def repointed(g: Ground) -> bytes:
    """The last table names the first page's old content under another object's number."""
    table = int(re.findall(rb"startxref\s+(\d+)", g.sealed)[-1])
    place = re.search(rb"\d{10} 00000 n", g.sealed[table:]).start() + table
    return g.sealed[:place] + b"0000000015" + g.sealed[place + 10 :]


def freed(g: Ground) -> bytes:
    place = g.sealed.rindex(b" 00000 n")
    return g.sealed[:place] + b" 65535 f" + g.sealed[place + 8 :]


def objects_in_streams(g: Ground) -> bytes:
    """The drawn file with its objects in compressed streams, as modern writers do."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(g.drawn)) as pdf:
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def hybrid(g: Ground) -> bytes:
    """A table that names a cross-reference stream beside itself."""
    at = g.sealed.rindex(b"trailer")
    return g.sealed[:at] + g.sealed[at:].replace(b"<<", b"<</XRefStm 15 ", 1)


def loop(g: Ground) -> bytes:
    """A table whose predecessor is itself."""
    at = g.sealed.rindex(b"xref\n", 0, g.sealed.rindex(b"startxref"))
    last = g.sealed.rindex(b"/Prev ")
    return g.sealed[:last] + re.sub(rb"/Prev \d+", b"/Prev %d" % at, g.sealed[last:], count=1)


def update_table(entry: bytes) -> Callable[[Ground], bytes]:
    """Return an attack that adds a table with one entry, and an object for it."""

    def attack(g: Ground) -> bytes:
        body = g.sealed + b"7 0 obj\n<</Type /Catalog>>\nendobj\n"
        previous = int(re.findall(rb"startxref\s+(\d+)", g.sealed)[-1])
        root = re.findall(rb"/Root (\d+) 0 R", g.sealed)[-1]
        return body + (
            b"xref\n%s\ntrailer\n<</Size 999 /Root %s 0 R /Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
            % (entry % len(g.sealed), root, previous, len(body))
        )

    return attack


def endless_table(g: Ground) -> bytes:
    """A cross-reference stream with millions of entries of no width."""
    head = b"%PDF-1.7\n"
    return (
        head + b"1 0 obj\n<</Type /XRef /Size 2 /W [0 0 0] /Index [0 500000000] /Root 1 0 R /Length 0>>\n"
        b"stream\n\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)
    )


def endless_table_behind_another(g: Ground) -> bytes:
    first = endless_table(g)
    return first + (
        b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 2 /Root 1 0 R /Prev 9>>\nstartxref\n%d\n%%%%EOF\n"
        % len(first)
    )


TABLES = family(
    "tables",
    ("an entry points elsewhere", repointed, "pdf.hidden-objects"),
    ("an object freed", freed, "pdf.hidden-objects"),
    ("hybrid", hybrid, "pdf.hidden-objects"),
    ("loop", loop, "pdf.hidden-objects"),
    ("objects in streams", objects_in_streams, "pdf.unreadable"),
    ("object defined anew", update_table(b"7 1\n%010d 00000 n "), "pdf.changed-after-signing"),
    ("huge object number", update_table(b"999999999 1\n%010d 00000 n "), "pdf.unreadable"),
    ("huge count", update_table(b"7 999999999\n%010d 00000 n "), "pdf.unreadable"),
    ("another generation", update_table(b"7 1\n%010d 00009 n "), "pdf.unreadable"),
    ("stream without end", endless_table, "pdf.unreadable"),
    ("stream without end behind a table", endless_table_behind_another, "pdf.unreadable"),
)


# --- sheer size ---


def file_of(*objects: bytes, root: int = 1) -> bytes:
    """Return a small well-formed file of these objects, numbered from 1."""
    data, places = b"%PDF-1.7\n%\xbf\xf7\xa2\xfe\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d /Root %d 0 R /Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, root, len(objects), len(data))
    )


def stream(data: bytes, entries: bytes = b"/Filter /FlateDecode") -> bytes:
    return b"<<%s /Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def updated_by(*objects: bytes) -> Callable[[Ground], bytes]:
    """Return an attack that puts these objects in place of the genuine numbers 1, 2 … in one more revision."""

    def attack(g: Ground) -> bytes:
        data, table = g.sealed, b""
        for number, one in enumerate(objects, start=1):
            table += b"%d 1\n%010d 00000 n \n" % (number, len(data))
            data += b"%d 0 obj\n%s\nendobj\n" % (number, one)
        previous = int(re.findall(rb"startxref\s+(\d+)", g.sealed)[-1])
        trailer = g.sealed[g.sealed.rindex(b"trailer") :].split(b"startxref")[0]
        trailer = re.sub(rb"/Prev \d+", b"/Prev %d" % previous, trailer)
        return data + b"xref\n%s%sstartxref\n%d\n%%%%EOF\n" % (table, trailer, len(data))

    return attack


BOMB = zlib.compress(zlib.compress(b"\0" * (200 << 20), 9), 9)
PAGES = b"<</Type /Pages /Kids [2 0 R] /Count 1 /Parent 2 0 R>>"
CATALOG = b"<</Type /Catalog /Pages 2 0 R>>"

SIZE = family(
    "size",
    ("four hundred thousand objects", lambda g: b"%PDF-1.7\n" + b"1 0 obj\n<<>>\nendobj\n" * 400_000,
     "pdf.too-complex"),
    ("a million entries", lambda g: b"%PDF-1.7\nxref\n0 400000\n" + b"0000000009 00000 n \n" * 400_000,
     "pdf.too-complex"),
    ("brackets in brackets", lambda g: b"%PDF-1.7\n1 0 obj\n" + b"[ " * 2_000_000
     + b"\nendobj\nstartxref\n9\n%%EOF\n", "pdf.unreadable"),
    ("brackets without space", updated_by(b"[" * 50_000 + b"]" * 50_000), "pdf.too-complex"),
    ("dictionaries in dictionaries", updated_by(b"<</A " * 60_000 + b">>" * 60_000), "pdf.unreadable"),
    ("lists in lists in place", updated_by(b"[1 " * 60_000 + b"]" * 60_000), "pdf.unreadable"),
    ("pages that are their own children", updated_by(CATALOG, PAGES), "pdf.changed-after-signing"),
    ("nested inflation", updated_by(stream(BOMB, b"/Filter [/FlateDecode /FlateDecode]")),
     "pdf.changed-after-signing"),
    ("huge predictor", updated_by(stream(zlib.compress(b"\0" * 99), b"/Filter /FlateDecode /DecodeParms "
                                         b"<</Predictor 15 /Columns 999999999>>")), "pdf.changed-after-signing"),
    ("a length of a milliard", updated_by(b"<</Length 1000000000>>\nstream\nx\nendstream"), "pdf.unreadable"),
    ("a length that is itself", updated_by(b"<</Length 1 0 R>>\nstream\nx\nendstream"), "pdf.unreadable"),
    ("a name of megabytes", updated_by(b"/" + b"A" * 3_000_000), "pdf.unreadable"),
    ("a number of megabytes", updated_by(b"9" * 3_000_000), "pdf.unreadable"),
    ("a text of brackets", updated_by(b"(" + b"(" * 200_000 + b")" * 200_000 + b")"), "pdf.unreadable"),
    ("comments without end", updated_by(b"%x\n" * 900_000 + b"<<>>"), "pdf.unreadable"),
    ("a chain of references", lambda g: file_of(*(b"%d 0 R" % (n + 1) for n in range(1, 2000)), b"<<>>"),
     "pdf.unreadable"),
    ("a small foreign file", lambda g: file_of(CATALOG, b"<</Type /Pages /Kids [] /Count 0>>", b"<<>>"),
     "pdf.not-signed"),
)  # fmt: skip

VARIANTS: list[Variant] = [*ENDS, *RANGES, *SPELLING, *TABLES, *SIZE]
