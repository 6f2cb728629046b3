"""Attacked bundles: none accepted, each with its sentence, in time and memory; repacked genuine ones pass."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from signing.seal import container
from signing.seal.verdict import Indication
from tests.hostile_bundle.parts import PARTS
from tests.hostile_bundle.variants import FRAME, NAMES, Bundles
from tests.hostile_pdf.child import Answer, answers
from tests.hostile_pdf.ground import Ground, Variant, ground
from tests.hostile_pdf.judging import problems

FAMILIES = {"frame": FRAME, "names": NAMES, "parts": PARTS}


def variant(family: str, name: str) -> Variant:
    return Variant(family, name, lambda g: b"", tuple(FAMILIES[family][name][1].split()))


VARIANTS = [variant(family, name) for family, rows in FAMILIES.items() for name in rows]


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Bundles:
    made: Ground = ground(tmp_path_factory.mktemp("hostile-bundle") / "issued")
    return Bundles(made)


@pytest.fixture(scope="module")
def files(bundles: Bundles) -> dict[str, bytes]:
    return {one.label: FAMILIES[one.family][one.name][0](bundles) for one in VARIANTS}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_there_are_enough_and_none_is_another(files: dict[str, bytes], bundles: Bundles) -> None:
    assert len(files) == len(VARIANTS) >= 30
    assert bundles.genuine not in files.values()
    assert len(set(files.values())) == len(files)


@pytest.fixture(scope="module")
def told(bundles: Bundles, files: dict[str, bytes]) -> dict[str, Answer]:
    issued = bundles.issued
    at = issued.world.clock + timedelta(days=1)
    return answers(issued.directory.parent / "files", files, issued.directory, at)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_none_is_accepted(told: dict[str, Answer]) -> None:
    assert problems(VARIANTS, told) == []


# --- benign ---


def repacked(data: bytes, method: int, *, backwards: bool = False, folder: bool = False) -> bytes:
    """Unpack and pack again as a person's packing program would."""
    parts = container.read(data)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        if folder:
            archive.writestr(zipfile.ZipInfo("trust/", (2026, 6, 1, 8, 0, 0)), b"")
        for name in sorted(parts, reverse=backwards):
            entry = zipfile.ZipInfo(name, (2026, 6, 1, 8, 0, 0))
            entry.compress_type = method
            archive.writestr(entry, parts[name])
    return buffer.getvalue()


class Pipe(io.RawIOBase):
    """A way out that cannot be wound back."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        self.data += piece
        return len(piece)


def streamed(data: bytes) -> bytes:
    """Pack through a pipe: sizes stand behind the data, not before it."""
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in container.read(data).items():
            archive.writestr(name, part)
    return bytes(pipe.data)


def by_program(command: Callable[[Path], list[str]], folder: Path) -> Callable[[bytes], bytes]:
    """Return what a packing program makes of the unpacked bundle."""

    def pack(data: bytes) -> bytes:
        folder.mkdir()
        for name, part in container.read(data).items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(part)
        subprocess.run(command(folder.with_suffix(".zip")), cwd=folder, check=True, capture_output=True)
        return folder.with_suffix(".zip").read_bytes()

    return pack


def test_packed_again_they_pass(bundles: Bundles, tmp_path: Path) -> None:
    data, issued = bundles.genuine, bundles.issued
    python = ["python3", "-m", "zipfile", "-c"]
    ways: dict[str, Callable[[bytes], bytes]] = {
        "as it is": lambda whole: whole,
        "deflated": lambda whole: repacked(whole, zipfile.ZIP_DEFLATED),
        "stored": lambda whole: repacked(whole, zipfile.ZIP_STORED),
        "backwards": lambda whole: repacked(whole, zipfile.ZIP_DEFLATED, backwards=True),
        "with the folder": lambda whole: repacked(whole, zipfile.ZIP_DEFLATED, folder=True),
        "through a pipe": streamed,
        "by Python": by_program(
            lambda to: [*python, str(to), *(name for name in container.NAMES if "/" not in name), "trust/"],
            tmp_path / "python",
        ),
        "a second one": lambda whole: issued.build(number=2),
        "PDF alone": lambda whole: issued.pdf,
        "XML alone": lambda whole: issued.xml,
    }
    packed = {name: pack(data) for name, pack in ways.items()}
    assert len(set(packed.values())) == len(packed)
    at = issued.world.clock + timedelta(days=1)
    told = answers(tmp_path / "files", packed, issued.directory, at)
    assert {name: one.verdict.indication for name, one in told.items()} == dict.fromkeys(
        packed, Indication.PASSED
    )
