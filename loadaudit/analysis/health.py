"""What health checks do to the load: the stretches with them against those without."""

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence

from loadaudit.analysis.facts import RunFacts
from loadaudit.analysis.result import HealthEffect, StretchFigures
from loadaudit.analysis.statistics import quantiles, rank_sum_z
from loadaudit.analysis.tallies import OperationTally
from loadaudit.records import Lane, LaneRules, SeriesReading
from loadaudit.records.stretches import BLOCK, is_with

_SHOWN_Z = 1.96
"""Two-sided, five in a hundred."""

_COMPARED = 3
"""Successes of an operation in each kind of stretch, so that its medians are compared."""

_SESSIONS = ("postgresql", "sessions")


def health_effect(facts: RunFacts, readings: Iterable[SeriesReading]) -> HealthEffect | None:
    """Return the comparison over all whole blocks of stretches, or None when there was none.

    Operations are compared with themselves: which of them fall into a stretch is chance.
    """
    rules = next((one for one in (facts.plan.lanes if facts.plan else ()) if one.lane is Lane.HEALTH), None)
    if rules is None or not rules.stretch_s or not rules.rate_per_s:
        return None
    blocks = int(facts.load_ns / 1e9 // (BLOCK * rules.stretch_s))
    if not blocks:
        return None
    light = [
        one
        for id_, one in facts.tallies.items()
        if not one.alone and facts.lanes.get(id_, Lane.LIGHT) is Lane.LIGHT and one.successes
    ]
    sessions = [
        (reading.time_ns / 1e9, reading.values[_SESSIONS[1]])
        for reading in readings
        if reading.probe.partition(" ")[0] == _SESSIONS[0] and _SESSIONS[1] in reading.values
    ]
    stretches = range(blocks * BLOCK)
    end_s = len(stretches) * rules.stretch_s
    return HealthEffect(
        rate_per_s=rules.rate_per_s,
        stretch_s=rules.stretch_s,
        present=_figures(facts, light, sessions, rules, end_s, present=True),
        absent=_figures(facts, light, sessions, rules, end_s, present=False),
        latency_ratio=_ratio(light, rules.stretch_s, end_s),
        shown=_shown(light, rules.stretch_s, stretches),
    )


def _figures(
    facts: RunFacts,
    light: Sequence[OperationTally],
    sessions: Sequence[tuple[float, float]],
    rules: LaneRules,
    end_s: float,
    *,
    present: bool,
) -> StretchFigures:
    assert rules.stretch_s is not None
    stretch_s = rules.stretch_s

    def inside(time_s: float) -> bool:
        return time_s < end_s and is_with(time_s, stretch_s) is present

    latencies = [latency for one in light for start_s, latency in _successes(one) if inside(start_s)]
    opened = [count for second, count in facts.connections_opened.items() if inside(float(second))]
    read = [value for time_s, value in sessions if inside(time_s)]
    return StretchFigures(
        stretches=round(end_s / stretch_s / 2),
        latency=quantiles(latencies),
        successes_per_s=len(latencies) / (end_s / 2),
        connections_opened_per_s=sum(opened) / (end_s / 2) if facts.connections_opened else None,
        sessions_median=statistics.median_low(read) if read else None,
        sessions_max=max(read, default=None),
    )


def _successes(tally: OperationTally) -> Iterator[tuple[float, int]]:
    """Yield start in seconds and latency in nanoseconds of each proven success."""
    yield from (
        (start / 1e9, latency) for start, latency in zip(tally.success_start_ns, tally.success_latency_ns, strict=True)
    )


def _ratio(light: Sequence[OperationTally], stretch_s: float, end_s: float) -> float | None:
    ratios = []
    for one in light:
        kinds: Mapping[bool, list[int]] = {True: [], False: []}
        for start_s, latency in _successes(one):
            if start_s < end_s:
                kinds[is_with(start_s, stretch_s)].append(latency)
        if min(map(len, kinds.values())) >= _COMPARED:
            ratios.append(statistics.median(kinds[True]) / max(statistics.median(kinds[False]), 1))
    return statistics.median(ratios) if ratios else None


def _shown(light: Sequence[OperationTally], stretch_s: float, stretches: range) -> bool | None:
    """Compare stretches by the median of their latencies, each divided by the usual one of its operation."""
    relative: dict[int, list[float]] = {}
    for one in light:
        usual = max(statistics.median(one.success_latency_ns), 1)
        for start_s, latency in _successes(one):
            stretch = int(start_s // stretch_s)
            if stretch in stretches:
                relative.setdefault(stretch, []).append(latency / usual)

    def medians(wanted: bool) -> list[float]:
        return [
            statistics.median(found) for n, found in relative.items() if is_with(n * stretch_s, stretch_s) is wanted
        ]

    z = rank_sum_z(medians(True), medians(False))
    return None if z is None else abs(z) >= _SHOWN_Z
