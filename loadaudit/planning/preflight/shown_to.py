"""Pages that have worked as somebody, looked at as somebody else: the staff is shown links that others are not."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.chances import NOT_KNOWN
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.turns import plain_origin
from loadaudit.planning.values import GUESS
from loadaudit.records import Operation, PlannedPath, Risk

_SLOWEST_NS = 2_000_000_000
"""What takes longer is asked for once."""

_MOST = 12
"""Pages that one user looks at for one operation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    path: str
    package: str
    """That of its view."""
    seen: set[str]
    """Roles that have seen it."""


@dataclass(slots=True)
class PagesOfOthers:
    """The pages that have worked, one of each route, and who has seen them."""

    _pages: dict[str, _Page] = field(default_factory=dict)

    def worked(self, operation: Operation, best: Try, candidates: Candidates) -> None:
        """Note what works: its address for whom it does, and a page for others, if it is harmless to ask for."""
        candidates.harvest.worked(best.path.path, operation.method, made_up=best.path.origin.startswith(GUESS))
        # What leads on shows no links, and may do something on its way, such as to step down from being staff.
        is_page = (
            best.answer is not None and best.answer.content_type.startswith("text/html") and not best.answer.location
        )
        is_quick = best.sample.latency_ns < _SLOWEST_NS
        if is_page and is_quick and operation.method == "GET" and operation.risk is Risk.SAFE:
            page = _Page(path=best.path.path, package=_package(operation), seen=set())
            self._pages.setdefault(operation.route, page).seen.add(best.identity.role)

    def paths(self, operation: Operation, candidates: Candidates) -> tuple[list[PlannedPath], str]:
        """Return the addresses of an operation; of which none is known, pages that only others have seen may tell."""
        found, reason = candidates.paths(operation)
        who = candidates.identity
        is_known = any(plain_origin(one) not in NOT_KNOWN for one in found)
        if is_known or not operation.parameters or not who.user_id or who.keyed:
            return found, reason
        unseen = list(self._unseen(operation, who.role))
        for one in unseen:
            one.seen.add(who.role)
            candidates.page(one.path)
        return candidates.paths(operation) if unseen else (found, reason)

    def _unseen(self, operation: Operation, role: str) -> Iterator[_Page]:
        """Yield pages of the same part of the project, those first that share most of the route."""
        parts, package = operation.route.split("/"), _package(operation)
        near = {
            route: shared
            for route, one in self._pages.items()
            if role not in one.seen and ((shared := _shared(parts, route.split("/"))) > 1 or one.package == package)
        }
        for route in sorted(near, key=lambda each: -near[each])[:_MOST]:
            yield self._pages[route]


def _package(operation: Operation) -> str:
    return operation.view.partition(".")[0]


def _shared(parts: list[str], others: list[str]) -> int:
    """Return how many parts two routes have in common at their beginning; the first is empty."""
    same = [one == other for one, other in zip(parts, others, strict=False)]
    return same.index(False) if False in same else len(same)
