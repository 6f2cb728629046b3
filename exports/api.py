"""The REST API to read with: units, classes with their counters, issued transcripts.

A program signs in as a person and sees what that person sees; each page taken is one row of the trail. Pages
follow one another by cursor, refusals are problem documents (RFC 9457).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from exports.queries import issued
from schools.actors import Actor
from schools.permissions import ANYBODY
from schools.permissions import Permission as P

CODE = OpenApiParameter("code", OpenApiTypes.STR, OpenApiParameter.PATH)
LOOK_UP_CODE = OpenApiParameter("code", OpenApiTypes.UUID, OpenApiParameter.PATH)
FILES = ("xml", "pdf", "zip")


def _actor(request: Any) -> Actor:
    """Return who asks: made by the middleware, which the framework's own request passes through."""
    actor: Actor = request.actor
    return actor


class InTreeOrder(CursorPagination):
    """A hundred a page, in the order of the tree."""

    page_size = 100
    ordering = "path"


class InOrder(CursorPagination):
    """A hundred a page, oldest first."""

    page_size = 100
    ordering = "pk"


class UnitOut(serializers.Serializer):
    """A unit of the administrative tree."""

    code = serializers.CharField()
    name = serializers.CharField()
    level = serializers.CharField(source="level_id", help_text="ministry, department, subdepartment, school")
    parent_code = serializers.CharField(source="parent.code", default=None, allow_null=True)
    path = serializers.CharField(help_text="Codes from the root, each followed by a dot")


class CountsOut(serializers.Serializer):
    """How many transcripts of a class have reached each step; later steps count in the earlier ones too."""

    pupils = serializers.IntegerField()
    confirmed = serializers.IntegerField()
    frozen = serializers.IntegerField()
    homeroom_signed = serializers.IntegerField()
    principal_signed = serializers.IntegerField()
    issued = serializers.IntegerField()
    withdrawn = serializers.IntegerField()
    delivered = serializers.IntegerField()


class ClassOut(serializers.Serializer):
    """A class of one school year with its counters."""

    code = serializers.CharField()
    name = serializers.CharField()
    grade = serializers.IntegerField()
    school = serializers.CharField(source="school.code")
    school_year = serializers.CharField(source="school_year_id")
    progress = CountsOut(allow_null=True, default=None)


class TranscriptOut(serializers.Serializer):
    """An issued transcript: where it stands and where its files are."""

    look_up_code = serializers.UUIDField()
    standing = serializers.SerializerMethodField()
    pupil_code = serializers.CharField(source="pupil.code")
    pupil_name = serializers.CharField(source="pupil.full_name")
    class_code = serializers.CharField(source="class_year.code")
    school = serializers.CharField(source="class_year.school.code")
    school_year = serializers.CharField(source="class_year.school_year_id")
    issued_at = serializers.DateTimeField(source="sealed_at")
    xml_sha256 = serializers.CharField()
    pdf_sha256 = serializers.CharField()
    files = serializers.SerializerMethodField()

    def get_standing(self, row: Any) -> str:
        """Return "valid" or "withdrawn"."""
        return "withdrawn" if hasattr(row, "withdrawal") else "valid"

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string", "format": "uri"}})
    def get_files(self, row: Any) -> dict[str, str]:
        """Return the address of each file, as this person may fetch it."""
        request = self.context["request"]
        if _actor(request).grants:
            name, first = "signing:download", [row.look_up_code]
        else:
            name, first = "exports:child-file", [row.pupil_id, row.look_up_code]
        return {kind: reverse(name, args=[*first, kind], request=request) for kind in FILES}


class _List(ListAPIView):
    """A list whose every page is noted in the trail."""

    what = ""

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return a page."""
        answer = super().list(request, *args, **kwargs)
        issued.note_export(_actor(request), self.what, len(answer.data["results"]))
        return answer


class Units(_List):
    """Units that the signed-in person may see."""

    needs = P.UNIT_VIEW
    what = "units"
    serializer_class = UnitOut
    pagination_class = InTreeOrder

    def get_queryset(self) -> Any:
        """Return the visible units."""
        return issued.units(_actor(self.request))


class OneUnit(APIView):
    """One unit."""

    needs = P.UNIT_VIEW

    @extend_schema(parameters=[CODE], responses=UnitOut)
    def get(self, request: Request, code: str) -> Response:
        """Return a unit by its code."""
        return Response(UnitOut(issued.unit(_actor(request), code)).data)


@extend_schema(
    parameters=[
        OpenApiParameter("school_year", OpenApiTypes.STR, description="2025-2026"),
        OpenApiParameter("school", OpenApiTypes.STR, description="Code of a school"),
    ]
)
class Classes(_List):
    """Classes with their counters: of one's own school, or beneath one's desk."""

    needs = ANYBODY
    what = "classes"
    serializer_class = ClassOut
    pagination_class = InOrder

    def get_queryset(self) -> Any:
        """Return the visible classes."""
        asked = self.request.GET
        return issued.classes(
            _actor(self.request),
            school_year=asked.get("school_year", ""),
            school=asked.get("school", ""),
        )


class OneClass(APIView):
    """One class."""

    needs = ANYBODY

    @extend_schema(parameters=[CODE], responses=ClassOut)
    def get(self, request: Request, code: str) -> Response:
        """Return a class with its counters."""
        return Response(ClassOut(issued.class_year(_actor(request), code)).data)


@extend_schema(parameters=[OpenApiParameter("class_code", OpenApiTypes.STR, description="Code of a class")])
class Transcripts(_List):
    """Issued transcripts, withdrawn ones too; a guardian gets those of its own children."""

    needs = ANYBODY
    what = "transcripts"
    serializer_class = TranscriptOut
    pagination_class = InOrder

    def get_queryset(self) -> Any:
        """Return the visible transcripts."""
        return issued.transcripts(_actor(self.request), class_code=self.request.GET.get("class_code", ""))


class OneTranscript(APIView):
    """One issued transcript."""

    needs = ANYBODY

    @extend_schema(parameters=[LOOK_UP_CODE], responses=TranscriptOut)
    def get(self, request: Request, code: UUID) -> Response:
        """Return an issued transcript; the look is written into the family's trail."""
        row = issued.transcript(_actor(request), code)
        return Response(TranscriptOut(row, context={"request": request}).data)
