"""LA402: an operation is either fast or very slow, and little in between."""

from collections import Counter
from collections.abc import Iterator

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.statistics import median, two_humps
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import Finding, Severity

CODE = "LA402"

_SLOW_NS = 100_000_000
"""Below this, waiting for the processor makes two humps on a busy machine."""
_MINIMUM = 20
_MINIMUM_WITH_CAUSE = 10
"""Enough when cache misses tell the humps apart, which chance seldom does ten times in a row."""


def find(facts: RunFacts) -> Iterator[Finding]:
    """Yield one finding per operation whose service time has two humps.

    Judged by service time, which queueing does not lengthen. Above info only when cache misses separate
    the humps; rows of different size and first requests make two humps as well, and are no defect.
    """
    for operation, tally in facts.known():
        split_ns = two_humps(tally.service_ns, minimum=_MINIMUM_WITH_CAUSE)
        if split_ns is None:
            continue
        slow = [index for index, value in enumerate(tally.service_ns) if value >= split_ns]
        fast = [index for index, value in enumerate(tally.service_ns) if value < split_ns]
        slow_ns = median([tally.service_ns[index] for index in slow]) or 0
        if slow_ns < _SLOW_NS:
            continue
        cause = _cause(tally, fast, slow)
        if cause != "cache" and len(tally.service_ns) < _MINIMUM:
            continue
        values: dict[str, str | int | float] = {
            "fast_ns": median([tally.service_ns[index] for index in fast]) or 0,
            "slow_ns": slow_ns,
            "split_ns": split_ns,
            "fast": len(fast),
            "slow": len(slow),
            "n": len(tally.service_ns),
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


def _cause(tally: OperationTally, fast: list[int], slow: list[int]) -> str:
    """Return what separates the humps: `cache`, `path`, or empty."""
    if _missing(tally, slow) >= 0.8 and _missing(tally, fast) <= 0.2:
        return "cache"
    slow_paths = Counter(tally.served_paths[index] for index in slow)
    fast_paths = Counter(tally.served_paths[index] for index in fast)
    mixed = sum(min(slow_paths[path], fast_paths[path]) for path in slow_paths)
    return "path" if len(fast_paths) + len(slow_paths) > 1 and mixed <= 0.05 * len(tally.service_ns) else ""


def _missing(tally: OperationTally, indexes: list[int]) -> float:
    """Return the share of the requests that asked the cache for something that it did not have."""
    return sum(tally.cache_gets[index] > tally.cache_hits[index] for index in indexes) / len(indexes)
