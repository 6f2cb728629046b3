"""Assessment: lines judged per second by one core, beside reading the same lines as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

from hocba.bench.figures import Figure
from hocba.bench.stopwatch import cpu_of
from hocba.demo import names, pupils
from records.management.commands.assess import answer_line
from records.rules import curriculum

PUPILS = 500
GRADES = (1, 2, 3, 4, 5)
SEED = 27


def measure(n: int) -> list[Figure]:
    """Return lines per second of `n` rounds over the years of fictional pupils of all primary grades."""
    lines = [_line(number) for number in range(PUPILS)]
    judged, parsed = [], []
    for _ in range(n + 1):
        parsed.append(_rate(json.loads, lines))
        judged.append(_rate(answer_line, lines))
    return [Figure("assess.rate", "1/s", tuple(judged[1:]), "json.loads", tuple(parsed[1:]))]


def _rate(work: Callable[[bytes], object], lines: list[bytes]) -> float:
    return len(lines) / cpu_of(lambda: [work(line) for line in lines])


def _line(number: int) -> bytes:
    grade = GRADES[number % len(GRADES)]
    subjects = [(one.code, curriculum.is_tested(one, grade)) for one in curriculum.subjects(grade)]
    outcome = pupils.MAIN_OUTCOMES[number % len(pupils.MAIN_OUTCOMES)]
    year = pupils.year(names.chance_of("bench", SEED, str(number)), grade, subjects, outcome)
    return json.dumps(_case(number, grade, year), ensure_ascii=False).encode()


def _case(number: int, grade: int, year: pupils.YearPlan) -> dict[str, object]:
    named = {one.code: one.name for one in curriculum.subjects(grade)}
    marked = {
        named[one.code]: {"muc": one.level} | ({} if one.mark is None else {"diem": one.mark})
        for one in year.subjects
    }
    inputs = {
        "grade": grade,
        "subjects": marked,
        "pc": {one.name: year.qualities[one.code] for one in curriculum.qualities(grade)},
        "nl": {one.name: year.competences[one.code] for one in curriculum.competences(grade)},
    }
    return {"case_id": f"bench-{number}", "kind": "primary_year", "inputs": inputs}
