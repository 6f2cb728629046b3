"""A verdict as others read it: the JSON of `docs/verification.md` for programs, a few lines for people."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from hocba.kernel.clock import VIETNAM, iso_vietnam
from signing import sentences
from signing.seal.trust import SignerRole
from signing.seal.verdict import LINE_NAMES, CertificateReport, SignatureReport, Status, Verdict


def as_json(file: str, verdict: Verdict | None) -> dict[str, object]:
    """Return the contract's object for one file; without a verdict the file could not be read."""
    if verdict is None:
        return _unreadable(file)
    return {
        "file": file,
        "kind": verdict.kind.value,
        "indication": verdict.indication.value,
        "subindication": verdict.subindication.value if verdict.subindication else None,
        "look_up_code": verdict.look_up_code,
        "signatures": [_signature(one) for one in verdict.signatures],
        "structure": verdict.structure,
        "status": verdict.status.value,
        "lines": {name: verdict.lines[name].value for name in LINE_NAMES},
        "reasons": sentences.sentences(verdict),
    }


def _unreadable(file: str) -> dict[str, object]:
    return {
        "file": file,
        "kind": None,
        "indication": "INDETERMINATE",
        "subindication": "TRY_LATER",
        "look_up_code": None,
        "signatures": [],
        "structure": False,
        "status": "unknown",
        "lines": dict.fromkeys(LINE_NAMES, "unknown"),
        "reasons": [sentences.of_code("file.unreadable")],
    }


def _signature(one: SignatureReport) -> dict[str, object]:
    return {
        "role": _role(one),
        "signer": one.signer,
        "issuer": one.issuer,
        "signing_time": _instant(one.signing_time),
        "timestamp": _instant(one.timestamp),
        "certificate": None if one.certificate is None else _certificate(one.certificate),
        "integrity": one.integrity,
        "covers": one.covers,
    }


def _role(one: SignatureReport) -> str:
    """Return the signer's role: the PDF too is signed by the school's seal, `covers` tells the two apart."""
    return SignerRole.SEAL.value if one.covers == "pdf" else one.role


def _certificate(one: CertificateReport) -> dict[str, object]:
    return {
        "serial": one.serial,
        "not_before": iso_vietnam(one.not_before),
        "not_after": iso_vietnam(one.not_after),
        "status": one.status,
    }


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else iso_vietnam(moment)


def as_text(file: str, verdict: Verdict | None) -> str:
    """Return the verdict for a person: headline, six lines, who signed, and why."""
    if verdict is None:
        return f"{file}\n  {sentences.of_code('file.unreadable')}\n"
    headline = sentences.headline(verdict)
    rows = [file, f"  {headline}"]
    if verdict.look_up_code:
        rows.append(_("  Mã tra cứu học bạ: %(code)s") % {"code": verdict.look_up_code})
    width = max(len(str(name)) for name in sentences.LINES.values())
    rows += [f"  {sentences.LINES[name]!s:<{width}}  {_state(verdict, name)}" for name in LINE_NAMES]
    rows += [f"    {_signer(one)}" for one in verdict.signatures]
    rows += [f"  - {text}" for text in sentences.sentences(verdict) if text not in headline]
    return "\n".join(rows) + "\n"


def _state(verdict: Verdict, name: str) -> str:
    if name != "status":
        return str(sentences.STATES[verdict.lines[name]])
    word = str(sentences.STATUSES[verdict.status])
    if verdict.status is Status.UNKNOWN or verdict.status_at is None:
        return word
    return _("%(status)s (theo danh sách lúc %(time)s)") % {
        "status": word,
        "time": _time(verdict.status_at),
    }


def _signer(one: SignatureReport) -> str:
    moment = one.timestamp or one.signing_time
    state = sentences.CERTIFICATE_STATES.get(one.certificate.status if one.certificate else "unknown", "")
    return _("%(role)s (%(covers)s): %(signer)s, ký lúc %(time)s; chứng thư do %(issuer)s cấp, %(state)s") % {
        "role": sentences.ROLES.get(_role(one), one.role),
        "covers": sentences.COVERAGE.get(one.covers, one.covers),
        "signer": one.signer,
        "time": _time(moment) if moment else "?",
        "issuer": one.issuer,
        "state": state,
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S")
