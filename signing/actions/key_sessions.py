"""Open a session of the key agent: with which certificate, and what a person is told when the PIN does not fit.

The one place where a PIN goes through: batches of signatures and packages both begin here.
"""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from hocba.kernel.errors import Invalid, RuleBroken
from schools.actors import Actor
from schools.models import Unit
from signing.actions import instruments, standing
from signing.models import Authority
from signing.queries import certificates
from signing.seal import keys
from signing.seal.trust import SignerRole

SESSION_MINUTES = 30


def certificate_for(by: Actor, school: Unit, role: SignerRole) -> Authority:
    """Return the approved entry of the register with which this actor signs in `role` for this school.

    Nobody ends it before the running transaction has ended.
    Raises: RuleBroken, when there is none in force or its certificate is outside its dates.
    """
    found = certificates.in_force(by, school.pk, role)
    if found is None or not standing.stands_now(found.pk, by.at):
        raise RuleBroken(
            _("Chưa có chứng thư số còn hạn được cấp trên phê duyệt cho việc ký này. Xem mục Chứng thư số."),
            law="CV 2088/BGDĐT-GDTH, Phụ lục 1, III.1",
            code="no-authority",
        )
    return found


@sensitive_variables()
def open_session(authority: Authority, *, signatures: int, purpose: str, pin: str) -> keys.Session:
    """Return a session for so many signatures, `SESSION_MINUTES` long; `purpose` stands in the agent's journal.

    Raises: Invalid with the field `pin`, when the PIN is wrong or locked; KeyUnavailable.
    """
    try:
        return instruments.keys().authorise(
            authority.credential, pin, signatures, SESSION_MINUTES, f"{purpose}:{authority.school.code}"
        )
    except keys.WrongPin as wrong:
        sentence = _("Mã PIN không đúng. Còn %(left)s lần thử trước khi khóa bị khóa lại.") % {
            "left": wrong.remaining
        }
        raise Invalid(
            sentence, fields={"pin": sentence}, code="wrong-pin", remaining=wrong.remaining
        ) from wrong
    except keys.PinLocked as locked:
        sentence = gettext(
            "Khóa ký đã bị khóa vì nhập sai mã PIN nhiều lần. Hãy liên hệ nơi cấp chứng thư để mở lại."
        )
        raise Invalid(sentence, fields={"pin": sentence}, code="pin-locked") from locked
    except keys.KeyUnavailable as away:
        away.sentence = gettext(
            "Thiết bị giữ khóa ký chưa trả lời. Chưa có gì được ký; hãy kiểm tra rồi thử lại."
        )
        raise
