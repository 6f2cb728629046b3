"""Two people at once: a page carries a mark of the values it showed, and saving asks whether they still stand.

For what counts no versions of its own. The mark is keyed, so that it tells nobody the values and nobody makes one.
The action asks under its lock; a caller without a page (a command, a task) has no mark and is not asked.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from hocba.kernel.errors import Conflict


def mark(values: Mapping[str, object]) -> str:
    """Return the mark of values as they stand, for a hidden field."""
    text = "\n".join(f"{name}={values[name]!r}" for name in sorted(values))
    return salted_hmac("schools.seen", text, algorithm="sha256").hexdigest()[:32]


def carried(sent: str | None, values: Mapping[str, object]) -> str:
    """Return the mark for a page: of `values`, or what a form brought along that comes back with errors.

    Such a page still shows what its reader typed over the old values; a fresh mark would let it pass over newer ones.
    """
    return sent or mark(values)


def still(seen: str | None, values: Mapping[str, object], *, theirs: object = "", yours: object = "") -> None:
    """Raise Conflict (HTTP 409) with both values when `values` are not those of the page that bore `seen`."""
    if seen is None or constant_time_compare(seen, mark(values)):
        return
    told = {"theirs": str(theirs) or _("để trống"), "yours": str(yours) or _("để trống")}
    raise Conflict(
        _(
            "Trong lúc đó người khác đã ghi: %(theirs)s. Giá trị vừa nhập chưa lưu: %(yours)s."
            " Hãy mở lại trang, xem giá trị mới rồi quyết định."
        )
        % told,
        code="changed-meanwhile",
        **told,
    )
