"""The whole policy on one page: who may do what, to which rows.

Roles are code and hang on a unit; rights flow down the tree. Relations (homeroom teacher, subject teacher,
guardian, pupil) hang on rows. Two uses only: queries start with `visible`, actions start with `require`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from hocba.kernel.errors import NotFound, NotPermitted
from schools.models.units import PATH_END

if TYPE_CHECKING:
    from schools.actors import Actor

Row = TypeVar("Row", bound=Model)
View = TypeVar("View", bound=Callable[..., Any])


class Permission(StrEnum):
    """<app>.<noun>.<verb>."""

    UNIT_VIEW = "schools.unit.view"
    UNIT_EDIT = "schools.unit.edit"
    UNIT_KEEP = "schools.unit.keep"
    CLASS_VIEW = "schools.class.view"
    PUPIL_VIEW = "schools.pupil.view"
    PUPIL_EDIT = "schools.pupil.edit"
    STAFF_VIEW = "schools.staff.view"
    STAFF_EDIT = "schools.staff.edit"
    STAFF_INVITE = "schools.staff.invite"
    FAMILY_INVITE = "schools.family.invite"
    ROSTER_KEEP = "schools.roster.keep"
    TRAIL_VIEW = "schools.trail.view"
    RESULT_VIEW = "records.result.view"
    RESULT_ENTER = "records.result.enter"
    HOMEROOM_ENTER = "records.homeroom.enter"
    CELL_RETURN = "records.cell.return"
    PHRASE_VIEW = "records.phrase.view"
    PHRASE_KEEP = "records.phrase.keep"
    DECISION_RECORD = "records.decision.record"
    RESULTS_CONFIRM = "records.results.confirm"
    RESULTS_REOPEN = "records.results.reopen"
    SHEET_MAKE = "records.sheet.make"
    TRANSCRIPT_FREEZE = "records.transcript.freeze"
    TRANSCRIPT_VIEW = "records.transcript.view"
    TRANSCRIPT_RETURN = "records.transcript.return"
    SIGN_HOMEROOM = "signing.homeroom.sign"
    SIGN_LEADER = "signing.leader.sign"
    SEAL = "signing.school.seal"
    WITHDRAW = "signing.transcript.withdraw"
    CERTIFICATE_VIEW = "signing.certificate.view"
    CERTIFICATE_REQUEST = "signing.certificate.request"
    CERTIFICATE_APPROVE = "signing.certificate.approve"
    CERTIFICATE_END = "signing.certificate.end"
    DELIVERY_VIEW = "exports.delivery.view"
    DESTINATION_KEEP = "exports.destination.keep"
    STANDING_VIEW = "exports.standing.view"
    CHILD_VIEW = "exports.child.view"


class Role(StrEnum):
    """Roles held in a unit, from–to."""

    TEACHER = "subject_teacher"
    PRINCIPAL = "principal"
    CLERK = "clerk"
    REGISTRAR = "registrar"
    SCHOOL_ADMIN = "school_admin"
    SUBDEPARTMENT = "subdepartment"
    DEPARTMENT = "department"
    MINISTRY = "ministry"
    SYSTEM = "system"


class Relation(StrEnum):
    """How a person may stand beside a row."""

    TEACHER = "teacher"
    HOMEROOM = "homeroom"
    GUARDIAN = "guardian"
    PUPIL = "pupil"


P = Permission

_OVERSEER = {P.UNIT_VIEW, P.STAFF_VIEW, P.STANDING_VIEW} | {
    P.CERTIFICATE_VIEW,
    P.CERTIFICATE_APPROVE,
    P.CERTIFICATE_END,
}
_KEEPER = {P.UNIT_EDIT, P.UNIT_KEEP, P.DESTINATION_KEEP}
_OFFICE = {P.UNIT_VIEW, P.CLASS_VIEW, P.PUPIL_VIEW, P.RESULT_VIEW, P.TRANSCRIPT_VIEW, P.STANDING_VIEW}

ROLE_GRANTS: dict[Role, set[Permission]] = {
    Role.TEACHER: {P.UNIT_VIEW, P.PHRASE_VIEW},
    Role.PRINCIPAL: _OFFICE
    | {
        P.CELL_RETURN,
        P.PHRASE_VIEW,
        P.PHRASE_KEEP,
        P.DECISION_RECORD,
        P.RESULTS_REOPEN,
        P.TRANSCRIPT_RETURN,
        P.SIGN_LEADER,
        P.WITHDRAW,
        P.STAFF_VIEW,
        P.CERTIFICATE_VIEW,
        P.CERTIFICATE_END,
        P.DELIVERY_VIEW,
        P.TRAIL_VIEW,
    },
    Role.CLERK: _OFFICE
    | {P.SHEET_MAKE, P.TRANSCRIPT_FREEZE, P.SEAL, P.WITHDRAW, P.DELIVERY_VIEW}
    | {P.CERTIFICATE_VIEW, P.CERTIFICATE_REQUEST, P.CERTIFICATE_END},
    Role.REGISTRAR: _OFFICE
    | {P.PUPIL_EDIT, P.ROSTER_KEEP, P.FAMILY_INVITE, P.SHEET_MAKE, P.TRANSCRIPT_FREEZE, P.DELIVERY_VIEW},
    Role.SCHOOL_ADMIN: {
        P.UNIT_VIEW,
        P.UNIT_EDIT,
        P.CLASS_VIEW,
        P.STAFF_VIEW,
        P.STAFF_EDIT,
        P.ROSTER_KEEP,
        P.STAFF_INVITE,
        P.CERTIFICATE_VIEW,
        P.CERTIFICATE_REQUEST,
        P.CERTIFICATE_END,
    },
    Role.SUBDEPARTMENT: _OVERSEER,
    Role.DEPARTMENT: _OVERSEER | _KEEPER | {P.DELIVERY_VIEW},
    Role.MINISTRY: _KEEPER | {P.UNIT_VIEW, P.STANDING_VIEW, P.CERTIFICATE_VIEW},
    Role.SYSTEM: _KEEPER | {P.UNIT_VIEW, P.CLASS_VIEW, P.TRANSCRIPT_VIEW},
}

RELATION_GRANTS: dict[Relation, set[Permission]] = {
    Relation.TEACHER: {P.CLASS_VIEW, P.PUPIL_VIEW, P.RESULT_VIEW, P.RESULT_ENTER},
    Relation.HOMEROOM: {
        P.CLASS_VIEW,
        P.PUPIL_VIEW,
        P.RESULT_VIEW,
        P.HOMEROOM_ENTER,
        P.CELL_RETURN,
        P.RESULTS_CONFIRM,
        P.RESULTS_REOPEN,
        P.TRANSCRIPT_VIEW,
        P.TRANSCRIPT_RETURN,
        P.SIGN_HOMEROOM,
        P.CERTIFICATE_VIEW,
        P.CERTIFICATE_END,
    },
    Relation.GUARDIAN: {P.CHILD_VIEW},
    Relation.PUPIL: {P.CHILD_VIEW},
}


def visible(actor: Actor, permission: Permission, rows: QuerySet[Row]) -> QuerySet[Row]:
    """Return the rows of `rows` on which `actor` holds `permission` at the actor's time.

    Narrowed by a subquery, never DISTINCT, so that the result can be locked and counted.
    """
    model = rows.model
    allowed = _by_role(actor, permission, model) | _by_relation(actor, permission, model)
    if not allowed:
        return rows.none()
    return rows.filter(pk__in=model._base_manager.using(rows.db).filter(allowed).values("pk"))


def may(actor: Actor, permission: Permission, row: Model) -> bool:
    """Return whether `actor` holds `permission` on `row`: the same answer as `visible`."""
    return permission in held(actor, (permission,), row)


def held(actor: Actor, permissions: Iterable[Permission], row: Model) -> frozenset[Permission]:
    """Return which of `permissions` the actor holds on `row`, as `visible` would say; one query, or none.

    None where roles alone decide and the row's unit is in memory: a unit keeps its place in the tree. How a person
    stands beside a row is asked of the database each time.
    """
    path, found, asked = _unit_path(row), set(), list[tuple[Q, list[Permission]]]()
    for permission in permissions:
        beside = _by_relation(actor, permission, type(row))
        if path is not None and path.startswith(actor.paths(permission)):
            found.add(permission)
            continue
        rights = beside if path is not None else _by_role(actor, permission, type(row)) | beside
        same = next((some for known, some in asked if known == rights), None)
        if same is not None:
            same.append(permission)
        elif rights:
            asked.append((rights, [permission]))
    return frozenset(found).union(*_asked_together(row, asked))


def _asked_together(row: Model, asked: list[tuple[Q, list[Permission]]]) -> list[list[Permission]]:
    """Return the permissions whose condition the row meets."""
    rows = type(row)._base_manager.filter(pk=row.pk)
    if len(asked) < 2:
        return [some for rights, some in asked if rows.filter(rights).exists()]
    inner = type(row)._base_manager.filter(pk=OuterRef("pk"))
    conditions = {
        f"right_{place}": Exists(inner.filter(rights)) for place, (rights, _some) in enumerate(asked)
    }
    answer = rows.values_list(*conditions.values()).first() or ()
    return [some for holds_it, (_rights, some) in zip(answer, asked, strict=False) if holds_it]


def _unit_path(row: Any) -> str | None:
    """Return the path of the unit to which a row belongs, if everything on the way is in memory.

    Never for results and documents: behind the second lock the database itself must find the row.
    """
    if row.pk is None or row._meta.app_label != "schools":
        return None
    for name in filter(None, row.scope.unit.split("__")):
        field = row._meta.get_field(name)
        if not field.concrete or not field.is_cached(row):
            return None
        row = field.get_cached_value(row)
        if row is None:
            return None
    return str(row.path)


def require(actor: Actor, permission: Permission, row: Model) -> None:
    """Raise NotPermitted unless `actor` holds `permission` on `row`."""
    if not may(actor, permission, row):
        raise NotPermitted(
            _("Tài khoản đang dùng không có quyền làm việc này ở đây."), permission=str(permission)
        )


def one(actor: Actor, permission: Permission, rows: QuerySet[Row], **lookup: object) -> Row:
    """Return the one visible row that `lookup` names. Raises: NotFound, absent or hidden alike."""
    row = visible(actor, permission, rows).filter(**lookup).first()
    if row is None:
        raise NotFound(_("Không tìm thấy. Có thể địa chỉ đã cũ, hoặc tài khoản đang dùng không xem được."))
    return row


def holds(actor: Actor, permission: Permission) -> bool:
    """Return whether `actor` holds `permission` anywhere: for menus, never for rows."""
    if any(permission in ROLE_GRANTS[grant.role] for grant in actor.grants):
        return True
    return any(permission in RELATION_GRANTS[relation] for relation in actor.relations)


ANYBODY = "signed-in"
"""The mark of a door that any signed-in person may open; what they see there is narrowed by queries."""


def needs(permission: Permission | str) -> Callable[[View], View]:
    """Mark a door with the permission that it asks for; a test reads the marks, the middleware asks them."""

    def mark(view: View) -> View:
        view.needs = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Mark a door that anybody may open."""
    view.needs = None  # type: ignore[attr-defined]
    return view


def opens_with_temporary_password(view: View) -> View:
    """Mark the one door that is open to who signed in with a password somebody else has seen."""
    view.opens_with_temporary_password = True  # type: ignore[attr-defined]
    return view


def _by_role(actor: Actor, permission: Permission, model: type[Model]) -> Q:
    unit = model.scope.unit  # type: ignore[attr-defined]
    column = f"{unit}__path" if unit else "path"
    allowed = Q()
    for path in actor.paths(permission):
        allowed |= Q(**{f"{column}__gte": path, f"{column}__lt": path + PATH_END})
    return allowed


def _by_relation(actor: Actor, permission: Permission, model: type[Model]) -> Q:
    scope = model.scope  # type: ignore[attr-defined]
    allowed = Q()
    for relation in sorted(actor.relations):
        lookup = getattr(scope, relation.value)
        if lookup is None or permission not in RELATION_GRANTS[relation]:
            continue
        near = Q(**{lookup: actor.person_id})
        if (schools := actor.schools_beside(relation)) is not None:
            near &= Q(**{f"{scope.unit}__path__in": schools})
        if relation in (Relation.TEACHER, Relation.GUARDIAN):
            near &= _in_force(lookup.rpartition("__")[0], actor)
        if relation is Relation.TEACHER and scope.subject:
            near &= _same_subject(lookup.rpartition("__")[0], scope.subject)
        allowed |= near
    return allowed


def _in_force(link: str, actor: Actor) -> Q:
    today = actor.today
    open_end = Q(**{f"{link}__to_on__isnull": True}) | Q(**{f"{link}__to_on__gte": today})
    return Q(**{f"{link}__from_on__lte": today}) & open_end


def _same_subject(link: str, column: str) -> Q:
    return Q(**{f"{link}__subject_code": F(column)})
