"""The nastiest files through the page for everybody: a verdict for each, never an error, never accepted."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.hostile_bundle.parts import PARTS
from tests.hostile_bundle.variants import FRAME, Bundles
from tests.hostile_pdf import bytewise, containers, resealed, seen
from tests.hostile_pdf.ground import ground

pytestmark = pytest.mark.django_db
PDF = {
    "four hundred thousand objects", "brackets in brackets", "a number of megabytes", "a text of brackets",
    "stream without end behind a table", "loop", "deep DER", "two signers", "form within itself", "forms within forms",
    "bomb", "bomb in a bomb", "huge predictor", "codes sent to other glyphs",
}  # fmt: skip
ZIP = ("sixty-five thousand entries", "bomb", "bomb that lies", "zip64 records", "overlap")
PART = ("brackets for a manifest", "a number of a million digits", "proof without end")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_page_has_a_verdict_for_each(tmp_path: Path) -> None:
    ready = ground(tmp_path / "issued")
    variants = (*bytewise.VARIANTS, *containers.VARIANTS, *resealed.VARIANTS, *seen.VARIANTS)
    files = {f"{one.label}.pdf": one.make(ready) for one in variants if one.name in PDF}
    bundles = Bundles(ready)
    files |= {f"{name}.zip": FRAME[name][0](bundles) for name in ZIP}
    files |= {f"{name}.zip": PARTS[name][0](bundles) for name in PART}
    assert len(files) >= 20
    for number, (name, data) in enumerate(files.items(), start=1):
        sender = Client(REMOTE_ADDR=f"127.0.0.{number}")  # each has its own allowance
        answer = sender.post(reverse("signing:verify"), {"files": [SimpleUploadedFile(name, data)]})
        page = html.unescape(answer.content.decode())
        assert answer.status_code < 500, name
        assert "verdict--passed" not in page, name
        assert "Không hợp lệ" in page or "Chưa xác định" in page, name
