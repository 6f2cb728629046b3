"""CPU and waiting time by part: functions are wrapped while a block runs, and put back afterwards."""

from __future__ import annotations

import functools
import gc
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(slots=True)
class Spent:
    """Seconds of this process's CPU, and seconds in which it ran nothing."""

    cpu: float = 0.0
    waited: float = 0.0


@dataclass(frozen=True, slots=True)
class Call:
    """What a wrapped function was given and what it returned."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    result: Any


@dataclass
class Stopwatch:
    """Adds up what each part takes, without what the parts called within it take."""

    parts: dict[str, Spent] = field(default_factory=lambda: defaultdict(Spent))
    calls: dict[str, Call] = field(default_factory=dict)
    """The last call of each part, so that a baseline can be asked for the same thing."""

    _open: list[str] = field(default_factory=list)
    _cpu: float = 0.0
    _wall: float = 0.0

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count the block as `name`, and interrupt the part around it."""
        self._turn()
        self._open.append(name)
        try:
            yield
        finally:
            self._turn()
            self._open.pop()

    def _turn(self) -> None:
        """Give the time since the last turn to the innermost open part."""
        cpu, wall = time.process_time(), time.perf_counter()
        if self._open:
            spent = self.parts[self._open[-1]]
            spent.cpu += cpu - self._cpu
            spent.waited += max(wall - self._wall - (cpu - self._cpu), 0.0)
        self._cpu, self._wall = cpu, wall

    def taken(self) -> dict[str, Spent]:
        """Return what was added up, and begin anew."""
        found = dict(self.parts)
        self.parts.clear()
        return found

    @contextmanager
    def on(self, *places: tuple[Any, str, str]) -> Iterator[None]:
        """Count every call of `owner.name` as `part` while the block runs; places are (owner, name, part)."""
        with ExitStack() as stack:
            for owner, name, part in places:
                stack.enter_context(self._wrapped(owner, name, part))
            yield

    @contextmanager
    def _wrapped(self, owner: Any, name: str, part: str) -> Iterator[None]:
        original: Callable[..., Any] = getattr(owner, name)

        @functools.wraps(original)
        def counted(*args: Any, **kwargs: Any) -> Any:
            with self.part(part):
                result = original(*args, **kwargs)
            self.calls[part] = Call(args, kwargs, result)
            return result

        setattr(owner, name, counted)
        try:
            yield
        finally:
            setattr(owner, name, original)


class Collector:
    """Adds up the CPU seconds of the garbage collector while the block runs; they lie within the parts."""

    def __init__(self) -> None:
        self.cpu = 0.0
        self._begun = 0.0

    def __enter__(self) -> Self:
        """Begin to listen."""
        gc.callbacks.append(self._heard)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        gc.callbacks.remove(self._heard)

    def _heard(self, phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            self._begun = time.process_time()
        else:
            self.cpu += time.process_time() - self._begun

    def taken(self) -> float:
        """Return what was added up, and begin anew."""
        found, self.cpu = self.cpu, 0.0
        return found


def cpu_of(work: Callable[[], object]) -> float:
    """Return the seconds of this process's CPU that `work` takes."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def children_of(work: Callable[[], object]) -> float:
    """Return the CPU seconds of the processes that `work` starts and waits for."""
    begun = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime


def wall_of(work: Callable[[], object]) -> float:
    """Return the seconds by the clock on the wall that `work` takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
