"""A country with something behind every door: a class to fill in, one to confirm, one to sign, one that is issued."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from exports.actions import discovery, looking_up
from exports.models import Destination
from hocba.kernel import clock
from records.models import Transcript
from schools import actors, scopes
from schools.models import ClassYear, Membership, Person
from schools.permissions import Role
from signing.actions import register
from signing.models import Authority, SealedDocument
from signing.seal.trust import SignerRole
from tests import factories
from tests.doors.judge import digest
from tests.exports import papers
from tests.world import World

STRANGER = "stranger"
KINDS = ("xml", "pdf", "zip")
ELSEWHERE = ("static", "api/docs", "_/")
"""Doors without anybody's input: files, and pages for those who build pages."""


@dataclass
class Ground:
    """The people who may, and what stands in addresses."""

    world: World
    people: dict[str, Person]
    words: dict[str, list[Any]]
    clients: dict[str, Client] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    """What stands in each table before each try (`judge.digest`)."""

    def client(self, who: str) -> Client:
        """Return the browser in which somebody is signed in."""
        if who not in self.clients:
            self.clients[who] = made = Client(raise_request_exception=False)
            if who != STRANGER:
                person = self.people[who]
                made.force_login(getattr(person, "account", None) or factories.an_account(person))
        return self.clients[who]

    @property
    def everybody(self) -> list[str]:
        """Return all who may knock."""
        return [STRANGER, *self.people]

    def addresses(self) -> dict[str, list[str]]:
        """Return the doors of the URL map: pattern → addresses that lead to something."""
        return {pattern: list(_filled(pattern, self.words)) for pattern in patterns()}


def patterns() -> list[str]:
    """Return every pattern of the URL map as text, in its order."""

    def walk(resolver: URLResolver, before: str) -> list[str]:
        found = []
        for one in resolver.url_patterns:
            whole = before + str(one.pattern)
            found += [whole] if isinstance(one, URLPattern) else walk(one, whole)
        return found

    return [one for one in walk(get_resolver(), "") if not one.startswith(ELSEWHERE)]


def _filled(pattern: str, words: dict[str, list[Any]]) -> list[str]:
    """Fill a pattern: parameters of one kind of row go together, by place in their lists."""
    names = [part.split(":")[-1] for part in re.findall(r"<([^>]+)>", pattern)]
    many = max((len(_of(words, name, pattern)) for name in names), default=1)
    filled = []
    for place in range(many):
        address = "/" + pattern
        for name in names:
            of_name = _of(words, name, pattern)
            address = re.sub(rf"<(?:[a-z]+:)?{name}>", str(of_name[place % len(of_name)]), address)
        filled.append(address)
    return list(dict.fromkeys(filled))


def _of(words: dict[str, list[Any]], name: str, pattern: str) -> list[Any]:
    """Return what may stand at a parameter: of this very pattern, of its beginning, or of any."""
    for key in (f"{pattern}#{name}", f"{pattern.split('<')[0]}#{name}", name):
        if key in words:
            return words[key]
    return [1]


def populated(world: World) -> Ground:
    """Return a school in which each step of the road has a class of one pupil."""
    school, year = world.school, world.school_year().code
    world.clerk  # noqa: B018 - the school's seal is approved
    made: dict[str, Any] = {"school": school, "homeroom": world.homeroom, "year": year}
    open_class = factories.a_class_year(1, **made)
    factories.fill_results(open_class.enrolments.get(), at=world.now())
    frozen, issued = world.frozen_class(1), world.frozen_class(1)
    sealed = world.issue(issued)[0]
    _owed(world)
    spare, fresh = factories.a_teacher(school), factories.a_teacher(school)
    factories.an_account(spare)
    authority = _asked(world, spare)
    root = factories.the_ministry()
    assert school.parent is not None
    people = {
        "homeroom": world.homeroom, "principal": world.principal, "clerk": world.clerk,
        "registrar": factories.a_registrar(school), "school admin": factories.a_school_admin(school),
        "department": world.department, "ministry": factories.a_member(root, Role.MINISTRY),
        "operator": factories.a_member(root, Role.SYSTEM), "guardian": factories.a_guardian(sealed.pupil),
    }  # fmt: skip
    words = _words(open_class, frozen, issued, sealed)
    role_of = Membership.objects.filter(person=spare).values_list("pk", flat=True)[0]
    words |= {
        "person": [spare.pk, fresh.pk],
        "membership": [role_of],
        "chung-thu/#number": [authority.pk],
        "chung-thu/<int:number>/ngung/#number": [papers.an_authority(school, fresh).pk],
        "don-vi/#code": [school.code, school.parent.code, root.code],
        "tien-do/#code": [school.code, school.parent.code],
        "gui-so/truong/#code": [school.code],
    }
    ground = Ground(world, people, words)
    with transaction.atomic():
        scopes.apply(school.path)
        ground.state = digest(connection.introspection.table_names())
    return ground


def _words(
    open_class: ClassYear, frozen: ClassYear, issued: ClassYear, sealed: SealedDocument
) -> dict[str, list[Any]]:
    classes = [open_class, frozen, issued]
    with scopes.system(open_class.school.path):
        transcript = Transcript.objects.get(class_year=frozen)
    number = issued.signing_batches.values_list("pk", flat=True)[0]
    return {
        "code": [one.code for one in classes],
        "enrolment": [one.enrolments.get().pk for one in classes],
        "subject_code": ["TOAN", "AN", "NN1"],
        "role": ["gvcn", "gvcn", "kph"],
        "lop/<str:code>/ky/<str:role>/<int:transcript>/#code": [frozen.code],
        "transcript": [transcript.pk],
        "dot-ky/#number": [number],
        "hoc-ba/#code": [sealed.look_up_code],
        "xac-thuc/#code": [sealed.look_up_code],
        "api/v1/verify/#code": [sealed.look_up_code],
        "api/v1/transcripts/#code": [sealed.look_up_code],
        "con-em/<int:pupil>/<uuid:code>.<str:kind>#code": [sealed.look_up_code],
        "con-em/#pupil": [sealed.pupil_id],
        "pupil": [one.enrolments.get().pupil_id for one in classes],
        "kind": list(KINDS),
        "ticket": [looking_up.ticket(sealed)],
        "index": [0],
        "name": ["anchors.json", "root.pem"],
    }


def _asked(world: World, person: Person) -> Authority:
    """Return an entry of the register that waits for a decision."""
    issued = world.ground.pki.issue_person(person.full_name, person.personal_number)
    credential = world.ground.enrol(issued)
    with transaction.atomic():
        return register.request(
            world.school,
            role=SignerRole.HOMEROOM,
            credential=credential,
            person=person,
            by=world.actor(world.clerk),
        )


def _owed(world: World) -> None:
    """Owe a destination what was issued; nobody answers there."""
    assert world.school.parent is not None
    destination = Destination.objects.create(
        code="ministry", name="Kho Bản Mẫu", base_url="http://127.0.0.1:9", unit_path=world.school.parent.path
    )
    discovery.discover(destination, by=actors.system(clock.now()))
