"""What an answer must be, whatever was sent: no error of ours, nothing executed, a sentence, nothing half-written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from django.db import connection
from lxml import html

from hocba.kernel.text import fault
from tests.doors import values
from tests.doors.found import Field, controls, parsed

TOLD = (
    "//*[contains(@class,'field__error') or contains(@class,'results__note') or contains(@class,'error-summary')"
    " or contains(@class,'notice') or contains(@class,'errorid')]"
)
REMEMBERED = (
    "schools_auditevent",
    "django_session",
    "schools_account",
    "schools_signin",
    "schools_tries",
    "signing_lookupattempt",
    "exports_lookupattempt",
)
"""May be written although the answer is no: the trail, and the counts of tries."""


def faults(answer: Any) -> Iterator[str]:
    """Yield what is wrong with an answer whatever was asked."""
    if answer.status_code >= 500 and answer.status_code != 503:
        yield f"answered {answer.status_code}"
    body = answer.content if not answer.streaming else b"".join(answer.streaming_content)
    if b"Traceback (most recent call last)" in body:
        yield "shows a traceback"
    if any(name.lower() == values.MARK or "\n" in value for name, value in answer.headers.items()):
        yield "a header was made"
    if not answer.headers.get("X-Request-Id"):
        yield "has no number to quote"
    if answer.headers.get("Content-Type", "").startswith("text/html") and body:
        yield from page_faults(parsed(body))


def page_faults(tree: html.HtmlElement) -> Iterator[str]:
    """Yield what a page has of ours that should have stayed words."""
    for one in tree.iter():
        if not isinstance(one.tag, str):
            if (
                isinstance(one.tag, str) is False
                and values.ELEMENT in (one.text or "")
                and "ELEMENT" in str(one.tag)
            ):
                yield "a comment was made"
            continue
        if one.tag == values.ELEMENT:
            yield "an element was made"
        if any(name.lower() == values.ATTRIBUTE for name in one.attrib):
            yield "an attribute was made"
        if any(
            (one.get(name) or "").strip().lower().startswith("javascript:")
            for name in ("href", "src", "action")
        ):
            yield "an address that runs was made"
    text = tree.text_content()
    if "4011" in text and f"{values.MARK}4011" in text:
        yield "a template was computed"


def refused_badly(answer: Any, fields: tuple[Field, ...], sent: dict[str, Any]) -> Iterator[str]:
    """Yield what is missing on a page that says no: the sentence, its place, what was typed."""
    if not answer.headers.get("Content-Type", "").startswith("text/html"):
        return
    tree = parsed(answer.content)
    told = [one.text_content().strip() for one in tree.xpath(TOLD)]
    if not any(told):
        yield "no sentence"
    if re.search(r"\b(is|are|must|may|should|this|valid) ", " ".join(told)):
        yield f"not Vietnamese: {told}"
    if answer.status_code != 422:
        return
    marked = {one.get("name", "") for one in tree.xpath("//*[@aria-invalid='true']")}
    beside = {
        one.get("id") for one in tree.xpath("//*[contains(@id, '_error')]") if one.text_content().strip()
    }
    yield from (f"no sentence beside {name}" for name in marked if f"id_{name}_error" not in beside)
    back = {one.name: one for form in tree.forms for one in controls(form)}
    hostile = {one.name for one in fields}
    for name, typed in sent.items():
        kept = back.get(name)
        if (
            name not in hostile
            and kept is not None
            and kept.kind in ("text", "textarea")
            and kept.value != typed
        ):
            yield f"{name} lost what was typed"


def written() -> dict[str, int]:
    """Return how many rows of which table the running transaction has touched, but for the trail and counts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE((SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = relid), relname),"
            " sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
            " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 GROUP BY 1"
        )
        rows = dict(cursor.fetchall())
    return {name: count for name, count in rows.items() if not name.startswith(REMEMBERED)}


def stored_badly(tables: Iterator[str] | list[str]) -> Iterator[str]:
    """Yield rows with our mark that could not be signed and printed."""
    for table in tables:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT t::text FROM "{table}" t WHERE t::text LIKE %s', [f"%{values.MARK}%"])
            for (row,) in cursor.fetchall():
                if found := fault(row):
                    yield f"{table} holds {found.code_point}"
                if not unicodedata.is_normalized("NFC", row):
                    yield f"{table} holds another spelling than NFC"


def digest(tables: list[str]) -> dict[str, Any]:
    """Return what stands in tables, as numbers that change with any row; in the scope that is set."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT count(*), sum(hashtextextended(t::text, 0)) FROM "{table}" t')
            found[table] = cursor.fetchone()
    return found
