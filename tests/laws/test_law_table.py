"""docs/law.md and the `Law:` lines of the rulebooks say the same."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAW = (ROOT / "docs" / "law.md").read_text("utf-8")


def rows(heading: str) -> list[list[str]]:
    section = LAW.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def cited() -> set[str]:
    found: set[str] = set()
    for module in (ROOT / "records" / "rules").glob("*.py"):
        found |= {match.strip() for match in re.findall(r"^\s+Law: (.+)$", module.read_text("utf-8"), re.M)}
    return found


def test_every_citation_stands_in_the_table_and_every_row_is_cited() -> None:
    assert cited()
    assert cited() == {row[0] for row in rows("Clauses")}


def test_every_clause_belongs_to_a_text_with_number_and_date_of_force() -> None:
    texts = {row[0] for row in rows("Texts")}
    for row in rows("Clauses"):
        assert row[0].split(",")[0] in texts
    for row in rows("Texts"):
        assert len(row) == 5
        assert all(row)


def test_laws_in_traces_are_cited_too() -> None:
    source = (ROOT / "records" / "rules" / "circular_27_2020.py").read_text("utf-8")
    constants = set(re.findall(r'^_LAW_\w+ = "(.+)"$', source, re.M))
    assert len(constants) == 3
    assert constants <= cited()


def test_no_float_in_the_law() -> None:
    for room in ("rules", "national"):
        for module in (ROOT / "records" / room).glob("*.py"):
            for node in ast.walk(ast.parse(module.read_text("utf-8"))):
                where = f"{module.name}:{getattr(node, 'lineno', 0)}"
                assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), where
                assert not (isinstance(node, ast.Name) and node.id in {"float", "round"}), where
