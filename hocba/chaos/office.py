"""Deliveries as the schools' clerks see to them, and the Ministry's desk that mends what it did not know."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db.models import Q

from exports.models import CertificateDelivery, Delivery
from exports.queries import waiting
from hocba.chaos import plan
from hocba.chaos.classroom import Classroom, Everybody
from hocba.demo import people, tree
from hocba.demo.processes import OWN_SETTINGS
from hocba.kernel import clock
from schools import scopes
from schools.models import Unit
from signing.models import PinnedProof, SealedDocument

LOOKS_BETWEEN_VISITS = 4
SHARE_BEFORE_MENDING = 0.25
"""Of the other schools' transcripts that have arrived before the receiver's desk mends anything."""

TRIES_BEFORE_MENDING = 2


class Diary(Protocol):
    """Where the office keeps what it saw."""

    facts: dict[str, Any]

    def write(self) -> None:
        """Write the file."""


class Office:
    """Whoever sees to what the receiver says."""

    def __init__(
        self, rooms: list[Classroom], everybody: Everybody, diary: Diary, *, withdrawals: int
    ) -> None:
        self._rooms, self._everybody, self._facts = rooms, everybody, diary.facts
        self._diary = diary
        self._withdrawals = withdrawals
        self._is_mended = False
        self._looks = 0

    def go_on(self) -> bool:
        """Do what is next, if anything is; True once every transcript and withdrawal has its receipt."""
        self._note_pauses()
        self._looks += 1
        if self._looks % LOOKS_BETWEEN_VISITS:
            return False
        self._diary.write()
        if not self._is_mended and self._may_mend():
            self._mend()
        self._withdraw()
        for code in {room.school.code for room in self._rooms}:
            self._sign_packages(code)
        if self._is_mended:
            self._send_again()
        return self._is_finished()

    # ---- The receiver's desk ---------------------------------------------------------------------

    def _note_pauses(self) -> None:
        """Note each attempt for the school that the receiver does not know, and when the next one is due."""
        row = CertificateDelivery.objects.filter(authority__school__code=plan.UNKNOWN_SCHOOL).first()
        pauses: list[list[float]] = self._facts["pauses"]
        if row is None or self._is_mended or row.attempts in (0, *(one[0] for one in pauses)):
            return
        pauses.append([row.attempts, round((row.next_attempt_at - clock.now()).total_seconds(), 2)])

    def _may_mend(self) -> bool:
        stale = self._rooms[0]
        others = [
            room for room in self._rooms if room is not stale and room.school.code != plan.UNKNOWN_SCHOOL
        ]
        rows = Delivery.objects.filter(class_year__in=[room.row for room in others], state="ACCEPTED")
        wanted = sum(room.pupils() for room in others) * SHARE_BEFORE_MENDING
        refused = Delivery.objects.filter(class_year=stale.row, state="REFUSED")
        codes = list(refused.values_list("answer_code", flat=True))
        self._facts["refusals"] = {code: codes.count(code) for code in codes}
        enough = len(codes) == stale.pupils() and len(self._facts["pauses"]) >= TRIES_BEFORE_MENDING
        return enough and rows.count() >= wanted

    def _mend(self) -> None:
        """Enter the unknown school, and take the register as it stands now."""
        self._facts["accepted_before_mending"] = Delivery.objects.filter(state="ACCEPTED").count()
        name = Unit.objects.get(code=plan.UNKNOWN_SCHOOL).name
        line = ["add-unit", "--parent", tree.DEPARTMENT, "--", plan.UNKNOWN_SCHOOL, name, ""]
        done = subprocess.run(
            [sys.executable, "-m", "exports.receiver", *line],
            env={**os.environ, **OWN_SETTINGS},
            capture_output=True,
            check=False,
        )
        if done.returncode != 0:
            return  # its database is away: at the next look
        theirs = Path(os.environ["TRUST_DIR"])
        for path in Path(settings.TRUST_DIR).iterdir():
            shutil.copyfile(path, fresh := theirs.with_name(f"{path.name}.new"))
            fresh.replace(theirs / path.name)
        self._is_mended = True

    # ---- The clerks ------------------------------------------------------------------------------

    def _withdraw(self) -> None:
        """Withdraw the first transcripts that have arrived, one a class."""
        withdrawn: list[str] = self._facts["withdrawn"]
        for room in self._rooms[2:]:
            if len(withdrawn) >= self._withdrawals or not room.is_issued:
                continue
            with scopes.system(room.school.path):
                row = SealedDocument.objects.filter(class_year=room.row).order_by("leaf_id").first()
                done = row is not None and hasattr(row, "withdrawal")
            if row is None or str(row.look_up_code) in withdrawn:
                continue
            if done:
                withdrawn.append(str(row.look_up_code))
            elif Delivery.objects.filter(leaf=row.leaf_id, state="ACCEPTED").exists():
                reason = {"reason": "Ghi sai ngày sinh của học sinh (bản mẫu)", "understood": "on"}
                room.clerk().press(f"/hoc-ba/{row.look_up_code}/", reason)
                return  # whether it went through is seen at the next look

    def _sign_packages(self, code: str) -> None:
        """Enter the PIN where packages wait and no open session may sign them."""
        at = clock.now()
        room = next(one for one in self._rooms if one.school.code == code)
        groups = waiting.groups(at, school=room.school)
        if any(not waiting.open_sessions(group, at) for group in groups):
            room.clerk().press("/gui-so/ky-goi/", {"school": code, "pin": people.PIN}, form_at="/gui-so/")

    def _send_again(self) -> None:
        """Send again what was refused while the receiver did not know the teacher."""
        for room in self._rooms:
            if Delivery.objects.filter(class_year=room.row, state="REFUSED").exists():
                room.clerk().press(
                    f"/gui-so/lop/{room.code}/gui-lai/", {}, form_at=f"/gui-so/lop/{room.code}/"
                )

    def _is_finished(self) -> bool:
        if not self._is_mended or not all(room.is_issued for room in self._rooms):
            return False
        if len(self._facts["withdrawn"]) < self._withdrawals:
            return False
        total = sum(room.pupils() for room in self._rooms)
        rows = Delivery.objects.values_list("kind", "state")
        open_rows = rows.filter(~Q(state="ACCEPTED")).count()
        return (
            not open_rows
            and rows.count() == total + self._withdrawals
            and PinnedProof.objects.count() >= total
        )
