"""Scaling: transcripts a second with one and with two Celery processes, the workers of the demo."""

from __future__ import annotations

import os
import time

from hocba.bench import alongside, ground
from hocba.bench.figures import Figure
from schools.models import ClassYear
from signing.models import SigningBatch
from signing.seal.trust import SignerRole

PROCESSES = (1, 2)
WARM_UP = 2
"""Transcripts that go first with each set of workers and are not counted."""

LOOK_SECONDS = 0.02
LONGEST_SECONDS = 600


def measure(n: int) -> list[Figure]:
    """Return the rate of each number of processes over a class of `n`, by the clock on the wall."""
    rates, cpu = {}, {}
    for processes in PROCESSES:
        warm, counted = ground.frozen_class(WARM_UP), ground.frozen_class(n)
        with alongside.workers(processes) as workers:
            _sealed(warm)
            before = alongside.cpu_of_children(workers)
            rates[processes] = n / _sealed(counted)
            cpu[processes] = (alongside.cpu_of_children(workers) - before) / n
    alone = rates[1]
    return [
        Figure(
            f"scaling.{processes}",
            "1/s",
            (rate,),
            "scaling.1",
            (alone,),
            {
                "transcripts": n,
                "worker_cpu_seconds": round(cpu[processes], 4),
                "efficiency": round(rate / alone / processes, 3),
                "cores": os.cpu_count(),
            },
        )
        for processes, rate in rates.items()
    ]


def _sealed(class_year: ClassYear) -> float:
    """Return the seconds from the first authorisation to the last sealed transcript of a class."""
    begun = time.perf_counter()
    for role in SignerRole:
        done(ground.authorised(class_year, role))
    return time.perf_counter() - begun


def done(batch: SigningBatch) -> None:
    """Wait until the workers have finished a batch. Raises: NotMeasurable."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while SigningBatch.objects.get(pk=batch.pk).state == SigningBatch.State.RUNNING:
        if time.monotonic() > deadline:
            raise ground.NotMeasurable(f"{batch} is not done after {LONGEST_SECONDS} s")
        time.sleep(LOOK_SECONDS)
    ground.refuse_failures(batch)
