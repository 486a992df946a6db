"""What is not the same in two or more runs, before any figure of them is put side by side."""

import re
from collections.abc import Callable, Iterator, Sequence

from loadaudit.analysis.comparison.result import Difference
from loadaudit.analysis.result import Analysis, OperationResult
from loadaudit.records import Arriving, Evidence, Level, Plan, Ramp

_SERIOUS_FACTS = (
    "caches",
    "clone",
    "connections",
    "data size",
    "database",
    "debug",
    "django",
    "host",
    "isolation",
    "middleware",
    "probe overhead",
    "python",
    "server",
    "session store",
    "system",
)
"""Beginnings of environment facts that move figures by themselves."""
_NOT_CONDITIONS = ("process", "login pages", "presented as", "imported from", "imported by loadaudit")
"""Facts that differ between equal runs, or move no figure."""
_MEASURED_FACTS = {"data size": 1.1, "probe overhead": 2.0}
"""Facts that are measured, and the ratio from which they are not the same."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_OPEN = ("Auth", "Health")
"""Categories that are rarely behind a login, where nothing says whether they are."""
_CHANGES = "Changed for the run: "

_LOGINS_APART = 0.05
_PROVEN_APART = 0.10
_BEHIND_APART = 0.10
_LENGTH_APART = 1.25
_RATE_APART = 1.25

NOTHING = ""
"""Stands for what a run does not tell."""


Runs = Sequence[Analysis]


def differences(runs: Runs) -> tuple[Difference, ...]:
    """Return every difference of conditions between two or more runs, the serious ones first."""
    found = (
        *_of_load(runs),
        *_of_tools(runs),
        *_of_evidence(runs),
        *_of_environment(runs),
        *_of_inventory(runs),
    )
    return tuple(sorted(found, key=lambda one: not one.serious))


def _of_load(runs: Runs) -> Iterator[Difference]:
    texts: tuple[tuple[str, Callable[[Analysis], str], bool], ...] = (
        ("target", lambda run: run.info.target, True),
        ("users", lambda run: str(run.info.users or NOTHING), True),
        ("shape", lambda run: shape_text(run.plan), True),
        (
            "think_time",
            lambda run: f"{run.plan.think_time_s:g} s" if run.plan and not run.plan.shape.rate else "",
            True,
        ),
        ("engine", lambda run: run.plan.sender if run.plan else NOTHING, True),
        ("load_nodes", lambda run: str(len(run.load_nodes) or NOTHING), True),
        ("seed", lambda run: str(run.info.seed), False),
    )
    for code, text, serious in texts:
        values = tuple(map(text, runs))
        if len(set(values)) > 1:
            yield Difference(code=code, values=values, serious=serious)
    if _ratio([one.load_ns for one in runs]) > _LENGTH_APART:
        yield Difference(code="load_length", values=tuple(f"{one.load_ns / 1e9:.0f} s" for one in runs), serious=False)
    rates = [one.requests / (one.load_ns / 1e9) if one.load_ns else 0.0 for one in runs]
    if _ratio(rates) > _RATE_APART:
        yield Difference(code="request_rate", values=tuple(f"{one:.1f}/s" for one in rates), serious=False)
    if any(one.info.finish_reason not in ("completed", "imported") for one in runs):
        yield Difference(
            code="finish_reason", values=tuple(one.info.finish_reason or "cut short" for one in runs), serious=True
        )


def shape_text(plan: Plan | None) -> str:
    """Return the shape of a load as the options of `run` write it; empty: virtual users in a loop."""
    if plan is None:
        return NOTHING
    shape, words = plan.shape, []
    if shape.rate is not None:
        words.append(_ramp_text("--rate", shape.rate))
        if shape.arriving is Arriving.POISSON:
            words.append("--arrivals poisson")
    elif shape.users is not None:
        words.append(_ramp_text("--users", shape.users))
    if shape.iterations is not None:
        words.append(f"--iterations {shape.iterations}")
    if shape.warm_up_s:
        words.append(f"--warm-up {shape.warm_up_s:g}s")
    return " ".join(words)


def _ramp_text(option: str, ramp: Ramp) -> str:
    if len(ramp.stages) == 1 and ramp.stages[0].duration_s is None:
        return f"{option} {ramp.stages[0].target:g}"
    stages = (f"{one.duration_s:g}s:{one.target:g}" for one in ramp.stages if one.duration_s is not None)
    return f"{option} {ramp.start:g} --stages {','.join(stages)}"


def _of_tools(runs: Runs) -> Iterator[Difference]:
    """Yield who measured, and, where that was another tool, what nobody wrote down about server and databases."""
    tools = tuple(one.imported.tool if one.imported else "loadaudit" for one in runs)
    if len(set(tools)) > 1:
        yield Difference(code="tool", values=tools, serious=True)
    if any(one.imported and not _infrastructure(one) for one in runs):
        texts = tuple(NOTHING if _infrastructure(one) else one.info.note or one.info.label for one in runs)
        yield Difference(code="infrastructure", values=texts, serious=True)


def _infrastructure(run: Analysis) -> bool:
    return any(name.startswith(("database", "server")) for name in run.info.environment)


def _of_environment(runs: Runs) -> Iterator[Difference]:
    environments = [one.info.environment for one in runs]
    for name in sorted({name for one in environments for name in one}):
        values = tuple(one.get(name, NOTHING) for one in environments)
        if name not in _NOT_CONDITIONS and not _are_same(name, values):
            if name == "middleware":
                values = _not_everywhere([one.split(", ") for one in values])
            yield Difference(code=name, values=values, serious=name.startswith(_SERIOUS_FACTS))
    changed = [[one.removeprefix(_CHANGES) for one in run.messages if one.startswith(_CHANGES)] for run in runs]
    if len(set(map(frozenset, changed))) > 1:
        yield Difference(code="changed_settings", values=_not_everywhere(changed), serious=True)
    traces = tuple("yes" if one.info.traces_expected else "no" for one in runs)
    if len(set(traces)) > 1:
        yield Difference(code="traces", values=traces, serious=True)


def _are_same(name: str, values: Sequence[str]) -> bool:
    limit = next((limit for beginning, limit in _MEASURED_FACTS.items() if name.startswith(beginning)), None)
    numbers = [[float(number) for number in _NUMBER.findall(text)] for text in values]
    if limit is None or not numbers[0] or len({len(one) for one in numbers}) > 1:
        return len(set(values)) == 1
    return all(_ratio(one) <= limit for one in zip(*numbers, strict=True))


def _not_everywhere(lists: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return of each list what not all of them have; all of it where only the order differs."""
    common = set(lists[0]).intersection(*lists)
    if all(set(one) == common for one in lists):
        return tuple(", ".join(one) for one in lists)
    return tuple(", ".join(name for name in one if name not in common) for one in lists)


def _of_inventory(runs: Runs) -> Iterator[Difference]:
    ids = [{one.operation.id for one in run.operations} for run in runs]
    if any(one != ids[0] for one in ids):
        yield Difference(code="inventory", values=tuple(str(len(one)) for one in ids), serious=False)
    known = set.intersection(*ids)
    sent = [{one.operation.id for one in run.operations if one.requests} & known for run in runs]
    if any(one != sent[0] for one in sent):
        yield Difference(code="sent", values=tuple(str(len(one)) for one in sent), serious=False)


def _of_evidence(runs: Runs) -> Iterator[Difference]:
    """Yield what makes figures of different things look alike: nobody logged in, or requests that proved nothing."""
    rates = tuple(one.logins.success_rate for one in runs)
    if _apart(rates, _LOGINS_APART):
        yield Difference(code="logins", values=tuple(map(_percent, rates)), serious=True)
    behind = tuple(map(behind_login, runs))
    if _apart(tuple(succeeded / sent if sent else None for succeeded, sent in behind), _BEHIND_APART):
        texts = (f"{succeeded} / {sent}" if sent else NOTHING for succeeded, sent in behind)
        yield Difference(code="behind_login", values=tuple(texts), serious=True)
    proven = tuple(
        one.reported.proven_requests / one.reported.requests if one.reported.requests else None for one in runs
    )
    if _apart(proven, _PROVEN_APART):
        yield Difference(code="proven", values=tuple(map(_percent, proven)), serious=True)
    contended = tuple("yes" if one.cpu_contended else "no" for one in runs)
    if len(set(contended)) > 1:
        yield Difference(code="cpu_contended", values=contended, serious=True)


def behind_login(run: Analysis) -> tuple[int, int]:
    """Return how many operations behind a login succeeded, and how many were sent."""
    sent = [one for one in run.operations if one.requests and _may_need_login(one)]
    return sum(one.level >= Level.SUCCEEDED for one in sent), len(sent)


def _may_need_login(result: OperationResult) -> bool:
    access = result.operation.access
    return access.login or (access.login_evidence is Evidence.ASSUMED and result.operation.category not in _OPEN)


def _apart(shares: tuple[float | None, ...], limit: float) -> bool:
    known = [one for one in shares if one is not None]
    return len(known) not in (0, len(shares)) or (len(known) > 1 and max(known) - min(known) >= limit)


def _ratio(values: Sequence[float]) -> float:
    least, greatest = min(values), max(values)
    if least <= 0:
        return 1.0 if greatest <= 0 else float("inf")
    return greatest / least


def _percent(share: float | None) -> str:
    return NOTHING if share is None else f"{100 * share:.0f} %"
