"""Attacked PDFs: none accepted, each with its sentence, in time and memory; genuine ones all pass."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zlib
from datetime import datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from signing.seal.pdf import letters
from signing.seal.pdf.draw import Images, draw
from signing.seal.verdict import Indication
from tests.hostile_pdf import bytewise, containers, dressed, proofs, resealed, seen, updates
from tests.hostile_pdf.child import Answer, answers
from tests.hostile_pdf.containers import Plan, sealed
from tests.hostile_pdf.ground import Ground, Variant, ground
from tests.hostile_pdf.judging import problems
from tests.signing.seal.pdf import letters as letters_of_fonts
from tests.signing.seal.pdf import sample
from tests.signing.seal.pdf.world import PICTURES, VERIFY_URL

ROOT = Path(__file__).resolve().parents[2]
MODULES = (bytewise, updates, containers, proofs, resealed, seen, dressed)
VARIANTS: list[Variant] = [one for module in MODULES for one in module.VARIANTS]
ODD = sample.Pupil(
    common={"HO_VA_TEN": "H’Bia Niê Kđăm", "DAN_TOC": "Ê-đê", "CHO_O_HIEN_NAY": "fi ffi “ngoặc” – … ½ № Ƀ"},
    summary={"NHAN_XET_GVCN": "Viết được 漢字 & chữ số ², biết dùng dấu <, >."},
)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return ground(tmp_path_factory.mktemp("hostile-pdf") / "issued")


@pytest.fixture(scope="module")
def files(ready: Ground) -> dict[str, bytes]:
    return {variant.label: variant.make(ready) for variant in VARIANTS}


@pytest.fixture(scope="module")
def at(ready: Ground, files: dict[str, bytes]) -> datetime:
    return ready.world.clock + timedelta(days=1)


@pytest.fixture(scope="module")
def told(ready: Ground, files: dict[str, bytes], at: datetime) -> dict[str, Answer]:
    return answers(ready.issued.directory.parent / "files", files, ready.issued.directory, at)


def test_there_are_enough_and_none_is_another(files: dict[str, bytes], ready: Ground) -> None:
    assert len(files) == len(VARIANTS) >= 60
    assert ready.sealed not in files.values()
    same: dict[bytes, list[str]] = {}
    for label, data in files.items():
        same.setdefault(data, []).append(label)
    assert [labels for labels in same.values() if len(labels) > 1] == []


def test_none_is_accepted(told: dict[str, Answer]) -> None:
    assert problems(VARIANTS, told) == []


def picture(mode: str) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (300, 120), (0, 0, 255, 128)[: len(mode)]).save(out, "PNG")
    return out.getvalue()


def benign(g: Ground) -> dict[str, bytes]:
    """Return genuine files of all kinds."""
    world, made = g.world, {"usual": g.sealed}
    pictures = Images(picture("RGBA"), picture("RGB"), picture("RGBA"))
    for name, pupil, images, specimen in (
        ("longest", sample.LONGEST, PICTURES, True),
        ("barest, without pictures", sample.BAREST, Images(), False),
        ("odd letters, pictures of pixels", ODD, pictures, True),
    ):
        xml = world.sealed_xml(pupil)
        made[name] = world.seal(draw(xml, images, verify_url=VERIFY_URL, specimen=specimen))
    made["sealed by RSA"] = sealed(g, Plan(key=g.flawed["RSA"]))
    made["stamped anew by anybody"] = g.archived(g.certified)
    made["named by a plan"] = sealed(g, Plan())
    return made


def test_genuine_ones_pass_and_others_agree(ready: Ground, tmp_path: Path) -> None:
    genuine = benign(ready)
    at = ready.world.clock + timedelta(days=1)
    told = answers(tmp_path / "files", genuine, ready.issued.directory, at)
    assert {name: one.verdict.reasons for name, one in told.items()} == dict.fromkeys(genuine, ())
    assert {one.verdict.indication for one in told.values()} == {Indication.PASSED}
    for number, name in enumerate(genuine):
        path = tmp_path / "files" / f"{number:04}"
        poppler = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=True)
        assert "Signature is Valid" in poppler.stdout, name
        with pikepdf.open(path) as opened:  # what `qpdf --check` says
            assert opened.check_pdf_syntax() == [], name


def test_the_pinned_letters_are_those_of_the_installed_fonts() -> None:
    assert zlib.decompress(letters.TABLE.read_bytes()) == zlib.decompress(letters_of_fonts.table())
    assert {"ệ", "Ữ", "đ", "9"} <= letters.repertoire()


def test_the_command_says_the_same(told: dict[str, Answer], ready: Ground, at: datetime) -> None:
    """`manage.py verify --json --offline` over every file: the contract's shape and exit code, no traceback."""
    folder = ready.issued.directory.parent / "files"
    paths = sorted(str(path) for path in folder.iterdir())
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "verify", *paths, "--json", "--offline",
         "--trust", str(ready.issued.directory), "--at", at.isoformat()],
        cwd=ROOT, env=os.environ | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (1, "")
    assert [row["file"] for row in rows] == paths
    for row, (label, answer) in zip(rows, told.items(), strict=True):
        assert (row["indication"], row["kind"]) == (answer.verdict.indication, answer.verdict.kind), label
        assert row["indication"] != "TOTAL-PASSED"
        assert row["reasons"], label
        assert row["lines"].keys() == {"integrity", "signers", "authority", "time", "log", "status"}
