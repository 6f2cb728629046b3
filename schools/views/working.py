"""Choose the unit to work in, for a person with roles in several."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hocba.kernel.errors import NotFound
from schools.http import WORKING_IN, ActingRequest
from schools.permissions import ANYBODY, needs


@needs(ANYBODY)
@require_POST
def work_in(request: ActingRequest) -> HttpResponse:
    """Remember the unit for this session, and lead to where work begins there."""
    chosen = request.POST.get("unit", "")
    unit = next((one for one in request.actor.units if str(one.unit_id) == chosen), None)
    if unit is None:
        raise NotFound(_("Không tìm thấy. Vai trò ở nơi này có thể đã kết thúc."))
    request.session[WORKING_IN] = unit.unit_id
    messages.info(request, _("Đang làm việc ở %(unit)s.") % {"unit": unit.unit_name})
    return redirect("front")
