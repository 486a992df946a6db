"""Listed methods against answers: which views enforce their methods, and where the inventory is wrong."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

REFUSED = 405
INVENTED_METHOD = "LOADAUDIT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one project's routes came to; counts are of (route, method) unless they say otherwise."""

    right: int = 0
    listed: int = 0
    answered: int = 0
    enforcing_routes: int = 0
    open_routes: int = 0
    undecided_routes: int = 0
    unsent_routes: int = 0
    unsent: tuple[str, ...] = ()
    wrong_claims: int = 0
    """Methods listed as declared where the view enforces nothing, and declared methods that were refused."""
    mismatches: tuple[str, ...] = ()
    evidence: Mapping[str, int] = field(default_factory=dict)
    """Listed methods by verdict and evidence."""

    @property
    def precision(self) -> float | None:
        """Share of the listed methods that were answered; None without any."""
        return self.right / self.listed if self.listed else None

    @property
    def recall(self) -> float | None:
        """Share of the answered methods that were listed; None without any."""
        return self.right / self.answered if self.answered else None


def verdict(statuses: Mapping[str, int]) -> str:
    """Return `enforcing`, `open` or `undecided`.

    One 405 shows that the view tells methods apart. An invented method that is served shows that it does not. A
    redirect, an error or a refusal of another kind may come before the view gets to look at the method.
    """
    if REFUSED in statuses.values():
        return "enforcing"
    return "open" if 200 <= statuses.get(INVENTED_METHOD, 0) < 300 else "undecided"


def _before_the_method(statuses: Mapping[str, int]) -> set[str]:
    """Return the methods that were refused exactly as the invented one was, before the view looked at the method.

    A view that checks its input first, say, answers 400 to everything that has a body; that shows no handler.
    """
    invented = statuses.get(INVENTED_METHOD, REFUSED)
    return {name for name, status in statuses.items() if status == invented >= 400 and status != REFUSED}


def score(routes: Sequence[Mapping[str, Any]]) -> Score:
    """Score the records of `measure.py`."""
    counts = Counter[str]()
    evidence = Counter[str]()
    mismatches: list[str] = []
    unsent: list[str] = []
    for one in routes:
        listed, statuses = one["listed"], one["statuses"]
        if not statuses:
            counts["unsent"] += 1
            unsent.append(f"{one['route']}  {one['view']}" + ("" if one["path"] else "  (no path)"))
            continue
        found = verdict(statuses)
        counts[found] += 1
        evidence.update(f"{found} {value}" for value in listed.values())
        if found == "enforcing":
            answered = {name for name, status in statuses.items() if status != REFUSED} - {INVENTED_METHOD}
            certain = answered - _before_the_method(statuses)
            counts["right"] += len(answered & listed.keys())
            counts["listed"] += len(listed)
            counts["answered"] += len(certain | (answered & listed.keys()))
            counts["wrong"] += sum(listed[name] == "declared" for name in listed.keys() - answered)
            if certain - listed.keys() or listed.keys() - answered:
                mismatches.append(_mismatch(one, "methods"))
        elif found == "open" and "declared" in listed.values():
            counts["wrong"] += sum(value == "declared" for value in listed.values())
            mismatches.append(_mismatch(one, "enforces nothing"))
    return Score(
        right=counts["right"],
        listed=counts["listed"],
        answered=counts["answered"],
        enforcing_routes=counts["enforcing"],
        open_routes=counts["open"],
        undecided_routes=counts["undecided"],
        unsent_routes=counts["unsent"],
        unsent=tuple(unsent),
        wrong_claims=counts["wrong"],
        mismatches=tuple(mismatches),
        evidence=dict(sorted(evidence.items())),
    )


def _mismatch(one: Mapping[str, Any], kind: str) -> str:
    sent = " ".join(f"{name}={status or 'none'}" for name, status in one["statuses"].items())
    listed = " ".join(f"{name}({value})" for name, value in one["listed"].items()) or "nothing"
    return f"{kind}: {one['route']}  {one['view']}\n    sent    {sent}\n    listed  {listed}"
