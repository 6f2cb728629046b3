"""What every door, model and permission declares: marks, who did what, who holds what, where rows come from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from schools import middleware
from schools.permissions import RELATION_GRANTS, ROLE_GRANTS, Permission

ROOT = Path(__file__).resolve().parents[1]
APPS = ("schools", "records", "signing", "exports")
STAIRS = {name: step for step, name in enumerate(APPS)}


# ---- Doors ---------------------------------------------------------------------------------------


def patterns(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every address of the site with its pattern."""
    for entry in resolver.url_patterns:
        place = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, place)
        else:
            yield place, entry


def site() -> list[tuple[str, URLPattern]]:
    return list(patterns(get_resolver("hocba.urls")))


LIBRARIES = ("django.", "drf_spectacular.", "rest_framework.")
WIRING = {"", "healthz", "readyz", "metrics", "_/components"}
"""Of `hocba` itself, public: they show nothing of anybody."""


def test_every_door_says_who_may_open_it() -> None:
    silent = []
    for place, pattern in site():
        module = pattern.callback.__module__
        marked = middleware._mark_of(pattern.callback) is not middleware.UNMARKED
        if module.startswith(tuple(f"{name}." for name in APPS)):
            silent += [] if marked else [place]
        elif module.startswith("hocba."):
            silent += [] if place in WIRING else [place]
        else:
            silent += [] if module.startswith(LIBRARIES) else [place]

    assert len(site()) > 25
    assert silent == []


PUBLIC = {
    "dang-nhap/", "dang-xuat/", "tro-nang/", "quen-mat-khau/", "moi/", "moi/<str:secret>",
}  # fmt: skip
"""Besides verification, the transparency log, the trust lists and the families' look-up: all for strangers."""


def test_what_strangers_may_open_is_a_short_list() -> None:
    doors = {
        place
        for place, pattern in site()
        if pattern.callback.__module__.startswith(tuple(f"{name}." for name in APPS))
        and middleware._mark_of(pattern.callback) is None
    }

    assert {
        place
        for place in doors - PUBLIC
        if not re.match(r"(api/v1/)?(xac-thuc|verify|trust|log|nhat-ky-minh-bach|tin-cay|tra-cuu)\b", place)
    } == set()


def test_no_two_doors_have_one_name() -> None:
    names = [
        (pattern.callback.__module__.partition(".")[0], pattern.name)
        for _place, pattern in site()
        if pattern.name is not None
    ]
    twice = {name for name in names if names.count(name) > 1}

    assert twice == set()


# ---- Permissions ---------------------------------------------------------------------------------


def sources(*rooms: str) -> list[Path]:
    """Return the Python files of the apps, in these rooms if any are named."""
    found = [path for name in APPS for path in (ROOT / name).rglob("*.py") if "migrations" not in path.parts]
    if not rooms:
        return found
    return [path for path in found if path.stem in rooms or set(path.relative_to(ROOT).parts) & set(rooms)]


def test_every_permission_is_granted_to_somebody() -> None:
    granted = set().union(*ROLE_GRANTS.values(), *RELATION_GRANTS.values())

    assert set(Permission) - granted == set()


def test_every_permission_is_asked_for_somewhere() -> None:
    text = "\n".join(path.read_text("utf-8") for path in sources() if path.name != "permissions.py")
    unused = [one for one in Permission if not re.search(rf"\b(Permission|P)\.{one.name}\b", text)]

    assert unused == []


@pytest.mark.parametrize("permission", Permission)
def test_a_permission_is_named_after_its_app(permission: Permission) -> None:
    assert re.fullmatch(r"(schools|records|signing|exports)\.[a-z]+\.[a-z]+", permission)


# ---- Models --------------------------------------------------------------------------------------


def ours() -> list[type[models.Model]]:
    """Return the registry's models; tests of the receiver, a program of its own, may have loaded its models too."""
    found = [model for model in apps.get_models() if model._meta.app_label in APPS]
    return [model for model in found if not model.__module__.startswith("exports.receiver")]


NOBODY = {
    "schools.Account.created_at": "opened by an action, which the trail names",
    "schools.Invitation.expires_at": "the end of what made_by made",
    "schools.Invitation.mailed_at": "the worker sends; made_by asked for it",
    "schools.Invitation.withdrawn_at": "made again or voided by an action, which the trail names",
    "schools.SignIn.at": "account is its person",
    "schools.Tries.touched_at": "counts strangers, whom nobody knows",
    "schools.AuditEvent.at": "the trail's own row: actor_id is its person",
    "schools.AuditRoot.from_at": "made by the clock, not by a person",
    "schools.AuditRoot.to_at": "made by the clock, not by a person",
    "records.LookUpEntry.issued_at": "read by strangers: says no person; the seal has its own",
    "records.LookUpEntry.ended_at": "read by strangers: says no person; the withdrawal has its own",
    "records.LookUpEntry.signer_ended_at": "read by strangers: says no person; the end of the certificate has its own",
    "signing.Authority.from_at": "a stretch of validity, decided_by answers for it",
    "signing.Authority.to_at": "a stretch of validity; the row of its end names who ended it",
    "signing.Ending.to_at": "from when on; ended_by answers for it",
    "signing.LogLeaf.appended_at": "the log's machine; who sealed stands in the document",
    "signing.Checkpoint.signed_at": "the log's machine",
    "signing.TrustList.published_at": "the registry's machine; who decided stands in the authority",
    "signing.SigningBatch.key_session_ends_at": "the end of what authorised_by opened",
    "signing.SigningBatch.touched_at": "a sign of life of the worker",
    "signing.Signature.claimed_at": "the time inside the signature; signed_by answers for it",
    "signing.Signature.stamped_at": "the timestamp authority's time",
    "exports.PackagingSession.ends_at": "the end of what authorised_by opened",
    "exports.Package.signed_at": "signed by the key that authorised_by opened",
    "exports.Delivery.next_attempt_at": "the worker's own plan",
    "exports.Delivery.sent_at": "the worker sends; who authorised the bytes stands in the package",
    "exports.Delivery.answered_at": "the receiver answers",
    "exports.CertificateDelivery.next_attempt_at": "the worker's own plan",
    "exports.CertificateDelivery.sent_at": "the worker sends; who approved stands in the authority",
}
"""An instant without its person, and why."""


def test_an_instant_names_its_person() -> None:
    alone = set()
    for model in ours():
        names = {field.name for field in model._meta.get_fields()}
        for field in model._meta.fields:
            label = f"{model._meta.label}.{field.name}"
            if isinstance(field, models.DateTimeField) and field.name != "last_login":
                by = re.sub(r"_?at$", "_by", field.name)
                alone |= set() if by in names or label in NOBODY else {label}

    assert alone == set()
    assert [label for label in NOBODY if not exists(label)] == []


def exists(label: str) -> bool:
    app, model, field = label.split(".")
    return field in {one.name for one in apps.get_model(app, model)._meta.get_fields()}


OTHER_INSTANTS = {"last_login", "locked_until", "pause_until", "not_before", "not_after", "hour"}
"""Django's, X.509's and stretches of time that say what they are."""


def test_instants_and_days_are_told_apart_by_name() -> None:
    wrong = []
    for model in ours():
        for field in model._meta.fields:
            label = f"{model._meta.label}.{field.name}"
            if isinstance(field, models.DateTimeField):
                wrong += [] if field.name.endswith("at") or field.name in OTHER_INSTANTS else [label]
            elif isinstance(field, models.DateField):
                wrong += [] if field.name.endswith("_on") else [label]

    assert wrong == []


def test_foreign_keys_go_down_the_stairs() -> None:
    upward = [
        f"{model._meta.label}.{field.name}"
        for model in ours()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and STAIRS.get(field.related_model._meta.app_label, -1) > STAIRS[model._meta.app_label]  # type: ignore[union-attr]
    ]

    assert upward == []


def test_no_deletion_cascades() -> None:
    cascading = [
        f"{model._meta.label}.{field.name}"
        for model in ours()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is models.CASCADE
    ]

    assert cascading == []


def test_a_scope_names_lookups_that_exist() -> None:
    """A misspelt lookup would only fail when a person of that relation comes."""
    asked = []
    for model in ours():
        scope: Any = getattr(model, "scope", None)
        for name in ("unit", "teacher", "homeroom", "guardian", "pupil", "subject"):
            lookup = getattr(scope, name, None)
            if lookup:
                asked.append(str(model._base_manager.filter(**{f"{lookup}__isnull": False}).query))

    assert len(asked) > 40


# ---- Doors and rows ------------------------------------------------------------------------------


MANAGERS = {"objects", "_base_manager", "_default_manager"}


def test_doors_take_no_row_themselves() -> None:
    wrong = []
    for path in sources("views", "api", "tasks"):
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
        taken = (node for node in nodes if isinstance(node, ast.Attribute) and node.attr in MANAGERS)
        wrong += [f"{path.relative_to(ROOT)}:{node.lineno}" for node in taken]

    assert sources("views")
    assert wrong == []


LONGEST_VIEW = 30


def test_doors_are_short() -> None:
    """A view translates in, calls once and translates out; its length is told without its docstring."""
    long = []
    for path in sources("views", "api"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.decorator_list and node.end_lineno:
                told = ast.get_docstring(node, clean=False)
                lines = node.end_lineno - node.lineno + 1 - (told.count("\n") + 1 if told else 0)
                long += [f"{path.relative_to(ROOT)} {node.name}: {lines}"] if lines > LONGEST_VIEW else []

    assert long == []
