"""Candidates of an identity for an address that somebody has given."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.records import Operation, PlannedPath

ORIGIN = "as asked"


@dataclass(slots=True, kw_only=True)
class AtOneAddress(Candidates):
    """Bodies from every source, and no other address than the one that was given."""

    address: str

    def paths(self, operation: Operation) -> tuple[list[PlannedPath], str]:
        """Return the address alone."""
        return [PlannedPath(path=self.address, origin=ORIGIN)], ""

    def queries(self, operation: Operation) -> Iterator[str]:
        """Yield none: the address has its query."""
        return iter(())

    def queries_of_source(self, operation: Operation, path: str) -> list[PlannedPath]:
        """Return none."""
        return []

    def paths_meeting(
        self, operation: Operation, answer: Answer | None, at: str, *, of_state: bool = False
    ) -> list[PlannedPath]:
        """Return none."""
        return []


def at_one_address(candidates: Candidates, address: str) -> Candidates:
    """Return the candidates of the same identity for one address."""
    return AtOneAddress(address=address, **{one.name: getattr(candidates, one.name) for one in fields(candidates)})
