"""Holds the verdict of the demo's run against the manifest of planted flaws: `python -m tests.demo.verdict [RUN]`.

Exit code 0 when every planted flaw whose operations the run could send was found, at the operations where it was
planted, and nothing else was accused; 1 otherwise.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.demo.flaws import FLAWS, SQLITE, Flaw

MOST_EXCLUDED = 0.5
"""At least half of the operations must have been planned, so that an empty run is no success."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the run found of the manifest."""

    found: tuple[Flaw, ...]
    missed: tuple[Flaw, ...]
    not_exercised: tuple[Flaw, ...]
    accused: tuple[str, ...]
    """Findings above info at operations where nothing was planted."""
    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the run's verdict is the planted one."""
        return not (self.missed or self.accused or self.problems)


def judge(document: Mapping[str, Any], *, database: str = SQLITE) -> Verdict:
    """Return the verdict on the JSON of `loadaudit diff` for a run with all flaws that `database` can have."""
    planted = [flaw for flaw in FLAWS if not flaw.exclusive and database in flaw.databases]
    sent = {one["id"] for one in document["operations"] if one["requests"]}
    exercised = [flaw for flaw in planted if sent.issuperset(flaw.operations)]
    accusations = [
        (finding["code"], operation)
        for finding in document["findings"]
        if finding["severity"] != "info"
        for operation in finding["operations"]
    ]
    expected = {(flaw.finding, operation) for flaw in exercised for operation in flaw.operations}
    found = [flaw for flaw in exercised if all((flaw.finding, one) in accusations for one in flaw.operations)]
    return Verdict(
        found=tuple(found),
        missed=tuple(flaw for flaw in exercised if flaw not in found),
        not_exercised=tuple(flaw for flaw in planted if flaw not in exercised),
        accused=tuple(f"{code} at {operation}" for code, operation in accusations if (code, operation) not in expected),
        problems=tuple(_problems(document)),
    )


def _problems(document: Mapping[str, Any]) -> Iterable[str]:
    totals = document["totals"]
    if document["run"]["finish_reason"] != "completed":
        yield f"the run ended: {document['run']['finish_reason'] or 'cut short'}"
    if totals["excluded"] > MOST_EXCLUDED * totals["operations"]:
        yield f"{totals['excluded']} of {totals['operations']} operations were left out"
    if totals["succeeded"] < 0.9 * totals["attempted"]:
        yield f"only {totals['succeeded']} of {totals['attempted']} attempted operations succeeded"


def main(arguments: Sequence[str]) -> int:
    """Print the verdict on a run and return the exit code."""
    run = arguments[0] if arguments else "demo"
    command = [sys.executable, "manage.py", "loadaudit", "diff", run, "--format", "json"]
    verdict = judge(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    print(f"Planted flaws that the run could meet: {len(verdict.found)} of {len(verdict.found) + len(verdict.missed)}")
    for flaw in verdict.found:
        print(f"  found   {flaw.finding} {flaw.name}: {flaw.description}")
    for flaw in verdict.missed:
        print(f"  MISSED  {flaw.finding} {flaw.name}: {flaw.description}")
    for flaw in verdict.not_exercised:
        print(f"  not met {flaw.finding} {flaw.name}: needs {flaw.trigger}")
    for accusation in verdict.accused:
        print(f"  WRONG   {accusation}: nothing was planted there")
    for problem in verdict.problems:
        print(f"  PROBLEM {problem}")
    print("The verdict is the planted one." if verdict.holds else "The verdict is not the planted one.")
    return 0 if verdict.holds else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
