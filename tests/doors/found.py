"""The forms of a page, as a browser would send them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import html

UNTYPED = ("submit", "button", "image", "reset")


@dataclass(frozen=True, slots=True)
class Field:
    """One control: its name, its kind, what stands in it."""

    name: str
    kind: str
    value: str
    choices: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Say whether a person types into it."""
        return self.kind in ("text", "textarea", "search", "date", "password", "email", "tel", "number")


@dataclass(frozen=True, slots=True)
class Form:
    """One form with one of its buttons."""

    page: str
    action: str
    method: str
    multipart: bool
    fields: tuple[Field, ...]
    button: tuple[str, str] | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """Return what makes two forms the same door."""
        return (self.method, tuple(sorted({one.name for one in self.fields})), self.button)


@dataclass
class Answered:
    """A page that came back, parsed."""

    tree: html.HtmlElement
    controls: dict[str, Field] = field(default_factory=dict)


def parsed(body: bytes) -> html.HtmlElement:
    """Return the tree of a page."""
    return html.document_fromstring(body.replace(b"\x00", b"\xef\xbf\xbd") or b"<html></html>")


def forms(tree: html.HtmlElement, page: str) -> Iterator[Form]:
    """Yield each form of a page once for each of its buttons."""
    for element in tree.forms:
        fields = tuple(controls(element))
        address = urljoin(page, element.get("action") or page).split("#")[0]
        buttons = [
            (one.get("name"), one.get("value") or "")
            for one in element.iter("button", "input")
            if one.get("type", "submit") == "submit" and one.get("name")
        ] or [None]
        for button in buttons:
            multipart = element.get("enctype") == "multipart/form-data"
            yield Form(page, address, element.method.upper(), multipart, fields, button)


def controls(element: html.HtmlElement) -> Iterator[Field]:
    """Yield the controls of a form that a browser would send or a person could fill in."""
    for one in element.iter("input", "select", "textarea"):
        name = one.get("name")
        if not name or one.get("disabled") is not None or one.xpath("ancestor::fieldset[@disabled]"):
            continue
        if one.tag == "select":
            options = [option.get("value", option.text or "") for option in one.iter("option")]
            chosen = [
                o.get("value", o.text or "") for o in one.iter("option") if o.get("selected") is not None
            ]
            yield Field(name, "select", (chosen or options or [""])[0], tuple(options))
        elif one.tag == "textarea":
            yield Field(name, "textarea", (one.text or "").removeprefix("\n"))
        elif (kind := one.get("type", "text")) in ("radio", "checkbox"):
            value = one.get("value", "on") if one.get("checked") is not None else ""
            yield Field(name, kind, value, (one.get("value", "on"),))
        elif kind not in UNTYPED:
            yield Field(name, kind, one.get("value", ""))


def path_of(address: str) -> str:
    """Return the path of an address."""
    return urlsplit(address).path
