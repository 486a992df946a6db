"""What other tools said of their requests, beside what is proven: of a locustfile, and of imported results."""

from collections.abc import Mapping
from dataclasses import dataclass

from loadaudit.records import Limit, Match, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRow:
    """What a load tool said about its requests for one operation, beside what is proven of them."""

    operation_id: str
    requests: int
    successes: int
    """As the tool counted them."""
    proven: int
    """Those of all requests whose every hop is a proven success."""
    success_unproven: int
    """Successes of the tool that are none."""
    failure_proven: int
    """Failures of the tool that are proven successes."""
    outcome: Outcome | None = None
    """What most of the successes that are none turned out to be; None: no trace proves them."""
    failure: str = ""
    """The tool's most frequent failure, in its own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolComparison:
    """What a load tool said about its own requests, beside what is proven of them."""

    requests: int
    successes: int
    proven: int
    rows: tuple[ToolRow, ...]
    """By operation that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedName:
    """A name of imported results that stands for no operation."""

    label: str
    requests: int
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NonAnswer:
    """A page that is no answer of the operations that gave it, known by its size."""

    kind: str
    """`login`, `refusal`, `error` or `repeated`."""
    size_bytes: int
    status: int
    """With which it is known to come; 0: not known."""
    learnt_from: str
    """Name whose requests gave it away; empty: that many names have it."""
    names: int = 0
    """All of whose requests got it."""
    requests: int = 0
    """That got it and were counted as successes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Where the results of an imported run come from, and how far they can be relied on."""

    tool: str
    sources: tuple[str, ...]
    names: int
    matches: Mapping[Match, int]
    """Names by how they came to their operation."""
    unmatched: tuple[UnmatchedName, ...]
    """The most requested first."""
    ignored_requests: int
    limits: tuple[Limit, ...]
    non_answers: tuple[NonAnswer, ...]
    doubtful: tuple[str, ...]
    """Names of which averages cannot tell how many requests got such a page."""
