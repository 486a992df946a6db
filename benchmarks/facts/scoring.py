"""Claims against findings: precision and recall of each fact, and claims that were declared and wrong."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FACTS = ("login", "more", "key", "token")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactScore:
    """How often one fact was claimed, found, and both; operations that do not tell are left out."""

    right: int = 0
    claimed: int = 0
    found: int = 0
    undecided: int = 0

    @property
    def precision(self) -> float | None:
        """Share of the claims that were found; None without any."""
        return self.right / self.claimed if self.claimed else None

    @property
    def recall(self) -> float | None:
        """Share of what was found that had been claimed; None without any."""
        return self.right / self.found if self.found else None

    def __add__(self, other: "FactScore") -> "FactScore":
        return FactScore(
            right=self.right + other.right,
            claimed=self.claimed + other.claimed,
            found=self.found + other.found,
            undecided=self.undecided + other.undecided,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one project's operations came to."""

    facts: Mapping[str, FactScore]
    """By fact: those of `FACTS`, and `parameter` for the model that a parameter selects."""
    operations: int
    wrong_declared: int
    """Facts that were declared, whether as a demand or as none, and found otherwise."""
    mismatches: tuple[str, ...]


def score(records: Sequence[Mapping[str, Any]]) -> Score:
    """Score the records of `measure.py`."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in (*FACTS, "enough", "parameter")}
    mismatches: list[str] = []
    wrong = 0
    for one in records:
        found = one["found"]
        for name in FACTS:
            wanted, evidence = one["access"][name]
            truth = found.get(name)
            _count(counts[name], claimed=wanted, truth=truth)
            if truth is not None and truth != wanted:
                wrong += evidence == "declared"
                says, is_so = ("asked" if value else "not asked" for value in (wanted, truth))
                mismatches.append(f"{name}: {one['id']}  {one['view']}: {says} ({evidence}), really {is_so}")
        _count(counts["enough"], claimed=True, truth=found.get("enough"))
        if found.get("enough") is False:
            mismatches.append(f"enough: {one['id']}  {one['view']}: who has what is asked is turned away")
        for parameter in one["parameters"]:
            wrong += _parameter(counts["parameter"], parameter, one, mismatches)
    return Score(
        facts={name: _fact(count) for name, count in counts.items()},
        operations=len(records),
        wrong_declared=wrong,
        mismatches=tuple(mismatches),
    )


def _count(count: Counter[str], *, claimed: bool, truth: bool | None) -> None:
    if truth is None:
        count["undecided"] += 1
        return
    count["right"] += claimed and truth
    count["claimed"] += claimed
    count["found"] += truth


def _fact(count: Counter[str]) -> FactScore:
    return FactScore(right=count["right"], claimed=count["claimed"], found=count["found"], undecided=count["undecided"])


def _parameter(count: Counter[str], one: Mapping[str, Any], operation: Mapping[str, Any], out: list[str]) -> bool:
    """Count a parameter and return whether its model was declared and wrong.

    Only where a missing row is not found can an answer show whose row was wanted.
    """
    own, is_told = one["own"], one["missing"] == 404
    if is_told and own is not None and 200 <= own < 400:
        _count(count, claimed=True, truth=True)
        return False
    if not is_told or not one["others"]:
        count["undecided"] += 1
        return False
    count["found"] += 1
    count["claimed"] += bool(one["model"])
    claim = f"{one['model']}.{one['field']} ({one['evidence']})" if one["model"] else "nothing"
    out.append(f"parameter: {operation['id']} {one['name']}: {claim}, really {' or '.join(one['others'][:3])}")
    return bool(one["model"]) and one["evidence"] == "declared"
