"""Try every field of the forms with every hostile value, and say what is wrong with what comes of it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from hocba.kernel.text import tidy
from schools import scopes
from tests.doors import judge, values
from tests.doors.bodies import try_bodies
from tests.doors.found import Field, Form, forms, parsed
from tests.doors.ground import Ground
from tests.doors.sending import send, taken_back, usual
from tests.doors.walk import doors

EVERY = bool(os.environ.get("HOCBA_DOORS_EVERY"))
"""By hand: every value, and in every field alone, which takes a quarter of an hour."""


def try_forms(ground: Ground, of: Callable[[str], bool]) -> tuple[list[str], Counter[str]]:
    """Try the forms of the patterns that `of` chooses, found in one walk; return what is wrong, how much was tried."""
    problems: list[str] = []
    count: Counter[str] = Counter()
    for who, form in doors(ground, of):
        count["forms"] += 1
        for fields, name in tries(ground, who, form):
            count["requests"] += 1
            count["fields with a value"] += len(fields)
            wrong = one_value(ground, who, form, fields, values.ALL[name])
            names = ", ".join(one.name for one in fields)
            problems += [f"{who} {form.method} {form.action} [{names}] <- {name}: {what}" for what in wrong]
        if form.method == "POST":
            wrong_bodies, sent = try_bodies(ground, who, form)
            problems += wrong_bodies
            count["bodies"] += sent
    return problems, count


def tries(ground: Ground, who: str, form: Form) -> Iterator[tuple[tuple[Field, ...], str]]:
    """Yield which fields get which value: all that are typed at once, all others at once, then who keeps text."""
    fields = {
        one.name: one for one in form.fields if one.kind != "file" and one.name != "csrfmiddlewaretoken"
    }
    typed = tuple(one for one in fields.values() if one.is_text)
    others = tuple(one for one in fields.values() if not one.is_text)
    for name in (values.ALL if EVERY else values.AT_THE_GATE) if typed else ():
        yield typed, name
    for name in (values.FOR_CHOICES if EVERY else values.CHOICES_AT_THE_GATE) if others else ():
        yield others, name
    if EVERY:
        yield from (((one,), name) for one in typed for name in values.ALL)
        yield from (((one,), name) for one in others for name in values.FOR_CHOICES)
    keeping = tuple(one for one in typed if _keeps_text(ground, who, form, one))
    for name in (values.KEPT if EVERY else values.KEPT_AT_THE_GATE) if keeping else ():
        yield keeping, name


def _keeps_text(ground: Ground, who: str, form: Form, field: Field) -> bool:
    """Say whether a form goes through with a harmless text in this field."""
    if form.method != "POST" or field.kind in ("password", "date"):
        return False
    client = ground.client(who)
    with taken_back(client):
        answer = send(client, form, list((usual(form) | {field.name: f"Một {values.MARK}"}).items()))
    return bool(answer.status_code == 302)


def one_value(
    ground: Ground, who: str, form: Form, fields: tuple[Field, ...], value: str | bytes
) -> Iterator[str]:
    """Send one value and yield what is wrong with what comes of it."""
    sent: dict[str, Any] = usual(form) | {one.name: value for one in fields}
    client = ground.client(who)
    with taken_back(client):
        answer = send(client, form, list(sent.items()))
        yield from judge.faults(answer)
        touched = judge.written()
        if answer.status_code >= 400:
            yield from judge.refused_badly(answer, fields, sent)
            if touched:
                scopes.apply(ground.world.school.path)
                after = judge.digest(sorted(touched))
                changed = [table for table in touched if after[table] != ground.state[table]]
                if changed:
                    yield f"refused, and {changed} changed"
        elif touched:
            yield from judge.stored_badly(list(touched))
        if answer.status_code == 302 and form.method == "POST":
            yield from landed(client, answer, form, fields, value)


def landed(
    client: Any, answer: Any, form: Form, fields: tuple[Field, ...], value: str | bytes
) -> Iterator[str]:
    """Follow to where an accepted form leads, and look at the form again: the value is there in its one spelling."""
    if answer["Location"] != form.page:
        yield from judge.faults(client.get(answer["Location"]))
    again = client.get(form.page)
    yield from judge.faults(again)
    if again.status_code != 200 or isinstance(value, bytes) or values.MARK not in value:
        return
    back = {
        one.name: one
        for f in forms(parsed(again.content), form.page)
        if f.key == form.key
        for one in f.fields
    }
    for field in fields:
        stands = back[field.name].value if field.name in back else ""
        if field.is_text and stands and stands != tidy(value, lines=field.kind == "textarea"):
            yield f"{field.name} came back as {stands[:60]!r}"
