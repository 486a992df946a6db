"""Precision and recall of the findings against the demo's planted flaws.

The demo runs on SQLite and on a PostgreSQL of its own, once per seed: with all flaws, with none, and with each flaw
alone, then with a part of the other operations beside its own. An accusation is a finding above info at one operation;
it is right when the manifest of flaws has it there. A flaw counts as found when every operation where it was planted
is accused and the finding proves the true cause.

The whole takes hours. With `--keep FOLDER` it can be made in pieces: what this very code has made is not made again,
and `--within 25m` begins no run that would not end in that time. The claim is judged once all runs are there.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

from benchmarks.findings_runs import POSTGRESQL, SQLITE, Case, Kept, Maker, all_cases  # noqa: E402
from loadaudit.management.commands._durations import parse_duration_s  # noqa: E402
from tests.demo.flaws import Flaw  # noqa: E402

CLAIM = (
    "Every planted flaw of the demo is found with its true cause on each database where it can occur, alone and within "
    "all, and nothing is accused above info where nothing was planted, in three seeds of three"
)
SEEDS = (1, 2, 3)
QUICK = ("none", "n_plus_one", "soft_failure")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the findings of one run say of the flaws that were planted in it."""

    case: Case
    found: tuple[str, ...]
    """Flaws with their true cause at all their operations."""
    without_cause: tuple[str, ...]
    """Flaws that were found, and of which the cause is another one or not proven."""
    missed: tuple[str, ...]
    right: int
    """Accusations at operations where they are true."""
    wrong: tuple[str, ...]
    failure: str = ""


def main() -> int:
    """Make and judge what was asked for, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--quick", action="store_true", help="none and two flaws on SQLite, one seed, a part of the site"
    )
    parser.add_argument("--database", choices=(SQLITE, POSTGRESQL), help="this one only")
    parser.add_argument("--flaws", action="append", help="none, all, or the name of one flaw; may be repeated")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--keep", type=Path, help="folder for the run files; what this code made there is judged again")
    parser.add_argument(
        "--within", type=parse_duration_s, metavar="TIME", help="begin no run that would not end by then"
    )
    parser.add_argument("--any-code", action="store_true", help="judge what is in --keep, whichever code made it")
    options = parser.parse_args()
    if options.keep is None and (options.within is not None or options.any_code):
        parser.error("--within and --any-code need --keep, where the runs of other times are")
    # Ended like this it still stops its servers and removes its folders.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(2))
    databases = [options.database] if options.database else [SQLITE] if options.quick else [SQLITE, POSTGRESQL]
    chosen = options.flaws or (QUICK if options.quick else ())
    seeds = options.seeds[:1] if options.quick else options.seeds
    cases = all_cases(databases, chosen, seeds, quick=options.quick)
    with tempfile.TemporaryDirectory(prefix="la-") as directory:
        folder = Path(directory)
        kept = Kept(options.keep or folder / "runs", any_code=options.any_code)
        maker = Maker(kept, folder, options.within)
        judged = [_judge_case(case, kept, folder) for case in maker.prepared(cases)]
        codes = {made.code for case in cases if (made := kept.made(case)) is not None}
    result = _result(judged, missing=len(cases) - len(judged), codes=len(codes))
    print(json.dumps(result, indent=2) if options.json else _text(result))
    return 2 if len(judged) < len(cases) or not judged else 0 if result["holds"] else 1


def _judge_case(case: Case, kept: Kept, folder: Path) -> Judged:
    made = kept.made(case)
    if made is None:
        names = tuple(one.name for one in case.planted)
        return Judged(case=case, found=(), without_cause=(), missed=names, right=0, wrong=(), failure="no run file")
    if made.code == kept.code and made.findings is not None:
        return judge(case, made.findings)
    command = [sys.executable, "-m", "loadaudit", "report", str(made.path), "--format", "json"]
    environment = {**os.environ, "PYTHONPATH": str(_HERE.parent)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    findings = json.loads(done.stdout)["findings"]
    if made.code == kept.code:
        kept.note_findings(case, findings)
    judged = judge(case, findings)
    _print_case(judged)
    return judged


def judge(case: Case, findings: Iterable[Mapping[str, Any]]) -> Judged:
    """Return what the findings of a run say of the flaws that were planted in it."""
    above = [one for one in findings if one["severity"] != "info"]
    found, without_cause, missed = [], [], []
    for flaw in case.planted:
        of_flaw = [one for one in above if one["code"] == flaw.finding]
        covered = {operation for one in of_flaw for operation in one["operations"]}
        proven = {operation for one in of_flaw for operation in one["operations"] if _tells(one, flaw)}
        wanted = set(flaw.operations)
        if not of_flaw or not wanted <= covered:
            missed.append(flaw.name)
        elif wanted <= proven and any(_tells(one, flaw) for one in of_flaw):
            found.append(flaw.name)
        else:
            without_cause.append(flaw.name)
    accusations = [(one["code"], operation) for one in above for operation in one["operations"] or [""]]
    wrong = [
        f"{code} at {operation or 'no operation'}"
        for code, operation in accusations
        if not _true(case, code, operation)
    ]
    return Judged(
        case=case,
        found=tuple(found),
        without_cause=tuple(without_cause),
        missed=tuple(missed),
        right=len(accusations) - len(wrong),
        wrong=tuple(wrong),
    )


def _tells(finding: Mapping[str, Any], flaw: Flaw) -> bool:
    return bool(finding["proven"]) and flaw.cause in finding["cause"]


def _true(case: Case, code: str, operation: str) -> bool:
    return any(
        code in (flaw.finding, *flaw.also) and (not flaw.operations or not operation or operation in flaw.operations)
        for flaw in case.planted
    )


def _print_case(one: Judged) -> None:
    parts = [f"found {len(one.found)} of {len(one.case.planted)}"]
    parts += [f"{title}: {', '.join(names)}" for title, names in _bad(one) if names]
    print(f"{one.case.label}: {'; '.join(parts)}", file=sys.stderr, flush=True)


def _bad(one: Judged) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (("without its cause", one.without_cause), ("missed", one.missed), ("wrong", one.wrong))


def _result(judged: Sequence[Judged], *, missing: int, codes: int) -> dict[str, Any]:
    planted = sum(len(one.case.planted) for one in judged)
    found = sum(len(one.found) for one in judged)
    named = found + sum(len(one.without_cause) for one in judged)
    right, wrong = sum(one.right for one in judged), sum(len(one.wrong) for one in judged)
    precision = right / (right + wrong) if right + wrong else None
    recall = found / planted if planted else None
    return {
        "name": "findings",
        "claim": CLAIM,
        "value": {"precision": precision, "recall": recall},
        "unit": "share of accusations that are true; share of planted flaws found with their true cause",
        "limit": {"precision": 1.0, "recall": 1.0},
        "holds": bool(judged)
        and not missing
        and codes == 1
        and found == planted
        and not wrong
        and not any(one.failure for one in judged),
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "details": {
            "runs": len(judged),
            "runs_missing": missing,
            "made_by": f"{codes} states of the code" if codes != 1 else "one state of the code",
            "planted": planted,
            "found_with_cause": found,
            "recall_without_cause": named / planted if planted else None,
            "accusations": right + wrong,
            "wrong": wrong,
            "cases": {
                one.case.label: {
                    "found": list(one.found),
                    "without_cause": list(one.without_cause),
                    "missed": list(one.missed),
                    "wrong": list(one.wrong),
                    "failure": one.failure,
                }
                for one in judged
            },
        },
    }


def _text(result: Mapping[str, Any]) -> str:
    value, details = result["value"], result["details"]
    shares = {name: "no data" if share is None else f"{100 * share:.1f} %" for name, share in value.items()}
    missing = f", {details['runs_missing']} missing" if details["runs_missing"] else ""
    return (
        f"{details['runs']} runs{missing}, made by {details['made_by']}: {details['found_with_cause']} of "
        f"{details['planted']} planted flaws found with their true cause (recall {shares['recall']}), "
        f"{details['wrong']} of {details['accusations']} accusations wrong (precision {shares['precision']})"
    )


if __name__ == "__main__":
    sys.exit(main())
