"""docs/glossary.md and the names in the code say the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps

from records.rules.lifecycle import Event, State
from schools.permissions import Permission, Relation, Role

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("hocba", "schools", "records", "signing", "exports")
APPS = ("schools", "records", "signing", "exports")
PAGE = (ROOT / "docs" / "glossary.md").read_text("utf-8")
REFUSED_HEADING = "\n## Words that are refused\n"
TERMS, _, REFUSED = PAGE.partition(REFUSED_HEADING)
JOINING = {"up", "a", "of"}
"""Parts of a name that are no word of the house by themselves."""


def rows(text: str) -> list[list[str]]:
    """Return the cells of every table row, without heads and rules."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if "`" in "".join(row)]


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case: `ClassYear`, `class_year`, `CLASS_YEAR` are one."""
    return tuple(part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name))


def known() -> set[str]:
    """Return every word of every identifier that the glossary gives."""
    return {part for name in re.findall(r"`([^`]+)`", TERMS) for part in words(name)}


def names_of_the_house() -> Iterator[tuple[str, str]]:
    """Yield every name that the house gives to a right, a role, a step or a row, and where it comes from."""
    for kind in (Permission, Role, Relation, State, Event):
        for member in kind:
            yield f"{kind.__name__}.{member.name}", member.value
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            if not model.__module__.startswith(
                "exports.receiver"
            ):  # a program of its own, loaded by its tests
                yield app, model.__name__


def identifiers() -> Iterator[tuple[str, str]]:
    """Yield every name that the product defines, with its file."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                for name in _defined(node):
                    yield str(path.relative_to(ROOT)), name


def _defined(node: ast.AST) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return [node.id]
    return []


def contains(name: tuple[str, ...], refused: tuple[str, ...]) -> bool:
    """Say whether the refused words follow each other in a name; a plural counts."""
    singular = tuple(part.removesuffix("s") for part in name)
    length = len(refused)
    return any(singular[start : start + length] == refused for start in range(len(name)))


def test_every_word_of_a_right_a_role_a_step_or_a_row_is_in_the_glossary() -> None:
    glossary = known()
    missing = {
        (part, source)
        for source, name in names_of_the_house()
        for part in words(name)
        if part not in glossary and part not in JOINING
    }

    assert len(glossary) > 100
    assert missing == set()


def test_one_word_has_one_identifier() -> None:
    terms = rows(TERMS)
    vietnamese = [row[0].casefold() for row in terms]
    english = [re.findall(r"`([^`]+)`", row[1])[0] for row in terms]

    assert len(terms) > 60
    assert sorted(vietnamese) == sorted(set(vietnamese))
    assert sorted(english) == sorted(set(english))


def test_no_refused_word_is_a_name() -> None:
    refused = {words(re.findall(r"`([^`]+)`", row[0])[0]) for row in rows(REFUSED)}
    found = {
        f"{place}: {name}"
        for place, name in identifiers()
        for parts in refused
        if contains(words(name), parts)
    }

    assert len(refused) >= 10
    assert found == set()


def test_a_refused_word_would_be_noticed() -> None:
    assert contains(words("StudentList"), ("student",))
    assert contains(words("publish_transcripts"), ("publish", "transcript"))
    assert not contains(words("publish_log"), ("publish", "transcript"))
    assert not contains(words("underscore"), ("score",))
