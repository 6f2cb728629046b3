"""Judge one row: a transcript for the store, or a request to withdraw one. Decides; the worker writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from lxml import etree

from exports.ministry.messages import SubmissionState, WithdrawalState
from exports.ministry.packages import WITHDRAWAL_TAGS, read_withdrawal
from exports.ministry.wire import clean_text
from exports.receiver import certificates
from exports.receiver.accounts import speaks_for
from exports.receiver.models import Document, Reception, Unit
from exports.receiver.signer import certificate_in
from exports.receiver.trust import trusted, with_approved
from records.national import v1_0
from records.national.reading import Unreadable, read_xml
from signing.seal.trust import SignerRole, Trust
from signing.seal.verdict import Indication, Reason, Status, Verdict
from signing.seal.xml import FOREIGN, STRICT, verify_xml
from signing.seal.xml.words import ds
from signing.sentences import sentence

_GENERAL = "DU_LIEU_HOC_BA/THONG_TIN_CHUNG"
_SEAL_SIGNATURE = f"DANH_SACH_THONG_TIN_KY/{SignerRole.SEAL}/{ds('Signature')}"
_NO_REGISTER = frozenset({"authority.no-register"})
"""Where no register of persons is at hand, the Ministry's v1.0 asks only about the school's seal."""

_BARE = frozenset({"timestamp.missing", "path.revocation-unknown"})
_MAX_REASONS = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """What a row says of itself, fit to store and show."""

    look_up_code: str = ""
    pupil_code: str = ""
    pupil_name: str = ""
    personal_number: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a row: its state, and when it is refused a code, a tag and facts for the sentence."""

    state: int
    facts: Facts
    error: str = ""
    field: str = ""
    detail: str = ""
    school: Unit | None = None


def judge_submission(reception: Reception, data: bytes, at: datetime) -> Outcome:
    """Return whether a transcript may enter the store; the store's own say is left to the caller.

    Raises: TrustMissing.
    """
    try:
        root = read_xml(data)
    except Unreadable:
        return Outcome(SubmissionState.REFUSED, Facts(), "ROW_UNREADABLE", "HOC_BA")
    facts = _facts(root, _GENERAL + "/")
    error, field, detail = _format(data)
    school = None
    if not error:
        error, field, detail, school = _place(reception, root)
    if not error:
        error, field, detail = _signatures(data, at)
    if not error and school is not None and not _seal_is_approved(root, school, at):
        error, field = "ROW_SEAL", SignerRole.SEAL.value
    state = SubmissionState.REFUSED if error else SubmissionState.APPROVED
    return Outcome(state, facts, error, field, detail, school)


def _facts(root: etree._Element, where: str) -> Facts:
    def text(tag: str, longest: int = 200) -> str:
        return clean_text(root.findtext(where + tag), longest)

    return Facts(text("MA_TRA_CUU_UUID", 40).lower(), text("MA_HOC_SINH"), text("HO_VA_TEN"), text("SO_CCCD"))


def _format(data: bytes) -> tuple[str, str, str]:
    errors = v1_0.schema_errors(data)
    if not errors:
        return "", "", ""
    return "ROW_FORMAT", clean_text(errors[0].tag, 60), errors[0].code


def _place(reception: Reception, root: etree._Element) -> tuple[str, str, str, Unit | None]:
    code = clean_text(root.findtext(f"{_GENERAL}/MA_TRUONG"), 100)
    school = Unit.objects.filter(code=code).first()
    if school is None or not speaks_for(reception.unit, school):
        return "ROW_SCHOOL", "MA_TRUONG", code, None
    if root.findtext(f"{_GENERAL}/NAM_HOC") != str(reception.school_year):
        return "ROW_YEAR", "NAM_HOC", "", school
    return "", "", "", school


def _signatures(data: bytes, at: datetime) -> tuple[str, str, str]:
    trust = trusted()
    verdict, tolerated = _verdict(data, trust, at)
    if verdict.status in (Status.WITHDRAWN, Status.REPLACED):
        return "ROW_WITHDRAWN", "MA_TRA_CUU_UUID", ""
    if trust.authorities is None:
        tolerated |= _NO_REGISTER
    against = [
        reason
        for reason in verdict.reasons
        if reason.indication is not Indication.PASSED and reason.code not in tolerated
    ]
    if not against:
        return "", "", ""
    failed = [reason for reason in against if reason.indication is Indication.FAILED]
    told = " ".join(dict.fromkeys(sentence(one) for one in (failed or against)[:_MAX_REASONS]))
    return "ROW_SIGNATURE" if failed else "ROW_OPEN", _slot_of((failed or against)[0]), clean_text(told, 2000)


def _verdict(data: bytes, trust: Trust, at: datetime) -> tuple[Verdict, frozenset[str]]:
    """Return the strict verdict, or, for a file that has not our profile, that of other makers' files.

    With it come the codes that may be overlooked: v1.0 asks for neither timestamp nor revocation data.
    """
    believed = trust if trust.authorities is None else with_approved(trust)
    verdict = verify_xml(data, believed, at, STRICT, structure=_checked_before)
    if not any(reason.code.startswith("layout.") for reason in verdict.reasons):
        return verdict, frozenset()
    foreign = verify_xml(data, believed, at, FOREIGN, structure=_checked_before)
    return foreign, _BARE if settings.RECEIVER_LEVEL == "basic" else frozenset()


def _checked_before(data: bytes) -> tuple[object, ...]:
    """The format was judged by `_format`; the verifier need not do it again."""
    return ()


def _slot_of(reason: Reason) -> str:
    role = dict(reason.facts).get("role", "")
    return clean_text(role, 60) or (
        "DU_LIEU_HOC_BA" if reason.line == "integrity" else "DANH_SACH_THONG_TIN_KY"
    )


def _seal_is_approved(root: etree._Element, school: Unit, at: datetime) -> bool:
    """Asked after the verifier has passed: the first certificate beside the seal is then the sealer's."""
    certificate = certificate_in(root.find(_SEAL_SIGNATURE))
    return certificate is not None and certificates.is_approved(school, certificate, at)


def judge_withdrawal(
    reception: Reception, data: bytes, load: Callable[[str], bytes], *, agreed_at_once: bool
) -> Outcome:
    """Return what becomes of a request to withdraw; `load` gives a stored transcript by its hash."""
    try:
        root = read_xml(data)
    except Unreadable:
        return Outcome(WithdrawalState.REFUSED, Facts(), "ROW_UNREADABLE", "HOC_BA")
    facts = _facts(root, "")
    asked = read_withdrawal(root)
    if asked is None:
        return Outcome(WithdrawalState.REFUSED, facts, "ROW_FORMAT", "HOC_BA", "withdrawal")
    code = clean_text(asked.school_code, 100)
    school = Unit.objects.filter(code=code).first()
    if school is None or not speaks_for(reception.unit, school):
        return Outcome(WithdrawalState.REFUSED, facts, "ROW_SCHOOL", "MA_TRUONG", code)
    document = Document.objects.filter(look_up_code=facts.look_up_code, school=school).first()
    if document is None:
        return Outcome(WithdrawalState.REFUSED, facts, "ROW_UNKNOWN", "MA_TRA_CUU_UUID")
    differing = _differing(root, load(document.sha256))
    if differing:
        return Outcome(WithdrawalState.REFUSED, facts, "ROW_DIFFERS", differing)
    state = WithdrawalState.AGREED if agreed_at_once else WithdrawalState.WAITING
    return Outcome(state, facts, school=school)


def _differing(asked: etree._Element, stored: bytes) -> str:
    general = read_xml(stored).find(_GENERAL)
    for tag in WITHDRAWAL_TAGS:
        written = "" if general is None else general.findtext(tag) or ""
        if tag == "NGAY_SINH" and len(written) >= 10:  # 2017-03-02T00:00:00+07:00 there, 02/03/2017 here
            written = f"{written[8:10]}/{written[5:7]}/{written[:4]}"
        if (asked.findtext(tag) or "") != written:
            return tag
    return ""
