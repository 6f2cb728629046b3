"""REST doors of signing: verification for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hocba.kernel import clock
from hocba.kernel.errors import Invalid, NotFound
from hocba.logs import request_number
from schools.permissions import public
from signing import reports
from signing.actions import checks
from signing.seal.verify import MAX_BYTES


class VerifyFiles(APIView):
    """The verdict on sealed files, as `manage.py verify --json` gives it."""

    authentication_classes: list[Any] = []  # the framework's own name and type
    permission_classes = [AllowAny]
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="verify_files",
        request={
            "multipart/form-data": {
                "type": "object",
                "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
            }
        },
        responses={200: {"type": "array", "items": {"type": "object", "additionalProperties": True}}},
    )
    def post(self, request: Request) -> Response:
        """Verify up to ten files of at most 10 MB each."""
        files = request.FILES.getlist("files")
        if not 0 < len(files) <= checks.MOST_FILES:
            sentence = _("Gửi từ 1 đến %(most)s tệp trong trường files.") % {"most": checks.MOST_FILES}
            raise Invalid(sentence, fields={"files": sentence}, code="files")
        data = [one.read(MAX_BYTES + 1) for one in files]
        verdicts = checks.verify(data, asker=_asker(request))
        named = zip(files, verdicts, strict=True)
        return Response([reports.as_json(one.name or "", verdict) for one, verdict in named])


class VerifyCode(APIView):
    """What anybody may know of a look-up code: no name, no result."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    @extend_schema(operation_id="verify_code", responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request, code: UUID) -> Response:
        """Return school, year and standing."""
        found = checks.look_up(code, asker=_asker(request))
        if found is None:
            raise NotFound(_("Không có học bạ nào mang mã này."), code="unknown-code")
        return Response(
            {
                "look_up_code": str(found.look_up_code),
                "school": found.school_name,
                "school_year": found.school_year,
                "status": found.standing.lower(),
                "issued_at": found.issued_at,
                "ended_at": found.ended_at,
            }
        )


def _asker(request: Request) -> checks.Asker:
    return checks.Asker(request.META.get("REMOTE_ADDR", ""), clock.now(), request_number.get())


verify_files = public(VerifyFiles.as_view())
verify_code = public(VerifyCode.as_view())
