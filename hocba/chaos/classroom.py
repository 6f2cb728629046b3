"""One class: what its teacher, its principal and its clerk do next."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from hocba.chaos.visitor import Visitor
from hocba.demo import people
from hocba.kernel import clock
from records.models import Transcript
from schools import scopes
from schools.models import ClassYear, Membership
from schools.permissions import Role
from signing.models import SigningBatch
from signing.seal.trust import SignerRole

SHEET = re.compile(r'name="sheet" value="(\d+)"')
STEPS = (
    (("FROZEN",), SignerRole.HOMEROOM, "gvcn"),
    (("HOMEROOM_SIGNED",), SignerRole.LEADER, "cbql"),
    (("PRINCIPAL_SIGNED", "SEALING"), SignerRole.SEAL, "kph"),
)


class Everybody(Protocol):
    """Finds a person's session by user name."""

    def __getitem__(self, username: str) -> Visitor: ...


class Classroom:
    """A class on its way to being issued as a whole."""

    def __init__(self, class_year: ClassYear, everybody: Everybody, *, is_late: Callable[[], bool]) -> None:
        self.row, self.code, self.school = class_year, class_year.code, class_year.school
        self._everybody, self._is_late = everybody, is_late
        self.is_issued = False

    def go_on(self) -> bool:
        """Do what is next, if anything is; True once everybody is issued."""
        states = self._states()
        if set(states) <= {"ISSUED", "WITHDRAWN"} and states.total() == self.pupils():
            self.is_issued = True
            return True
        if not states or states["DRAFT"]:
            assert self.row.homeroom_teacher is not None
            self._teacher().press(f"/lop/{self.code}/hoan-thanh/", {})
        elif states["CONFIRMED"]:
            self._freeze()
        else:
            self._sign(states)
        return False

    def pupils(self) -> int:
        """Return how many transcripts this class has to give."""
        return self.row.enrolments.filter(left_on__isnull=True).count()

    def clerk(self) -> Visitor:
        """Return the clerk of the school."""
        return self.holder(Role.CLERK)

    def holder(self, role: Role) -> Visitor:
        """Return who held a role in this school first."""
        return self._everybody[self._member(role).person.account.username]

    def _member(self, role: Role) -> Membership:
        rows = Membership.objects.filter(unit=self.school, role=role).select_related("person__account")
        return rows.order_by("pk")[0]

    def _teacher(self) -> Visitor:
        assert self.row.homeroom_teacher is not None
        return self._everybody[self.row.homeroom_teacher.account.username]

    def _states(self) -> Counter[str]:
        with scopes.system(self.school.path):
            rows = Transcript.objects.filter(class_year=self.row).values_list("state", flat=True)
            return Counter(rows)

    def _freeze(self) -> None:
        page = f"/lop/{self.code}/phat-hanh/"
        sheet = SHEET.search(self.clerk().read(page))
        if sheet is not None:
            self.clerk().press(page, {"task": "freeze", "sheet": sheet[1]})
            return
        made = {
            "task": "make",
            "issue_on": clock.now().astimezone(clock.VIETNAM).strftime("%d/%m/%Y"),
            "place": self.school.commune_name,
            "leader": str(self._member(Role.PRINCIPAL).person_id),
        }
        self.clerk().press(page, made)

    def _sign(self, states: Counter[str]) -> None:
        """Have the first signer for whom something waits enter the PIN, unless the batch runs."""
        for waits, role, slug in STEPS:
            if not any(states[state] for state in waits):
                continue
            batch = SigningBatch.objects.filter(class_year=self.row, role=role).order_by("-pk").first()
            if batch is None or batch.state != SigningBatch.State.RUNNING:
                signer = {
                    SignerRole.HOMEROOM: self._teacher,
                    SignerRole.LEADER: lambda: self.holder(Role.PRINCIPAL),
                    SignerRole.SEAL: self.clerk,
                }[role]()
                signer.press(f"/lop/{self.code}/ky/{slug}/", {"pin": people.PIN})
            return
