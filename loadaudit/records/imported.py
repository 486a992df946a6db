"""Results of other tools as they are kept in a run file: sums per name, because single requests are rarely known."""

from dataclasses import dataclass
from enum import StrEnum

Weighted = tuple[tuple[int, int], ...]
"""Pairs of a value and how often it was measured."""


class Match(StrEnum):
    """How a name of the results came to its operation."""

    NONE = ""
    """It did not: unknown, or several operations fit."""
    EXACT = "exact"
    """The name is the route, or the URL name."""
    RESOLVED = "resolved"
    """The project's URLconf, or the routes of the saved inventory, answer the path."""
    SHAPE = "shape"
    """Its placeholders stand where the route has parameters."""
    PREFIX = "prefix"
    """As by shape, with path segments in front that only one of the two has."""
    MAPPED = "mapped"
    """The operator said so."""
    IGNORED = "ignored"
    """The operator said that it is none of the project's."""


class Limit(StrEnum):
    """What imported results cannot tell."""

    TRACES = "traces"
    USERS = "users"
    SQL = "sql"
    SIZES_ARE_MEANS = "sizes_are_means"
    SIZES_ARE_TRUNCATED = "sizes_are_truncated"
    STATUS_OF_SUCCESSES = "status_of_successes"
    LATENCY_OF_ALL = "latency_of_all"
    LATENCY_IN_QUANTILES = "latency_in_quantiles"
    LATENCY_IN_BUCKETS = "latency_in_buckets"
    NO_LATENCY = "no_latency"
    LATENCY_UNIT = "latency_unit"
    NO_FAILURE_TEXTS = "no_failure_texts"
    NO_TIMELINE = "no_timeline"
    STATUS_ONLY = "status_only"
    """Lines of a server: what the client made of an answer is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedError:
    """Requests of one name that failed with the same text."""

    text: str
    count: int
    status: int = 0
    """Read from the text; 0: it names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedAnswer:
    """Requests of one name that were answered with the same status."""

    status: int
    requests: int
    sizes: Weighted
    """Bytes of the bodies; the most frequent ones only, where there are many."""
    latency_ns: Weighted = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedGroup:
    """What the results say about one name."""

    method: str
    name: str
    requests: int
    failures: int
    """As the tool counted them; of a server's log: status 400 and above."""
    body_bytes_total: int
    operation_id: str = ""
    """Empty: no operation, or more than one, fits the name."""
    match: Match = Match.NONE
    candidates: tuple[str, ...] = ()
    """Operations that it may be."""
    answers: tuple[ImportedAnswer, ...] = ()
    """By status; empty where the tool keeps sums only."""
    errors: tuple[ImportedError, ...] = ()
    latency_ns: Weighted = ()
    """Of all requests, where `answers` do not tell it apart."""
    max_latency_ns: int = 0
    turned_to_login: int = 0
    """Requests of the login page that name this one's path as the place to go on to."""

    @property
    def label(self) -> str:
        """The name as mapping files and reports write it."""
        return f"{self.method} {self.name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedSecond:
    """One stretch of the time line, from one second of the load on."""

    second: int
    requests: int
    failures: int
    users: int = 0
    max_latency_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedResults:
    """Everything that the files of one run say."""

    tool: str
    """`Locust`, `nginx or gunicorn access log` …"""
    sources: tuple[str, ...]
    """Names of the files, without folders."""
    groups: tuple[ImportedGroup, ...]
    timeline: tuple[ImportedSecond, ...] = ()
    limits: tuple[Limit, ...] = ()
    notes: tuple[str, ...] = ()
    started_s: float = 0.0
    """Wall clock, seconds since 1970; 0: not known."""
    duration_s: float = 0.0
    users: int = 0
    """At most at the same time; 0: not known."""
    target: str = ""

    @property
    def requests(self) -> int:
        """Requests of all names that were not ignored."""
        return sum(one.requests for one in self.groups if one.match is not Match.IGNORED)
