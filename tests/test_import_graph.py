"""The import graph has no way back: modules, too, form a staircase, not only apps and rooms."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

APPS = ("hocba", "schools", "records", "signing", "exports")


def ordered(imports: dict[str, set[str]]) -> list[str]:
    """Return the modules so that each stands behind all that it imports. Raises: CycleError."""
    return list(TopologicalSorter(imports).static_order())


def test_no_two_modules_import_each_other_directly_or_around_a_corner() -> None:
    graph = grimp.build_graph(*APPS, exclude_type_checking_imports=True, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}

    order = ordered(imports)

    assert len(order) > 300
    assert (
        order.index("hocba.kernel.errors")
        < order.index("signing.actions.items")
        < order.index("exports.tasks")
    )


def test_a_way_back_would_be_seen() -> None:
    with pytest.raises(CycleError):
        ordered({"a": {"b"}, "b": {"c"}, "c": {"a"}})
