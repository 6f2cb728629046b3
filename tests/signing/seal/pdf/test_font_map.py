"""The letters are renewed after many documents: their native memory grows with each."""

from __future__ import annotations

import itertools

import pytest

from signing.seal.pdf import draw


def test_letters_are_kept_for_many_documents_and_then_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draw, "_drawn", itertools.count())
    first = draw.styles_and_fonts()
    kept = [draw.styles_and_fonts() for _ in range(draw.DOCUMENTS_A_FONT_MAP - 1)]

    assert all(one is first for one in kept)
    assert draw.styles_and_fonts() is not first
