"""Which template, styles and letters draw a transcript: the string in the PDF and in the log leaf."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hocba.kernel.canonical import sha256_hex

TEMPLATE_NAME = "hocba primary-year 1.0"
TEMPLATES = Path(__file__).parent / "template"
STYLESHEET = TEMPLATES / "transcript.css"
"""Styles of the transcript itself, for the web view; screen pages add nothing inline."""

FONT_DIRECTORY = Path("/usr/share/fonts/truetype/liberation2")
FONT_FILES = (
    "LiberationSerif-Regular.ttf",
    "LiberationSerif-Bold.ttf",
    "LiberationSerif-Italic.ttf",
    "LiberationSerif-BoldItalic.ttf",
)


class FontsMissing(Exception):
    """Liberation Serif 2 is not installed (Debian package `fonts-liberation2`)."""


@cache
def template_version() -> str:
    """Return name and hashes of the template, of the four font files and of the renderer.

    Raises: FontsMissing.
    """
    import weasyprint

    files = sorted(path for path in TEMPLATES.iterdir() if path.suffix in {".html", ".css"})
    template = sha256_hex(b"".join(sha256_hex(path.read_bytes()).encode() for path in files))
    try:
        fonts = sha256_hex(
            b"".join(sha256_hex((FONT_DIRECTORY / n).read_bytes()).encode() for n in FONT_FILES)
        )
    except FileNotFoundError as error:
        raise FontsMissing(str(FONT_DIRECTORY)) from error
    return f"{TEMPLATE_NAME} template={template[:16]} font={fonts[:16]} weasyprint={weasyprint.VERSION}"
