"""Sentences for findings about certificates where they are those of the authority that made a timestamp.

The codes are the same as about a signer; what a person has to read is not. Data only; see `sentences`.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

OF_TIMESTAMPS: Final[dict[str, str]] = {
    "path.unknown-issuer": gettext_noop(
        "Dấu thời gian do nơi không nằm trong danh sách tin cậy cấp, nên không chứng minh được ký lúc nào — "
        "hãy hỏi lại nhà trường."
    ),
    "path.revoked": gettext_noop(
        "Chứng thư của nơi cấp dấu thời gian đã bị thu hồi — không dùng bản này, hãy hỏi lại nhà trường."
    ),
    "path.expired": gettext_noop(
        "Chứng thư của nơi cấp dấu thời gian đã hết hạn khi đóng dấu — hãy hỏi lại nhà trường."
    ),
    "path.not-yet-valid": gettext_noop(
        "Chứng thư của nơi cấp dấu thời gian chưa có hiệu lực khi đóng dấu — không dùng bản này."
    ),
    "path.revocation-unknown": gettext_noop(
        "Tệp không cho biết chứng thư của nơi cấp dấu thời gian có bị thu hồi hay không — hãy hỏi lại nhà trường."
    ),
    "path.weak-algorithm": gettext_noop(
        "Chứng thư của nơi cấp dấu thời gian dùng thuật toán không còn an toàn. Hãy hỏi lại nhà trường."
    ),
    "path.broken": gettext_noop(
        "Chuỗi chứng thư của nơi cấp dấu thời gian không liền — hãy hỏi lại nhà trường."
    ),
    "certificate.is-authority": gettext_noop(
        "Dấu thời gian được ký bằng chứng thư của nơi cấp chứng thư, không phải của nơi cấp dấu thời gian. "
        "Hãy hỏi lại nhà trường."
    ),
    "certificate.key-usage": gettext_noop(
        "Dấu thời gian được ký bằng chứng thư không dùng để ký. Hãy hỏi lại nhà trường."
    ),
    "certificate.purpose": gettext_noop(
        "Dấu thời gian được ký bằng chứng thư được cấp cho việc khác, không phải để đóng dấu thời gian. Hãy "
        "hỏi lại nhà trường."
    ),
}
