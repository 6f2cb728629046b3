"""Drawn pages changed before the school seals them with its true key."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pikepdf

from tests.hostile_pdf.containers import Plan, sealed
from tests.hostile_pdf.ground import Ground

Edit = Callable[[pikepdf.Pdf], object]
OPERATOR = re.compile(
    rb"(?<![^\s])(q|Q|cm|rg|RG|w|re|f|W|n|m|l|h|S|Do|gs|Tr|Tz|Ts|Tc|Tf|Tm|TJ|Tj|BT|ET|BDC|EMC|sh|cs|scn|f\*)(?= |$)"
)


def rebuild(pdf: bytes, edit: Edit, **options: object) -> bytes:
    """Return a drawn PDF changed by `edit`, laid out as ours are."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        edit(opened)
        kept = {"object_stream_mode": pikepdf.ObjectStreamMode.disable} | options
        opened.save(out, fix_metadata_version=False, **kept)
    return out.getvalue()


def resealed(edit: Edit, **options: object) -> Callable[[Ground], bytes]:
    return lambda g: sealed(g, Plan(), rebuild(g.drawn, edit, **options))


def content(change: Callable[[bytes], bytes], number: int = 2) -> Edit:
    """Return an edit of a page's content stream."""

    def edit(pdf: pikepdf.Pdf) -> None:
        stream = pdf.pages[number].Contents
        old = stream.read_bytes()
        new = change(old)
        assert new != old
        stream.write(new)

    return edit


def lines(operators: bytes) -> bytes:
    """Return operators as our renderer writes them, each on a line of its own: the form must not give them away."""
    return OPERATOR.sub(rb"\1\n", operators).strip(b"\n ").replace(b"\n ", b"\n")


def paint(operators: bytes, number: int = 2) -> Edit:
    """Return an edit that paints something over all else."""
    return content(lambda old: old + b"\n" + lines(b"q " + operators + b" Q"), number)
