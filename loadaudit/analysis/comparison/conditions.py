"""What is not the same in two runs, before any figure of them is put side by side."""

from collections.abc import Iterator

from loadaudit.analysis.comparison.result import Difference
from loadaudit.analysis.result import Analysis
from loadaudit.records import RunInfo

_SERIOUS_FACTS = ("database", "isolation", "server", "host", "system", "debug")
"""Beginnings of environment facts that move figures by themselves."""
_NOT_CONDITIONS = ("process", "login pages", "presented as")
"""Facts that differ between equal runs, or move no figure."""

_LOGINS_APART = 0.05
_PROVEN_APART = 0.10
_LENGTH_APART = 1.25


def differences(first: Analysis, second: Analysis) -> tuple[Difference, ...]:
    """Return every difference of conditions, the serious ones first."""
    found = (*_of_load(first, second), *_of_environment(first.info, second.info), *_of_evidence(first, second))
    return tuple(sorted(found, key=lambda one: not one.serious))


def _of_load(first: Analysis, second: Analysis) -> Iterator[Difference]:
    pairs = (
        ("target", first.info.target, second.info.target, True),
        ("users", first.info.users, second.info.users, True),
        ("seed", first.info.seed, second.info.seed, False),
    )
    for code, one, other, serious in pairs:
        if one != other:
            yield Difference(code=code, values=(str(one), str(other)), serious=serious)
    shorter, longer = sorted((first.load_ns, second.load_ns))
    if longer > _LENGTH_APART * shorter:
        texts = (f"{first.load_ns / 1e9:.0f} s", f"{second.load_ns / 1e9:.0f} s")
        yield Difference(code="load_length", values=texts, serious=False)
    for run in (first, second):
        if run.info.finish_reason != "completed":
            reasons = (first.info.finish_reason or "cut short", second.info.finish_reason or "cut short")
            yield Difference(code="finish_reason", values=reasons, serious=True)
            return


def _of_environment(first: RunInfo, second: RunInfo) -> Iterator[Difference]:
    for name in sorted({*first.environment, *second.environment}):
        one, other = first.environment.get(name, ""), second.environment.get(name, "")
        if one != other and name not in _NOT_CONDITIONS:
            yield Difference(code=name, values=(one, other), serious=name.startswith(_SERIOUS_FACTS))
    if first.traces_expected != second.traces_expected:
        texts = ("yes" if one.traces_expected else "no" for one in (first, second))
        yield Difference(code="traces", values=tuple(texts), serious=True)


def _of_evidence(first: Analysis, second: Analysis) -> Iterator[Difference]:
    """Yield what makes figures of different things look alike: nobody logged in, or requests that proved nothing."""
    rates = (first.logins.success_rate, second.logins.success_rate)
    if _apart(rates, _LOGINS_APART):
        yield Difference(code="logins", values=tuple(map(_percent, rates)), serious=True)
    proven = tuple(
        one.reported.proven_requests / one.reported.requests if one.reported.requests else None
        for one in (first, second)
    )
    if _apart(proven, _PROVEN_APART):
        yield Difference(code="proven", values=tuple(map(_percent, proven)), serious=True)
    if first.cpu_contended != second.cpu_contended:
        texts = ("yes" if one.cpu_contended else "no" for one in (first, second))
        yield Difference(code="cpu_contended", values=tuple(texts), serious=True)


def _apart(shares: tuple[float | None, ...], limit: float) -> bool:
    known = [one for one in shares if one is not None]
    return len(known) not in (0, len(shares)) or (len(known) > 1 and max(known) - min(known) >= limit)


def _percent(share: float | None) -> str:
    return "no data" if share is None else f"{100 * share:.0f} %"
