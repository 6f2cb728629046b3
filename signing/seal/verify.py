"""The one door to verification: bytes and trust in, verdict out; a file's name is never looked at."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from signing.seal.trust import Trust
from signing.seal.verdict import LINE_NAMES, Kind, Line, Reason, Verdict, conclude
from signing.seal.verdict import SubIndication as Sub

MAX_BYTES: Final = 10 * 1024 * 1024
"""The Ministry's limit for one transaction; nothing that we issue comes near it."""

_HEAD: Final = 1024
_BLANK: Final = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"


def verify_file(data: bytes, trust: Trust, at: datetime) -> Verdict:
    """Return the verdict on a sealed XML, a sealed PDF or a bundle, believing `trust`, at the moment `at`.

    Pure: no network, no clock, no database. Damage of any kind is a reason in the verdict, never an error.
    """
    kind, certain = sniff(data)
    if len(data) > MAX_BYTES:
        return refused(kind, "file.too-large")
    if not certain:
        return refused(kind, "file.kind-unknown")
    try:
        return _verified(kind, data, trust, at)
    except Exception:  # the last resort: what breaks a verifier is vouched for by nobody, and ends no program
        return undecided(kind, "file.verifier-broken")


def _verified(kind: Kind, data: bytes, trust: Trust, at: datetime) -> Verdict:
    # Each verifier is imported when it is needed: the PDF's takes most of a second to load.
    if kind is Kind.PDF:
        from signing.seal.pdf.verify import verify_pdf

        return verify_pdf(data, trust, at)
    if kind is Kind.BUNDLE:
        from signing.seal.bundle import verify_bundle

        return verify_bundle(data, trust, at)
    from signing.seal.xml.verify import verify_xml

    return verify_xml(data, trust, at)


def sniff(data: bytes) -> tuple[Kind, bool]:
    """Return what kind of file the bytes are, and whether they begin as that kind must."""
    if data.startswith(b"%PDF-"):
        return Kind.PDF, True
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Kind.BUNDLE, True
    text = data[:_HEAD].lstrip(_BLANK)
    if text[:14].lower().startswith((b"<!doctype html", b"<html")):
        return Kind.XML, False
    if text.startswith(b"<") or (not text and data.lstrip(_BLANK).startswith(b"<")):
        return Kind.XML, True
    if b"%PDF-" in data[:_HEAD]:
        return Kind.PDF, False
    return (Kind.BUNDLE if b"PK\x05\x06" in data[-_HEAD:] else Kind.XML), False


def refused(kind: Kind, code: str) -> Verdict:
    """Return the verdict on a file that is not looked into."""
    reason = Reason.failed(Sub.FORMAT_FAILURE, "integrity", code)
    return conclude(kind, [reason], lines=dict.fromkeys(LINE_NAMES, Line.UNKNOWN))


def undecided(kind: Kind, code: str, **facts: object) -> Verdict:
    """Return the verdict on a file that could not be checked to its end."""
    reason = Reason.unknown(Sub.TRY_LATER, "integrity", code, **facts)
    return conclude(kind, [reason], lines=dict.fromkeys(LINE_NAMES, Line.UNKNOWN))
