"""The addresses of a write in the order of what is known of their rows: those with which other requests work first."""

from collections.abc import Sequence

from loadaudit.planning.harvest import Harvest, match_of
from loadaudit.records import Kind, Operation, PlannedPath


def proven_first(operation: Operation, paths: list[PlannedPath], harvest: Harvest) -> list[PlannedPath]:
    """Return a write's addresses with those first at which another method works, where the first is none of them.

    What breaks the page of a row most likely breaks what its form is sent to, which is tried with many bodies. Where
    no other method has worked at any of them, those come first whose values have worked in most other routes.
    """
    may_choose = operation.kind is not Kind.READ and operation.risk.value != "destructive"
    if not (may_choose and len(paths) > 1):
        return paths
    good = harvest.good.get(operation.route, {})
    if paths[0].path in good:
        return paths
    if any(one.path in good for one in paths):
        return sorted(paths, key=lambda one: one.path not in good)
    return _most_worked_first(operation, paths, harvest)


def _most_worked_first(operation: Operation, paths: Sequence[PlannedPath], harvest: Harvest) -> list[PlannedPath]:
    values = [match_of(one.path.partition("?")[0], harvest.index)[1] for one in paths]
    worked = [harvest.neighbours.routes_worked(operation.route, one) for one in values]
    return [one for _, one in sorted(zip(worked, paths, strict=True), key=lambda pair: -pair[0])]
