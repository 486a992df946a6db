"""Precision and recall of the findings against the demo's planted flaws.

The demo runs on SQLite and on a PostgreSQL of its own, once per seed: with all flaws, with none, and with each flaw
alone, then with a part of the other operations beside its own. An accusation is a finding above info at one operation;
it is right when the manifest of flaws has it there. A flaw counts as found when every operation where it was planted
is accused and the finding proves the true cause.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

from tests.demo.flaws import BY_NAME, FLAWS, POSTGRESQL, SQLITE, Flaw  # noqa: E402

CLAIM = (
    "Every planted flaw of the demo is found with its true cause on each database where it can occur, alone and within "
    "all, and nothing is accused above info where nothing was planted, in three seeds of three"
)
SEEDS = (1, 2, 3)
WHOLE = ("none", "all")
"""Cases that send the whole site."""
QUICK = ("none", "n_plus_one", "soft_failure")
NEIGHBOURS = ("GET /dashboard/", "GET /projects/", "/catalog/", "/spend/", "/api/")
"""What is sent beside the operations of one flaw: where nothing is wrong then."""
ALONE_S, TOGETHER_S, QUICK_S = 20, 90, 8
"""Length of the load with one flaw, with all or none, and of a quick look."""
_TIMEOUT_S = 900
_SETTINGS = """
from tests.demo.settings import *  # noqa
LOADAUDIT = {{**LOADAUDIT, "RUNS_DIR": {runs!r}}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One run: `flaws` is `none`, `all` or the name of one flaw."""

    database: str
    flaws: str
    seed: int
    quick: bool = False

    @property
    def label(self) -> str:
        """The label of its run."""
        return f"{self.database}-{self.flaws}-{self.seed}"

    @property
    def planted(self) -> tuple[Flaw, ...]:
        """The flaws that act in the run."""
        if self.flaws == "none":
            return ()
        named = [one for one in FLAWS if not one.exclusive] if self.flaws == "all" else [BY_NAME[self.flaws]]
        return tuple(one for one in named if self.database in one.databases)


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
    """Run what was asked for, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--quick", action="store_true", help="none and two flaws on SQLite, one seed, a part of the site"
    )
    parser.add_argument("--database", choices=(SQLITE, POSTGRESQL), help="this one only")
    parser.add_argument("--flaws", action="append", help="none, all, or the name of one flaw; may be repeated")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--keep", type=Path, help="folder for the run files; those that are there are judged again")
    options = parser.parse_args()
    cases = list(_cases(options))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="la-")))
        runs = (options.keep or folder / "runs").resolve()
        judged = [_judge_case(case, folder, runs) for case in _prepared(cases, folder, runs)]
    result = _result(judged)
    print(json.dumps(result, indent=2) if options.json else _text(result))
    return 2 if not judged else 0 if result["holds"] else 1


def _cases(options: argparse.Namespace) -> Iterator[Case]:
    databases = [options.database] if options.database else [SQLITE] if options.quick else [SQLITE, POSTGRESQL]
    for database in databases:
        alone = [one.name for one in FLAWS if database in one.databases]
        chosen = options.flaws or (QUICK if options.quick else (*WHOLE, *alone))
        for seed in options.seeds[:1] if options.quick else options.seeds:
            yield from (Case(database=database, flaws=name, seed=seed, quick=options.quick) for name in chosen)


def _prepared(cases: Sequence[Case], folder: Path, runs: Path) -> Iterator[Case]:
    """Yield each case once its run file is there."""
    for database in (SQLITE, POSTGRESQL):
        of_database = [one for one in cases if one.database == database]
        if all(_path(runs, one).exists() for one in of_database):
            yield from of_database
            continue
        with _site(database, folder, runs) as environment:
            for case in of_database:
                if not _path(runs, case).exists():
                    _run(case, environment, runs)
                yield case


def _path(runs: Path, case: Case) -> Path:
    return runs / f"{case.label}.loadaudit"


@contextmanager
def _site(database: str, folder: Path, runs: Path) -> Iterator[Mapping[str, str]]:
    """Yield the environment of a freshly filled demo on `database`."""
    from tests.servers import start_postgres

    made = folder / database
    made.mkdir()
    (made / "findings_settings.py").write_text(_SETTINGS.format(runs=str(made / "runs")))
    runs.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "findings_settings",
        "PYTHONPATH": os.pathsep.join((str(made), str(_HERE.parent))),
        "DEMO_FLAWS": "none",
    }
    environment.pop("DEMO_DATABASE_URL", None)
    with ExitStack() as stack:
        if database == SQLITE:
            environment["DEMO_SQLITE_PATH"] = str(made / "demo.sqlite3")
        else:
            server = stack.enter_context(start_postgres())
            name = stack.enter_context(server.database())
            environment["DEMO_DATABASE_URL"] = f"postgres://{server.user}@{server.host}:{server.port}/{name}"
        for command in (["migrate", "-v", "0"], ["seed_demo"]):
            subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=_HERE.parent,
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        yield environment


def _run(case: Case, environment: Mapping[str, str], runs: Path) -> None:
    whole = case.flaws in WHOLE and not case.quick
    length_s = QUICK_S if case.quick else TOGETHER_S if whole else ALONE_S
    command = ["loadaudit", "run", "-v0", "--duration", str(length_s), "--seed", str(case.seed)]
    planted = {one for flaw in case.planted for one in flaw.operations}
    if not whole and (planted or case.quick):
        command += [word for pattern in (*NEIGHBOURS, *sorted(planted)) for word in ("--only", pattern)]
    print(f"{case.label} …", file=sys.stderr, flush=True)
    made = Path(environment["PYTHONPATH"].partition(os.pathsep)[0]) / "runs"
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=_HERE.parent,
        env={**environment, "DEMO_FLAWS": case.flaws},
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
    )
    for path in made.glob("*.loadaudit"):
        if done.returncode == 0:
            path.replace(_path(runs, case))
        else:
            path.unlink()
    if done.returncode:
        print(f"{case.label}: ended with {done.returncode}: {done.stderr[-1500:]}", file=sys.stderr)


def _judge_case(case: Case, folder: Path, runs: Path) -> Judged:
    path = _path(runs, case)
    if not path.exists():
        names = tuple(one.name for one in case.planted)
        return Judged(case=case, found=(), without_cause=(), missed=names, right=0, wrong=(), failure="no run file")
    command = [sys.executable, "-m", "loadaudit", "report", str(path), "--format", "json"]
    environment = {**os.environ, "PYTHONPATH": str(_HERE.parent)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    judged = judge(case, json.loads(done.stdout)["findings"])
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


def _result(judged: Sequence[Judged]) -> dict[str, Any]:
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
        "holds": bool(judged) and found == planted and not wrong and not any(one.failure for one in judged),
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "details": {
            "runs": len(judged),
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
    return (
        f"{details['runs']} runs: {details['found_with_cause']} of {details['planted']} planted flaws found with their "
        f"true cause (recall {shares['recall']}), {details['wrong']} of {details['accusations']} accusations wrong "
        f"(precision {shares['precision']})"
    )


if __name__ == "__main__":
    sys.exit(main())
