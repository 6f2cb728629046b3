"""The pages that describe the code say what the code says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from hocba.bootstrap import native
from records.rules import lifecycle
from records.rules.lifecycle import Event, State
from schools.permissions import RELATION_GRANTS, ROLE_GRANTS, Permission

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PACKAGES = ("hocba", "schools", "records", "signing", "exports")
FROM_THE_SYSTEM = {"PATH"}
"""Read, but the shell's own and nobody's to set for us."""
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])


def cells(page: str, heading: str) -> list[list[str]]:
    """Return the rows of the first table under a heading, without its head."""
    section = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def code(cell: str) -> str:
    """Return the first `word` of a cell."""
    found = re.match(r"`([^`]+)`", cell)
    assert found, cell
    return found[1]


def test_the_lifecycle_page_has_every_state_and_who_may_enter_results() -> None:
    rows = cells((DOCS / "lifecycle.md").read_text("utf-8"), "States")

    assert [code(row[0]) for row in rows] == [state.value for state in State]
    assert {code(row[0]) for row in rows if row[3] == "yes"} == {one.value for one in lifecycle.EDITABLE}


def test_the_lifecycle_page_has_every_move_and_whether_a_reason_is_owed() -> None:
    rows = cells((DOCS / "lifecycle.md").read_text("utf-8"), "Events")
    told = {(code(row[1]), code(row[0])): code(row[2]) for row in rows}

    assert len(told) == len(rows)
    assert told == {(start.value, event.value): end.value for (start, event), end in lifecycle.MOVES.items()}
    assert {code(row[0]) for row in rows if row[4] == "yes"} == {e.value for e in lifecycle.NEEDS_REASON}
    assert {code(row[0]) for row in rows} == {event.value for event in Event}


def test_the_security_page_says_who_may_what() -> None:
    rows = cells((DOCS / "security.md").read_text("utf-8"), "Who may what")
    told = {code(row[0]): tuple(set(re.findall(r"`(\w+)`", cell)) for cell in row[1:]) for row in rows}

    assert len(told) == len(rows)
    assert told == {
        one.value: (
            {role.value for role, held in ROLE_GRANTS.items() if one in held},
            {relation.value for relation, held in RELATION_GRANTS.items() if one in held},
        )
        for one in Permission
    }


def variables_read() -> set[str]:
    """Return every environment variable that the product asks for by a literal name."""
    found: set[str] = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                name = _asked(node)
                if name:
                    found.add(name)
    return found - FROM_THE_SYSTEM


def _asked(node: ast.AST) -> str:
    """Return the variable of `environ.get("X")`, `environ["X"]`, `getenv("X")`, `flag("X")`, `words("X")`."""
    if isinstance(node, ast.Call) and node.args:
        function, first = node.func, node.args[0]
        asks = isinstance(function, ast.Name) and function.id in {"flag", "words", "getenv"}
        asks |= isinstance(function, ast.Attribute) and (
            function.attr == "getenv" or (function.attr in {"get", "pop"} and _is_environ(function.value))
        )
        return _upper(first) if asks else ""
    if isinstance(node, ast.Subscript) and _is_environ(node.value) and isinstance(node.ctx, ast.Load):
        return _upper(node.slice)
    return ""


def _is_environ(node: ast.AST) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "environ") or (
        isinstance(node, ast.Name) and node.id == "environ"
    )


def _upper(node: ast.AST) -> str:
    value = node.value if isinstance(node, ast.Constant) else ""
    return value if isinstance(value, str) and re.fullmatch(r"[A-Z][A-Z0-9_]+", value) else ""


def variables_told() -> list[str]:
    """Return every variable that has a row on the page."""
    page = (DOCS / "deployment.md").read_text("utf-8")
    return re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \|", page, flags=re.MULTILINE)


def test_the_deployment_page_lists_exactly_the_variables_that_are_read() -> None:
    assert {"DATABASE_URL", "HOCBA_DEBUG", "RECEIVER_HOSTS", "HOCBA_VAR"} <= variables_read()
    assert sorted(set(variables_told())) == sorted(variables_read())


def test_the_readme_names_the_packages_that_the_commands_need() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")

    assert [one.package for one in native.TESTING if f"`{one.package}`" not in readme] == []


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    inside = [target for target in targets if not re.match(r"[a-z]+:", target)]

    assert [target for target in inside if not (page.parent / target).exists()] == []


def named_in(path: Path) -> set[str]:
    """Return every function, class and method of a module, as `function` or `Class.method`."""
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
    return found


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_functions_that_pages_name_exist(page: Path) -> None:
    """`package/module.py:function` is a promise that the reader finds it there."""
    named = re.findall(r"`([\w/]+\.py):([\w.]+)`", page.read_text("utf-8"))
    lost = [
        f"{path}:{name}"
        for path, name in named
        if not (ROOT / path).is_file() or name not in named_in(ROOT / path)
    ]

    assert lost == []


def test_the_walks_lead_through_the_functions() -> None:
    walks = (DOCS / "walks.md").read_text("utf-8")

    assert len(re.findall(r"`[\w/]+\.py:[\w.]+`", walks)) > 80


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_files_and_commands_that_pages_name_exist(page: Path) -> None:
    """A path that begins with a package or one of our directories; a word behind `manage.py`."""
    text = page.read_text("utf-8")
    top = "|".join((*PACKAGES, "tests", "docs", "templates", "static", "locale", "deploy"))
    paths = re.findall(rf"(?<![\w/.])((?:{top})/[\w./-]*\w/?)", text)
    commands = re.findall(r"manage\.py ([a-z_]+)", text)
    known = set(get_commands()) | {"clean"}

    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert [command for command in commands if command not in known] == []


def test_decisions_are_numbered_once_and_have_their_parts() -> None:
    decisions = sorted((DOCS / "adr").glob("[0-9]*.md"))
    numbers = [path.name[:4] for path in decisions]

    assert numbers == sorted(set(numbers))
    for path in decisions:
        assert re.match(rf"# 0*{int(path.name[:4])}\. \S", path.read_text("utf-8")), path.name
    index = (DOCS / "adr" / "README.md").read_text("utf-8")
    assert re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", index) == [path.name for path in decisions]
