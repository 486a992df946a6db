"""Lets Locust give each worker exactly the users of its share, whatever happens to the others."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any


def dispatcher(user_class: str, size_of: Callable[[str], int]) -> type:
    """Return a class for Locust's `dispatcher_class`; `size_of` knows how many users the worker with an id has."""

    class ByShare:
        """Locust's own dispatcher would move users of a lost worker to others, which have no sessions for them."""

        dispatch_in_progress = False

        def __init__(self, worker_nodes: Sequence[Any], user_classes: Sequence[Any]) -> None:
            self._nodes = {node.id: node for node in worker_nodes}
            self._pending: list[dict[str, dict[str, int]]] = []

        def new_dispatch(self, target_user_count: int, spawn_rate: float, user_classes: Any = None) -> None:
            """Prepare to give every worker its users at once."""
            self._pending = [{id_: {user_class: size_of(id_)} for id_ in self._nodes}]

        def add_worker(self, worker_node: Any) -> None:
            """Do nothing: a worker that comes later has no share."""

        def remove_worker(self, worker_node: Any) -> None:
            """Give a worker nothing any more."""
            self._nodes.pop(worker_node.id, None)

        def __iter__(self) -> Iterator[dict[str, dict[str, int]]]:
            while self._pending:
                yield self._pending.pop()

    return ByShare
