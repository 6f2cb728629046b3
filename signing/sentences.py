"""Reason codes and states in the words of the people who read them: what is wrong, and what to do.

Vietnamese is the gettext msgid. A sentence may quote facts of its reason as %(name)s; a fact that is not
there is left out. `docs/verification.md` shows them together.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from hocba.kernel.clock import VIETNAM
from signing.seal.trust import SignerRole
from signing.seal.verdict import Indication, Line, Reason, Status, SubIndication, Verdict
from signing.sentence_texts import SENTENCES
from signing.timestamp_texts import OF_TIMESTAMPS

LINES: Final = {
    "integrity": gettext_lazy("Toàn vẹn"),
    "signers": gettext_lazy("Người ký"),
    "authority": gettext_lazy("Thẩm quyền ký"),
    "time": gettext_lazy("Thời gian ký"),
    "log": gettext_lazy("Sổ công khai"),
    "status": gettext_lazy("Hiệu lực"),
}
STATES: Final = {
    Line.PASSED: gettext_lazy("đạt"),
    Line.FAILED: gettext_lazy("không đạt"),
    Line.UNKNOWN: gettext_lazy("chưa xác định"),
    Line.NOT_SHOWN: gettext_lazy("tệp này không kèm bằng chứng"),
}
STATUSES: Final = {
    Status.VALID: gettext_lazy("còn hiệu lực"),
    Status.WITHDRAWN: gettext_lazy("đã bị thu hồi"),
    Status.REPLACED: gettext_lazy("đã được thay thế bằng bản mới"),
    Status.UNKNOWN: gettext_lazy("chưa biết (không có danh sách thu hồi)"),
}
VERDICTS: Final = {
    Indication.PASSED: gettext_lazy("Hợp lệ"),
    Indication.FAILED: gettext_lazy("Không hợp lệ"),
    Indication.INDETERMINATE: gettext_lazy("Chưa xác định được"),
}
ROLES: Final = {
    SignerRole.HOMEROOM.value: gettext_lazy("Giáo viên chủ nhiệm"),
    SignerRole.LEADER.value: gettext_lazy("Cán bộ quản lý"),
    SignerRole.SEAL.value: gettext_lazy("Con dấu nhà trường"),
}
COVERAGE: Final = {
    "data": gettext_lazy("dữ liệu học bạ"),
    "data+countersigned": gettext_lazy("dữ liệu học bạ và chữ ký trước"),
    "document": gettext_lazy("toàn bộ tệp XML"),
    "pdf": gettext_lazy("toàn bộ tệp PDF"),
}
"""What a signature covers, as verdicts name it."""

CERTIFICATE_STATES: Final = {
    "good": gettext_lazy("còn hiệu lực khi ký"),
    "revoked": gettext_lazy("đã bị thu hồi khi ký"),
    "expired": gettext_lazy("đã hết hạn khi ký"),
    "unknown": gettext_lazy("chưa rõ khi ký"),
}

_CHANGED = gettext_noop("Nội dung đã bị thay đổi sau khi ký — không dùng bản này.")

_UNKNOWN_CODE = gettext_noop("Có một lỗi chưa có lời giải thích (%(code)s). Hãy báo cho đơn vị vận hành.")


def _means_changed(reason: Reason) -> bool:
    """Return whether a reason says that the content is not what was signed."""
    broken = reason.subindication in (SubIndication.HASH_FAILURE, SubIndication.SIG_CRYPTO_FAILURE)
    return broken and reason.indication is Indication.FAILED and reason.line == "integrity"


def sentence(reason: Reason) -> str:
    """Return what a reason means, in the active language, after the signer's role where it names one."""
    facts = dict(reason.facts)
    values = defaultdict(str, facts | {"code": reason.code, "on": _on(facts.get("since", ""))})
    of_timestamp = OF_TIMESTAMPS.get(reason.code) if reason.line == "time" else None
    text = _(of_timestamp or SENTENCES.get(reason.code, _UNKNOWN_CODE)) % values
    role = ROLES.get(facts.get("role", ""))
    if not role:
        return text
    return f"{role}: {text if text[1:2].isupper() else text[:1].lower() + text[1:]}"


def of_code(code: str) -> str:
    """Return the sentence of a code without facts."""
    return sentence(Reason.noted("integrity", code))


def sentences(verdict: Verdict) -> list[str]:
    """Return the sentences of a verdict, the gravest first, none twice."""
    gravity = {Indication.FAILED: 0, Indication.INDETERMINATE: 1, Indication.PASSED: 2}
    ordered = sorted(verdict.reasons, key=lambda reason: gravity[reason.indication])
    return list(dict.fromkeys(map(sentence, ordered)))


def headline(verdict: Verdict) -> str:
    """Return the one sentence above a verdict; a withdrawn transcript says so before all else."""
    word = str(VERDICTS[verdict.indication])
    if verdict.indication is not Indication.PASSED:
        gravest = [one for one in verdict.reasons if one.indication is verdict.indication]
        if any(map(_means_changed, gravest)):
            return f"{word}. {_(_CHANGED)}"
        return f"{word}. {sentence(gravest[0]) if gravest else ''}".strip()
    if verdict.status in (Status.WITHDRAWN, Status.REPLACED):
        code = f"status.{verdict.status.value}"
        found = next((one for one in verdict.reasons if one.code == code), Reason.noted("status", code))
        return sentence(found)
    return _passed(verdict)


def _passed(verdict: Verdict) -> str:
    seal = next((one for one in verdict.signatures if one.role == SignerRole.SEAL.value), None)
    moment = (seal.timestamp or seal.signing_time) if seal else None
    if seal is None or moment is None:
        return _("Hợp lệ. Học bạ này không bị thay đổi từ khi ký.")
    return _("Hợp lệ. Học bạ này do %(school)s phát hành ngày %(day)s, không bị thay đổi từ khi ký.") % {
        "school": seal.signer,
        "day": _day(moment),
    }


def _on(since: str) -> str:
    try:
        return _(" ngày %(day)s") % {"day": _day(datetime.fromisoformat(since))}
    except ValueError:
        return ""


def _day(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y")
