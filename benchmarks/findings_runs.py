"""Makes the runs of the demo that `findings.py` judges, and keeps them, so that they can be made piece by piece."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

from tests.demo.flaws import BY_NAME, FLAWS, POSTGRESQL, SQLITE, Flaw  # noqa: E402

WHOLE = ("none", "all")
"""Cases that send the whole site."""
NEIGHBOURS = ("GET /dashboard/", "GET /projects/", "/catalog/", "/spend/", "/api/")
"""What is sent beside the operations of one flaw: where nothing is wrong then."""
ALONE_S, QUICK_S = 20, 8
"""Length of the load with one flaw, and of a quick look."""
TOGETHER_AT_MOST = "8m"
"""The load of the whole site ends when every operation has its 20 requests, as `run` does by itself; all flaws
together make the site so slow that the 60 s of its default are not enough."""

_TIMEOUT_S = 1800
_EXPECTED_S = {True: 300.0, False: 75.0}
"""What a run of the whole site, and of a part, takes as long as none was made."""
_CODE = ("loadaudit", "tests/demo", "benchmarks/findings.py", "benchmarks/findings_runs.py")
_KINDS = frozenset({".py", ".html", ".txt", ".js", ".css"})
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
        return f"{self.database}-{self.flaws}-{self.seed}" + ("-quick" if self.quick else "")

    @property
    def planted(self) -> tuple[Flaw, ...]:
        """The flaws that act in the run."""
        if self.flaws == "none":
            return ()
        named = [one for one in FLAWS if not one.exclusive] if self.flaws == "all" else [BY_NAME[self.flaws]]
        return tuple(one for one in named if self.database in one.databases)

    @property
    def whole(self) -> bool:
        """Whether it sends the whole site."""
        return self.flaws in WHOLE and not self.quick


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A run that is there."""

    path: Path
    code: str
    """Digest of the code that made it."""
    seconds: float
    """That making it took."""
    findings: list[dict[str, Any]] | None = None
    """What this very code found in it; None: it was not asked yet."""


class Kept:
    """A folder of run files, each with a note beside it of the code that made it."""

    def __init__(self, folder: Path, *, any_code: bool = False) -> None:
        self.folder = folder.resolve()
        self.code = code_digest()
        self._any_code = any_code

    def path_of(self, case: Case) -> Path:
        """Return where the run file of a case is, or is to be."""
        return self.folder / f"{case.label}.loadaudit"

    def made(self, case: Case) -> Made | None:
        """Return the run of a case, if this very code made it; with `any_code`, whichever did."""
        path = self.path_of(case)
        if not path.exists():
            return None
        note = path.with_suffix(".json")
        known = json.loads(note.read_text()) if note.exists() else {"code": "", "seconds": 0.0}
        if not self._any_code and known["code"] != self.code:
            return None
        return Made(path=path, code=known["code"], seconds=known["seconds"], findings=known.get("findings"))

    def keep(self, case: Case, path: Path, seconds: float) -> None:
        """Move a run file here. The note is written last: a run without one is made again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        note = self.path_of(case).with_suffix(".json")
        note.unlink(missing_ok=True)
        path.replace(self.path_of(case))
        note.write_text(json.dumps({"code": self.code, "seconds": round(seconds, 1)}))

    def note_findings(self, case: Case, findings: Sequence[Mapping[str, Any]]) -> None:
        """Keep what was found in the run of a case, so that it is judged without reading it again."""
        note = self.path_of(case).with_suffix(".json")
        told = ("code", "severity", "operations", "proven", "cause")
        shown = [{name: one[name] for name in told} for one in findings]
        note.write_text(json.dumps({**json.loads(note.read_text()), "findings": shown}))


def code_digest() -> str:
    """Return a digest of everything that a run and its verdict depend on, whatever is committed of it."""
    digest = hashlib.sha256()
    for name in _CODE:
        place = _ROOT / name
        files = [place] if place.is_file() else sorted(one for one in place.rglob("*") if one.suffix in _KINDS)
        for file in files:
            digest.update(str(file.relative_to(_ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


class Maker:
    """Makes the runs that are missing, until its time is over."""

    def __init__(self, kept: Kept, folder: Path, within_s: float | None) -> None:
        self._kept = kept
        self._folder = folder
        self._ends_s = None if within_s is None else time.monotonic() + within_s
        self._taken_s = dict(_EXPECTED_S)

    def prepared(self, cases: Sequence[Case]) -> Iterator[Case]:
        """Yield each case once its run is there; those that there is no time for are left out."""
        with ExitStack() as stack:
            sites: dict[str, Mapping[str, str]] = {}
            for case in cases:
                if self._kept.made(case) is None:
                    if not self._has_time_for(case):
                        continue
                    if case.database not in sites:
                        sites[case.database] = _site(case.database, self._folder, stack)
                    self._make(case, sites[case.database])
                yield case

    def _has_time_for(self, case: Case) -> bool:
        return self._ends_s is None or time.monotonic() + self._taken_s[case.whole] <= self._ends_s

    def _make(self, case: Case, environment: Mapping[str, str]) -> None:
        print(f"{case.label} …", file=sys.stderr, flush=True)
        begin_s = time.monotonic()
        runs = Path(environment["PYTHONPATH"].partition(os.pathsep)[0]) / "runs"
        done = subprocess.run(
            [sys.executable, "manage.py", *_command(case)],
            cwd=_ROOT,
            env={**environment, "DEMO_FLAWS": case.flaws},
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
        )
        taken_s = time.monotonic() - begin_s
        self._taken_s[case.whole] = taken_s
        for path in runs.glob("*.loadaudit"):
            if done.returncode == 0:
                self._kept.keep(case, path, taken_s)
            else:
                path.unlink()
        if done.returncode:
            print(f"{case.label}: ended with {done.returncode}: {done.stderr[-1500:]}", file=sys.stderr)


def _command(case: Case) -> list[str]:
    length = ["--at-most", TOGETHER_AT_MOST] if case.whole else ["--duration", str(QUICK_S if case.quick else ALONE_S)]
    command = ["loadaudit", "run", "-v0", *length, "--seed", str(case.seed)]
    planted = {one for flaw in case.planted for one in flaw.operations}
    if not case.whole and (planted or case.quick):
        command += [word for pattern in (*NEIGHBOURS, *sorted(planted)) for word in ("--only", pattern)]
    return command


def _site(database: str, folder: Path, stack: ExitStack) -> Mapping[str, str]:
    """Return the environment of a freshly filled demo on `database`, whose server ends with `stack`."""
    from tests.servers import start_postgres

    made = folder / database
    made.mkdir()
    (made / "findings_settings.py").write_text(_SETTINGS.format(runs=str(made / "runs")))
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "findings_settings",
        "PYTHONPATH": os.pathsep.join((str(made), str(_ROOT))),
        "DEMO_FLAWS": "none",
    }
    environment.pop("DEMO_DATABASE_URL", None)
    if database == SQLITE:
        environment["DEMO_SQLITE_PATH"] = str(made / "demo.sqlite3")
    else:
        server = stack.enter_context(start_postgres())
        name = stack.enter_context(server.database())
        environment["DEMO_DATABASE_URL"] = f"postgres://{server.user}@{server.host}:{server.port}/{name}"
    for command in (["migrate", "-v", "0"], ["seed_demo"]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=_ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return environment


def all_cases(databases: Sequence[str], flaws: Sequence[str], seeds: Sequence[int], *, quick: bool) -> list[Case]:
    """Return the cases, those of the whole site first: the rest is worth less without them."""
    found = []
    for database in databases:
        alone = [one.name for one in FLAWS if database in one.databases]
        for name in flaws or (*WHOLE, *alone):
            if name in WHOLE or name in alone:
                found += [Case(database=database, flaws=name, seed=seed, quick=quick) for seed in seeds]
    return sorted(found, key=lambda one: (not one.whole, one.seed))


__all__ = ["POSTGRESQL", "SQLITE", "Case", "Kept", "Made", "Maker", "all_cases"]
