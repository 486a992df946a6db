"""LA402: an operation is either fast or very slow, and little in between."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.statistics import median, nearest_rank, two_humps
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import Finding, Kind, Lane, Severity

CODE = "LA402"

_SLOW_NS = 100_000_000
"""Below this, waiting for the processor makes two humps on a busy machine."""
_MINIMUM = 20
_MINIMUM_WITH_CAUSE = 10
"""Enough when cache misses tell the humps apart, which chance seldom does ten times in a row."""
_FACTOR = 5.0
_LEAST_SHARE = 0.1
_FIRST = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Humps:
    fast_ns: list[int]
    slow: list[int]
    """Positions of the slow requests of the load."""
    cause: str
    """What separates them: `cache`, `path`, `cold`, or empty."""


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per operation whose service time has two humps.

    Judged by service time, which queueing does not lengthen. Above info only when cache misses separate
    the humps; rows of different size and first requests make two humps as well, and are no defect.
    """
    for operation, tally in facts.known():
        warm = facts.beside.get((Lane.WARM, operation.id))
        # A write asks the cache for limits and locks: what they hold back is no work that was saved.
        by_cache = _humps_by_cache(tally, warm) if operation.kind is Kind.READ else None
        humps = by_cache or _humps_by_gap(tally)
        if humps is None:
            continue
        slow, cause = humps.slow, humps.cause
        slow_ns = median([tally.service_ns[index] for index in slow]) or 0
        if slow_ns < _SLOW_NS:
            continue
        split_ns = min(tally.service_ns[index] for index in slow)
        values: dict[str, str | int | float] = {
            "fast_ns": median(humps.fast_ns) or 0,
            "slow_ns": slow_ns,
            "split_ns": split_ns,
            "fast": len(humps.fast_ns),
            "slow": len(slow),
            "n": len(slow) + len(humps.fast_ns),
            "cause": cause,
        }
        if not cause:
            values["unproven"] = "nothing_separates_humps"
        yield Finding(
            code=CODE,
            severity=Severity.WARNING if cause == "cache" else Severity.INFO,
            operations=(operation.id,),
            values=values,
            samples=tuple(tally.served_numbers[index] for index in slow[:3]),
            proven=bool(cause),
        )


def _humps_by_cache(tally: OperationTally, warm: OperationTally | None) -> _Humps | None:
    """Return requests that the cache served and those that it did not, when that makes the difference.

    The groups are given by the cache here and not by the times, so a noisy machine may blur their edges. Where requests
    of the load come too seldom for what the cache keeps, those that were sent again at once, in `warm`, were served.
    """
    n = len(tally.service_ns)
    slow = [index for index in range(n) if tally.cache_gets[index] > tally.cache_hits[index]]
    fast_ns = [tally.service_ns[index] for index in range(n) if index not in set(slow)]
    if warm is not None:
        served = zip(warm.service_ns, warm.cache_gets, warm.cache_hits, strict=True)
        fast_ns += [service_ns for service_ns, gets, hits in served if gets == hits > 0]
    n = len(slow) + len(fast_ns)
    if n < _MINIMUM_WITH_CAUSE or min(len(fast_ns), len(slow)) < max(_LEAST_SHARE * n, 2):
        return None
    slow_ns = median([tally.service_ns[index] for index in slow]) or 0
    return _Humps(fast_ns=fast_ns, slow=slow, cause="cache") if slow_ns >= _FACTOR * (median(fast_ns) or 1) else None


def _humps_by_gap(tally: OperationTally) -> _Humps | None:
    """Return fast and slow requests when hardly any lie in between."""
    split_ns = two_humps(tally.service_ns, minimum=_MINIMUM, factor=_FACTOR, least=_LEAST_SHARE)
    if split_ns is None:
        return None
    slow = [index for index, value in enumerate(tally.service_ns) if value >= split_ns]
    fast = [index for index, value in enumerate(tally.service_ns) if value < split_ns]
    cause = "path" if _by_path(tally, fast, slow) else "cold" if _by_time(tally, fast, slow) else ""
    return _Humps(fast_ns=[tally.service_ns[index] for index in fast], slow=slow, cause=cause)


def _by_time(tally: OperationTally, fast: list[int], slow: list[int]) -> bool:
    """Say whether the slow requests came first, hardly any of them after a fast one."""
    warm_from = nearest_rank(sorted(tally.served_start_ns[index] for index in fast), _FIRST)
    late = sum(tally.served_start_ns[index] > warm_from for index in slow)
    return late <= _FIRST * len(slow)


def _by_path(tally: OperationTally, fast: list[int], slow: list[int]) -> bool:
    slow_paths = Counter(tally.served_paths[index] for index in slow)
    fast_paths = Counter(tally.served_paths[index] for index in fast)
    mixed = sum(min(slow_paths[path], fast_paths[path]) for path in slow_paths)
    return len(fast_paths) + len(slow_paths) > 1 and mixed <= 0.05 * len(tally.service_ns)
