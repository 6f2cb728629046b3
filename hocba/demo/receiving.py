"""Make the receiver ready: its tables, the Sở's account, the schools for which the Sở speaks."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

from hocba.demo import tree


def prepare() -> int:
    """Migrate the receiver's database and make its accounts; idempotent. Return an exit code."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "exports.receiver.settings"
    # By name: its models belong to other settings than ours, and are type-checked with those.
    receiver = importlib.import_module("exports.receiver.__main__").main
    if code := receiver(["migrate"]):
        return code
    secret = Path(os.environ["MINISTRY_SECRET_FILE"]).read_text("utf-8").strip()
    names = {plan.code: plan.name for plan in tree.UNITS}
    top = tree.DEPARTMENT
    # "--": a random secret may begin with a hyphen, and is no option then.
    if code := receiver(["add-unit", "--", top, names[top], secret]):
        return code
    for plan in tree.UNITS:
        if plan.level == "school" and (
            code := receiver(["add-unit", "--parent", top, "--", plan.code, plan.name, ""])
        ):
            return code
    return 0
