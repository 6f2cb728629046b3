"""The trail on its page and as a file: whose rows, in words, by keyset, never counted."""

from __future__ import annotations

import ast
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hocba.kernel import clock
from hocba.kernel.errors import Invalid
from records.rules.lifecycle import Event
from schools import audit, words
from schools.actors import Actor
from schools.models import Person, Unit
from schools.permissions import Relation, Role
from schools.queries import trail
from signing.seal.trust import SignerRole
from tests import factories

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]


def note(
    person: Person, school: Unit, action: str = "class.view", at: datetime = factories.AT, **more: Any
) -> None:
    audit.record(factories.actor_of(person, at), action, unit_path=school.path, **more)


def asked(actor: Actor, **changed: Any) -> trail.Wanted:
    return trail.Wanted(**({"since": actor.today - timedelta(days=30), "until": actor.today} | changed))


def test_pages_follow_each_other_without_gap_double_or_count() -> None:
    school = factories.a_school()
    clerk, principal = factories.a_clerk(school), factories.actor_of(factories.a_principal(school))
    for number in range(120):
        note(clerk, school, at=factories.AT - timedelta(seconds=number // 3), number=number, count=number)

    seen, before, pages = [], "", 0
    with CaptureQueriesContext(connection) as queries:
        while pages == 0 or before:
            page = trail.page(principal, asked(principal), before=before)
            seen += [line.count for line in page.lines]
            before, pages = page.older, pages + 1

    assert pages == 3
    assert len(seen) == 120
    assert sorted(seen) == list(range(120))
    assert [line // 3 for line in seen] == sorted(line // 3 for line in seen)
    assert not [one["sql"] for one in queries if "COUNT(" in one["sql"].upper()]


def test_a_principal_sees_the_own_school_only_and_a_clerk_nothing() -> None:
    school, other = factories.a_school(), factories.a_school()
    note(factories.a_clerk(school), school)
    note(factories.a_clerk(other), other)
    principal = factories.actor_of(factories.a_principal(school))
    clerk = factories.actor_of(factories.a_clerk(school))

    assert len(trail.page(principal, asked(principal)).lines) == 1
    assert trail.page(clerk, asked(clerk)).lines == []


def test_days_person_and_action_narrow_it() -> None:
    school = factories.a_school()
    one, two = factories.a_clerk(school), factories.a_clerk(school)
    principal = factories.actor_of(factories.a_principal(school))
    note(one, school)
    note(two, school, "sheet.make")
    note(one, school, at=datetime(2026, 5, 26, 17, 0, tzinfo=factories.AT.tzinfo))  # 27 May, 0:00 in Viet Nam
    note(one, school, at=datetime(2026, 5, 26, 16, 59, tzinfo=factories.AT.tzinfo))  # 26 May, 23:59
    day = factories.AT.date() - timedelta(days=1)

    def found(**changed: Any) -> int:
        return len(trail.page(principal, asked(principal, **changed)).lines)

    assert (found(), found(person_id=two.pk), found(action="class.view")) == (4, 1, 3)
    assert (found(since=day, until=day), found(until=day)) == (1, 2)
    with pytest.raises(Invalid):
        found(since=day - timedelta(days=400))


@pytest.mark.parametrize("mark", ["x", "1", "1-", "-1", "1-x", "9" * 30 + "-1", "1-" + "9" * 40, "٣-٣"])
def test_a_forged_mark_is_refused(mark: str) -> None:
    actor = factories.actor_of(factories.a_principal(factories.a_school()))

    with pytest.raises(Invalid):
        trail.page(actor, asked(actor), before=mark)


def test_lines_name_whom_and_what_they_are_about() -> None:
    class_year = factories.a_class_year(1)
    school, pupil = class_year.school, class_year.enrolments.get().pupil
    clerk = factories.a_clerk(school)
    principal = factories.actor_of(factories.a_principal(school))
    note(clerk, school, subject=("class", class_year.code))
    note(clerk, school, subject=("pupil", pupil.pk), pupil_id=pupil.pk)
    note(
        clerk,
        school,
        "transcript.returned",
        subject=("transcript", 7),
        pupil_id=pupil.pk,
        reason="Sai ngày sinh",
    )

    lines = trail.page(principal, asked(principal)).lines

    assert [line.about for line in lines] == [pupil.full_name, pupil.full_name, class_year.name]
    assert {(line.person, line.role) for line in lines} == {(clerk.full_name, "clerk")}
    assert lines[0].reason == "Sai ngày sinh"


# ---- The page ------------------------------------------------------------------------------------


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(factories.an_account(person))
    return client


def test_the_page_says_words_and_keeps_what_was_asked() -> None:
    school = factories.a_school()
    clerk = factories.a_clerk(school)
    now = clock.now()
    for _time in range(51):
        note(clerk, school, "results.confirm", at=now)
    client = signed_in(factories.a_principal(school))

    page = client.get("/nhat-ky/", {"nguoi": clerk.pk, "viec": "results.confirm"}).content.decode()
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older is not None
    second = client.get("/nhat-ky/" + older[1].replace("&amp;", "&")).content.decode()

    body = page.split("<tbody>")[1]
    assert body.count("Xác nhận hoàn thành") == 50
    assert "results.confirm" not in body.split("</tbody>")[0]
    assert second.split("<tbody>")[1].count("Xác nhận hoàn thành") == 1
    assert f'<option value="{clerk.pk}" selected>' in page


@pytest.mark.parametrize(
    "query", ["tu=2026-05-02&den=2026-05-01", "tu=2020-01-01", "tu=x", "nguoi=x", "viec=x"]
)
def test_what_was_asked_wrongly_is_said_beside_the_field(query: str) -> None:
    answer = signed_in(factories.a_principal(factories.a_school())).get(f"/nhat-ky/?{query}")

    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()


def test_the_file_opens_in_excel_with_its_letters_and_runs_no_formula() -> None:
    school = factories.a_school()
    clerk = factories.a_clerk(school, "=HYPERLINK(Mẫu)")
    note(clerk, school, "class.view", at=clock.now())

    answer = signed_in(factories.a_principal(school)).get("/nhat-ky/tep.csv")

    text = answer.content.decode("utf-8")
    lines = text.splitlines()
    assert text.startswith("\ufeffLúc,Người làm,")
    assert "attachment" in answer["Content-Disposition"]
    assert ",'=HYPERLINK(Mẫu),Văn thư,Xem lớp,class.view," in lines[1]


def test_reading_the_trail_is_in_the_trail() -> None:
    school = factories.a_school()
    client = signed_in(principal := factories.a_principal(school))
    client.get("/nhat-ky/")
    client.get("/nhat-ky/tep.csv")

    actor = factories.actor_of(principal, clock.now() + timedelta(seconds=1))
    assert [line.action for line in trail.page(actor, asked(actor)).lines] == ["trail.export", "trail.view"]


# ---- Words ---------------------------------------------------------------------------------------


ENDS = {
    "transcript.": [event.value.lower() for event in Event],
    "batch.authorise-": [role.value.lower() for role in SignerRole],
    "pin.": ["wrong-pin", "pin-locked", "invalid"],
    "transcript.download-": ["xml", "pdf", "zip"],
}
SHAPE = re.compile(r"[a-z-]+\.[a-z-]+[a-z]")


def recorded_actions() -> set[str]:
    """Return every action that the code gives `audit.record`: a literal, an f-string with its possible ends, or,
    when the action is handed through, whatever of its shape stands in that file or is named `action=` anywhere.
    """
    found: set[str] = set()
    for path in (
        path for app in ("schools", "records", "signing", "exports") for path in (ROOT / app).rglob("*.py")
    ):
        tree = ast.parse(path.read_text("utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        for call in calls:
            found |= {str(ast.literal_eval(one.value)) for one in call.keywords if named_action(one)}
            if ast.unparse(call.func) == "audit.record" and len(call.args) > 1:
                found |= actions_of(call.args[1], tree)
    return found


def named_action(keyword: ast.keyword) -> bool:
    value = keyword.value
    return (
        keyword.arg == "action"
        and isinstance(value, ast.Constant)
        and bool(SHAPE.fullmatch(str(value.value)))
    )


def actions_of(action: ast.expr, tree: ast.Module) -> set[str]:
    if isinstance(action, ast.Constant):
        return {str(action.value)}
    if isinstance(action, ast.JoinedStr) and isinstance(action.values[0], ast.Constant):
        start = str(action.values[0].value)
        return {start + end for end in ENDS[start]}
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {text for text in constants if isinstance(text, str) and SHAPE.fullmatch(text)}


def test_every_action_that_the_code_records_has_its_word() -> None:
    actions = recorded_actions()

    assert len(actions) > 30
    assert actions - set(words.ACTIONS) == set()


def test_every_role_and_relation_has_its_word() -> None:
    assert set(words.ROLES) == set(Role)
    assert set(words.RELATIONS) == {relation.value for relation in Relation}
    assert words.role("") == ""
