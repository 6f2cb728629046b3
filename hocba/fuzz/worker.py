"""One child process under the promised limits: changes a file by a number, has it read, says what became of it.

    python -m hocba.fuzz.worker FILES TRUST ISO-TIME SEED [TARGETS-MODULE]

One line of JSON in (`{"kind", "number"}`), one out (`{"outcome", "finding", "detail"}`).
"""

from __future__ import annotations

import importlib
import json
import os
import random
import resource
import sys
import traceback
from datetime import datetime
from pathlib import Path
from typing import Any

MEGABYTES = 512
TARGETS = "hocba.fuzz.targets"


def changed(kind: str, number: int, seed: int, genuine: dict[str, tuple[bytes, ...]]) -> bytes:
    """Return the input of one execution: a function of seed, kind and number."""
    from hocba.fuzz.mutate import mutated

    return mutated(kind, genuine[kind], random.Random(f"{seed}/{kind}/{number}"))  # noqa: S311 repeatable


def main(files: Path, trust: Path, at: datetime, seed: int, module: str = TARGETS) -> None:
    """Serve executions until the input ends."""
    from django.conf import settings

    settings.configure(USE_I18N=False)
    from hocba.fuzz import seeds
    from hocba.fuzz.targets import ground

    targets = importlib.import_module(module).TARGETS
    on = ground(trust, at, seeds.genuine(files))
    for kind in targets:  # what is loaded late is loaded now; where genuine files fail nothing could be found
        outcomes = {targets[kind](one, on) for one in on.genuine[kind]}
        if kind in ("xml", "pdf", "bundle") and outcomes != {"TOTAL-PASSED"}:
            raise SystemExit(f"genuine {kind}: {outcomes}")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))
    out, sys.stdout = sys.stdout, sys.stderr
    _say(out, {"outcome": "ready"})
    for line in sys.stdin:
        asked = json.loads(line)
        data = changed(asked["kind"], asked["number"], seed, on.genuine)
        _say(out, _executed(targets[asked["kind"]], data, on))


def _executed(target: Any, data: bytes, on: Any) -> dict[str, object]:
    from hocba.fuzz.targets import Believed, Unexpected

    if data in {one for files in on.genuine.values() for one in files}:
        return {"outcome": "unchanged", "finding": None}
    try:
        return {"outcome": target(data, on), "finding": None}
    except Believed as error:
        return {"outcome": "finding", "finding": "believed", "detail": str(error)}
    except Unexpected as error:
        return {"outcome": "finding", "finding": "unexpected", "detail": str(error)}
    except MemoryError:
        return {"outcome": "finding", "finding": "memory", "detail": "MemoryError"}
    except Exception:  # noqa: BLE001 any traceback at all is what we look for
        return {"outcome": "finding", "finding": "crash", "detail": traceback.format_exc()[-2000:]}


def _say(out: Any, answer: dict[str, object]) -> None:
    out.write(json.dumps(answer) + "\n")
    out.flush()


if __name__ == "__main__":
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    main(
        Path(sys.argv[1]),
        Path(sys.argv[2]),
        datetime.fromisoformat(sys.argv[3]),
        int(sys.argv[4]),
        *sys.argv[5:],
    )
