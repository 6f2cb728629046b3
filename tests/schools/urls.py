"""The site's addresses and some more views, to try the middleware with doors that go wrong."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hocba.kernel.errors import Conflict
from hocba.urls import urlpatterns as site
from schools.models import UnitLevel
from schools.permissions import ANYBODY, Permission, needs, public

handler403 = "hocba.web.forbidden"
handler404 = "hocba.web.not_found"
handler500 = "hocba.web.server_error"


def write() -> None:
    """Leave a row behind."""
    UnitLevel.objects.create(code="left-behind", name="x", rank=99)


@public
def refuses(request: HttpRequest) -> HttpResponse:
    """Write, then refuse as the registry refuses."""
    write()
    raise Conflict("Người khác vừa lưu.")


@public
def breaks(request: HttpRequest) -> HttpResponse:
    """Write, then fail as programs fail."""
    write()
    raise ZeroDivisionError


@public
def works(request: HttpRequest) -> HttpResponse:
    """Write and answer."""
    write()
    return HttpResponse("ok")


def unmarked(request: HttpRequest) -> HttpResponse:
    """Carry no mark."""
    return HttpResponse("seen")


unmarked.__module__ = "schools.views.forgotten"


@needs(Permission.STAFF_EDIT)
def staff_only(request: HttpRequest) -> HttpResponse:
    """Answer with the scope that the database sees."""
    return HttpResponse("in")


@needs(ANYBODY)
def scope(request: HttpRequest) -> HttpResponse:
    """Answer with the scope that the database sees."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('hocba.scope', true), current_setting('hocba.pupils', true)")
        row = cursor.fetchone()
    return HttpResponse("|".join(one or "" for one in row))


@needs(ANYBODY)
class Refusing(APIView):
    """An API door that writes and refuses."""

    def get(self, request: Request) -> Response:
        """Write, then refuse."""
        write()
        raise Conflict("Người khác vừa lưu.")

    def post(self, request: Request) -> Response:
        """Answer."""
        return Response({"person": request.user.pk})


Refusing.__module__ = "schools.api"

urlpatterns = [
    *site,
    path("thu/refuses/", refuses),
    path("thu/breaks/", breaks),
    path("thu/works/", works),
    path("thu/unmarked/", unmarked),
    path("thu/staff/", staff_only),
    path("thu/scope/", scope),
    path("api/v1/thu/", Refusing.as_view()),
    path("api/v1/staff/", staff_only),
]
