"""Differences between runs of which one was imported: by quantiles and counts, without single requests."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from statistics import NormalDist

from loadaudit.analysis.comparison.ranks import MINIMUM
from loadaudit.analysis.comparison.result import Change, Figure, Verdict
from loadaudit.analysis.statistics import nearest_rank
from loadaudit.analysis.tallies import OperationTally

DESIGN_EFFECT = 4.0
"""By how much requests of one run say less than as many independent ones (Kish, "Survey Sampling", 1965): sums do not
show it. A choice on the careful side, not a measurement."""
LATENCY_MATTERS = 2.0
"""Greater than for single requests: what moved all operations alike, and tools' rounding, cannot be taken out."""
SUCCESS_MATTERS = 0.05
_OWN_ANSWERS = 0.95
"""Proven successes by requests from which the latencies of a name are those of its own page."""
_NORMAL = NormalDist()


def aggregate_changes(first: OperationTally | None, second: OperationTally | None) -> tuple[Change, ...]:
    """Return the changes of one operation, with p-values that are not yet corrected."""
    if first is None or second is None:
        return ()
    return (_latency(first, second), _success(first, second))


def own_latency(tally: OperationTally) -> Sequence[int]:
    """Return latencies in nanoseconds, none where they may be those of other pages than the operation's own."""
    own = tally.requests > 0 and tally.successes >= _OWN_ANSWERS * tally.requests
    return tally.success_latency_ns if own else ()


def _latency(first: OperationTally, second: OperationTally) -> Change:
    """Compare medians by the control median test, both ways.

    Mathisen, "A method of testing the hypothesis that two samples are from the same population", The Annals of
    Mathematical Statistics 14 (1943). Nothing is said where answers are not known to be the operation's own: the login
    page comes quickly.
    """
    columns = [sorted(own_latency(one)) for one in (first, second)]
    if min(map(len, columns)) < MINIMUM:
        return Change(figure=Figure.LATENCY, verdict=Verdict.NOT_ENOUGH_DATA, first=None, second=None)
    middle = [nearest_rank(one, 0.5) for one in columns]
    error = math.sqrt(sum(0.25 * DESIGN_EFFECT / len(one) for one in columns))
    apart = (0.5 - _share_up_to(columns[1], middle[0]), _share_up_to(columns[0], middle[1]) - 0.5)
    same_way = apart[0] * apart[1] > 0
    p = _two_sided(min(map(abs, apart)) / error) if same_way else 1.0
    ratio = middle[1] / middle[0] if middle[0] else math.inf
    matters = ratio > 0 and max(ratio, 1 / ratio) >= LATENCY_MATTERS
    return Change(
        figure=Figure.LATENCY,
        verdict=Verdict.WORSE if ratio > 1 else Verdict.BETTER,
        first=middle[0],
        second=middle[1],
        ratio=ratio,
        p=p if matters else 1.0,
    )


def _success(first: OperationTally, second: OperationTally) -> Change:
    """Compare two shares, each of as many requests as its own divided by the design effect."""
    if min(first.requests, second.requests) < MINIMUM:
        return Change(figure=Figure.SUCCESS, verdict=Verdict.NOT_ENOUGH_DATA, first=None, second=None)
    shares = [one.successes / one.requests for one in (first, second)]
    whole = (first.successes + second.successes) / (first.requests + second.requests)
    variance = whole * (1 - whole) * DESIGN_EFFECT * (1 / first.requests + 1 / second.requests)
    apart = shares[1] - shares[0]
    p = _two_sided(apart / math.sqrt(variance)) if variance > 0 else 1.0
    return Change(
        figure=Figure.SUCCESS,
        verdict=Verdict.WORSE if apart < 0 else Verdict.BETTER,
        first=shares[0],
        second=shares[1],
        p=p if abs(apart) >= SUCCESS_MATTERS else 1.0,
    )


def _share_up_to(ordered: list[int], value: int) -> float:
    return (bisect_left(ordered, value) + bisect_right(ordered, value)) / (2 * len(ordered))


def _two_sided(z: float) -> float:
    return 2 * _NORMAL.cdf(-abs(z))
