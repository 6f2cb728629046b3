"""The second lock: which rows PostgreSQL itself lets this transaction see (row-level security).

Policies on results, transcripts and documents read two settings that live as long as the transaction:
`hocba.scope`, paths of the tree in order, and `hocba.pupils`, the children of a family. Nothing set, nothing seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from schools.actors import Actor, outermost

SEPARATOR = ","


def apply(paths: str | Iterable[str], pupils: Iterable[int] = ()) -> None:
    """Open subtrees (and the results of `pupils`) to the transaction that is running.

    Raises: django.db.transaction.TransactionManagementError, outside a transaction; ValueError, for what is no path.
    """
    text, values = statement(paths, pupils)
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a scope lives in a transaction")
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def statement(paths: str | Iterable[str], pupils: Iterable[int] = ()) -> tuple[str, list[str]]:
    """Return what `apply` says to the database, for a message that says more. Raises: ValueError, as `apply`."""
    opened = outermost([paths] if isinstance(paths, str) else paths)
    if any(SEPARATOR in path or not path.endswith(".") for path in opened):
        raise ValueError("a path of the tree has no comma and ends in a dot")
    values = [SEPARATOR.join(opened), SEPARATOR.join(str(int(pupil)) for pupil in pupils)]
    return "SELECT set_config('hocba.scope', %s, true), set_config('hocba.pupils', %s, true)", values


def apply_actor(actor: Actor) -> None:
    """Open to the running transaction what this actor's work needs: its units' subtrees, its own children.

    Nothing, for who reads no result at all: the school administrator, the overseers.
    """
    apply(actor.results_paths, actor.children)


@contextmanager
def of(actor: Actor) -> Iterator[None]:
    """Run a block in a transaction scoped to `actor`; a scope already open comes back afterwards."""
    with _scoped(actor.results_paths, actor.children):
        yield


@contextmanager
def system(path: str) -> Iterator[None]:
    """Run a block of system work in a transaction scoped to one subtree, usually one school."""
    with _scoped((path,), ()):
        yield


@contextmanager
def _scoped(paths: Iterable[str], pupils: Iterable[int]) -> Iterator[None]:
    if not connection.in_atomic_block:  # the settings end with the transaction: nothing to put back
        with transaction.atomic():
            apply(paths, pupils)
            yield
        return
    with transaction.atomic():
        before = _current()
        apply(paths, pupils)
        yield
        apply(before[0].split(SEPARATOR), [int(one) for one in before[1].split(SEPARATOR) if one])


def _current() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('hocba.scope', true), ''),"
            " coalesce(current_setting('hocba.pupils', true), '')"
        )
        row = cursor.fetchone()
    return row[0], row[1]
