"""The bundle as a zip file: six parts with fixed names, written deterministically, read without trust.

Written stored; one that a person unpacked and packed again (deflated, other dates) is read as well. So what a
packing program writes of its own is free and carries nothing: versions, dates, attributes, flags without
effect, extra fields. Names, contents, order of the directory and every length are not.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

XML, PDF, PROOF = "transcript.xml", "transcript.pdf", "proof.tlog-proof"
AUTHORITY, STATUS, MANIFEST = "trust/authority.json", "trust/status.json", "manifest.json"
NAMES: Final = (XML, PDF, PROOF, AUTHORITY, STATUS, MANIFEST)
FOLDER: Final = "trust/"
"""The one entry beside the parts that is borne: packing programs add it when they pack the folder again."""

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_INFLATED_BYTES: Final = 20 * 1024 * 1024

_END = struct.Struct("<4s4H2LH")
_LOCAL = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s24x3H12x")
_ENCRYPTED: Final = 0x0001 | 0x0040 | 0x2000
_DESCRIPTOR: Final = 0x0008
_DESCRIPTOR_BYTES: Final = (0, 12, 16)
_ZIP64 = 0xFFFFFFFF


class BadContainer(Exception):
    """Not a bundle; `code` is one of `codes.CODES`, `part` the name concerned."""

    def __init__(self, code: str, part: str = "") -> None:
        super().__init__(f"{code} {part}".strip())
        self.code = code
        self.part = part


def write(parts: Mapping[str, bytes]) -> bytes:
    """Return the zip of exactly the six parts: same in, same bytes out. Raises: BadContainer."""
    if set(parts) != set(NAMES):
        raise BadContainer("bundle.names")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in NAMES:
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            entry.create_system = 3  # the machine that packs must not show in the bytes
            archive.writestr(entry, parts[name])
    data = buffer.getvalue()
    if len(data) > MAX_BYTES:
        raise BadContainer("bundle.too-large")
    return data


def read(data: bytes) -> dict[str, bytes]:
    """Return the six parts. Raises: BadContainer."""
    if len(data) > MAX_BYTES:
        raise BadContainer("bundle.too-large")
    directory_at = _check_end(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            _check_layout(data, entries, directory_at)
            return {name: _unpack(data, archive.getinfo(name)) for name in NAMES}
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError) as error:
        raise BadContainer("bundle.not-zip") from error
    except (EOFError, UnicodeDecodeError, ValueError, OSError) as error:
        raise BadContainer("bundle.not-zip") from error


def _check_end(data: bytes) -> int:
    """Return where the central directory begins: one disk, no zip64, nothing before, after or in between."""
    if len(data) < _END.size or data[:4] != b"PK\x03\x04":
        raise BadContainer("bundle.not-zip")
    mark, disk, start_disk, here, total, size, offset, comment = _END.unpack(data[-_END.size :])
    whole = mark == b"PK\x05\x06" and offset + size + _END.size == len(data)
    if not whole or (disk, start_disk, comment) != (0, 0, 0) or here != total:
        raise BadContainer("bundle.not-zip")
    if not len(NAMES) <= total <= len(NAMES) + 1:
        raise BadContainer("bundle.names")
    _check_directory(data, int(offset), total)
    return int(offset)


def _check_directory(data: bytes, place: int, total: int) -> None:
    """The directory has so many entries, without comments, and ends where the end mark begins."""
    for _ in range(total):
        mark, name, extra, comment = _ENTRY.unpack(
            data[place : place + _ENTRY.size].ljust(_ENTRY.size, b"\0")
        )
        if mark != b"PK\x01\x02" or comment:
            raise BadContainer("bundle.not-zip")
        place += _ENTRY.size + name + extra
    if place != len(data) - _END.size:
        raise BadContainer("bundle.not-zip")


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.orig_filename for entry in entries if not _is_folder(entry)]
    if sorted(names) != sorted(NAMES) or len(entries) - len(names) > 1:
        raise BadContainer("bundle.names")
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        plain = kind in (0, stat.S_IFREG) or (_is_folder(entry) and kind == stat.S_IFDIR)
        packed = entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        if not plain or not packed or entry.flag_bits & _ENCRYPTED or entry.volume:
            raise BadContainer("bundle.part", entry.orig_filename)
        if entry.compress_type == zipfile.ZIP_STORED and entry.compress_size != entry.file_size:
            raise BadContainer("bundle.part", entry.orig_filename)
        if _ZIP64 in (entry.file_size, entry.compress_size, entry.header_offset):
            raise BadContainer("bundle.not-zip")
    if sum(entry.file_size for entry in entries) > MAX_INFLATED_BYTES:
        raise BadContainer("bundle.too-large")


def _is_folder(entry: zipfile.ZipInfo) -> bool:
    return entry.orig_filename == FOLDER and entry.file_size == 0 and entry.compress_size <= 2


def _check_layout(data: bytes, entries: list[zipfile.ZipInfo], directory_at: int) -> None:
    """Refuse overlapping parts, gaps, and local headers that tell another story than the directory."""
    end, described = 0, False
    starts = [(entry.header_offset, entry) for entry in sorted(entries, key=lambda item: item.header_offset)]
    for start, entry in [*starts, (directory_at, None)]:
        if start - end not in (_DESCRIPTOR_BYTES if described else (0,)):
            raise BadContainer("bundle.not-zip")
        if entry is not None:
            end, described = _end_of_part(data, entry), bool(entry.flag_bits & _DESCRIPTOR)


def _end_of_part(data: bytes, entry: zipfile.ZipInfo) -> int:
    start: int = entry.header_offset
    header = _LOCAL.unpack(data[start : start + _LOCAL.size])
    mark, _version, flags, method, _time, _date, crc, packed, size, name_length, extra_length = header
    name = data[start + _LOCAL.size : start + _LOCAL.size + name_length]
    told = (packed, size, crc) == (entry.compress_size, entry.file_size, entry.CRC)
    untold = bool(flags & _DESCRIPTOR) and (packed, size, crc) == (0, 0, 0)
    agrees = name == entry.orig_filename.encode("utf-8") and method == entry.compress_type
    if mark != b"PK\x03\x04" or flags & _ENCRYPTED or not agrees or not (told or untold):
        raise BadContainer("bundle.not-zip", entry.orig_filename)
    return int(start + _LOCAL.size + name_length + extra_length + entry.compress_size)


def _unpack(data: bytes, entry: zipfile.ZipInfo) -> bytes:
    """Return a part that fills its place to the last byte: nothing may hide behind a deflate stream's end."""
    end = _end_of_part(data, entry)
    packed = data[end - entry.compress_size : end]
    if entry.compress_type == zipfile.ZIP_DEFLATED:
        worker = zlib.decompressobj(-zlib.MAX_WBITS)
        plain = worker.decompress(packed, entry.file_size + 1)
        if not worker.eof or worker.unused_data or worker.unconsumed_tail:
            raise BadContainer("bundle.part", entry.orig_filename)
    else:
        plain = packed
    if len(plain) != entry.file_size or zlib.crc32(plain) != entry.CRC:
        raise BadContainer("bundle.part", entry.orig_filename)
    return plain
