"""A copy of the demo's settings in a folder of its own, and the command run on it as a user would."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from loadaudit.errors import LoadauditError
from loadaudit.runfile.folder import SUFFIX
from loadaudit.runfile.reader import RunFile
from tests.audit.ready import executed
from tests.processes import wait_until

ROOT = Path(__file__).parent.parent.parent
COMMAND_TIMEOUT_S = 300.0
PHASE_WITHIN_S = 180.0
"""How long a command on a busy machine may take to come to a phase; nothing is judged by it."""
SUCCEEDED = ("succeeded", "loaded")
QUICK_LOGINS = "PASSWORD_HASHERS = ['django.contrib.auth.hashers.MD5PasswordHasher']"
"""For a site's settings: Django's own hasher takes half a second of CPU for each login, as it should on a real site."""
ONLY_HEALTH = "ROOT_URLCONF = 'tests.audit.small_urls'"
"""For `Site.configure` where the routes do not matter: reading those of the whole demo takes half of a short run."""

ONLY_PROJECTS = "ROOT_URLCONF = 'tests.audit.project_urls'"
"""The same where operations of projects are sent or planned: neither admin nor APIs are read."""

_ONE_AFTER_THE_OTHER = """
import contextlib, io, json, sys
from django.core.management import execute_from_command_line
found = []
for arguments in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            execute_from_command_line(["manage.py", "loadaudit", *arguments])
            code = 0
        except SystemExit as end:
            code = end.code
    found.append({"code": code, "stdout": out.getvalue(), "stderr": err.getvalue()})
print(json.dumps(found))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command left behind for its caller."""

    code: int
    stdout: str
    stderr: str

    def document(self) -> Any:
        """Return standard output as JSON, of which it must consist."""
        return json.loads(self.stdout)

    def succeeded(self) -> set[str]:
        """Return the operations that the printed analysis counts as succeeded."""
        return succeeded(self.document())


def succeeded(document: Any) -> set[str]:
    """Return the operations that an analysis counts as succeeded."""
    return {one["id"] for one in document["operations"] if one["level"] in SUCCEEDED}


class Site:
    """A settings module over the demo's, with its own runs folder and temporary folder."""

    def __init__(
        self, folder: Path, temporary: Path, *, base: str = "tests.demo.settings", extra: str = "", **variables: str
    ) -> None:
        self.folder = folder
        self.temporary = temporary
        """Short, because the path of a Unix socket is; everything that a run makes and removes is in it."""
        self.runs = folder / "runs"
        self.sends_all = False
        self._variables = variables
        runs = f"LOADAUDIT = {{**LOADAUDIT, 'RUNS_DIR': {str(self.runs)!r}}}"
        lines = [f"from {base} import *  # noqa", QUICK_LOGINS, runs, extra]
        (folder / "site_settings.py").write_text("\n".join(lines) + "\n")

    def configure(self, lines: str) -> None:
        """Add lines to the settings."""
        with (self.folder / "site_settings.py").open("a") as settings:
            settings.write(f"{lines}\n")

    def environment(self) -> dict[str, str]:
        """Return the environment of the site's processes, free of the tests' own settings."""
        hidden = ("DJANGO_SETTINGS_MODULE", "DEMO_", "COLUMNS", "NO_COLOR", "FORCE_COLOR")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
        return kept | {
            "DJANGO_SETTINGS_MODULE": "site_settings",
            "PYTHONPATH": os.pathsep.join([str(self.folder), str(ROOT)]),
            "TMPDIR": str(self.temporary),
            "PYTHONWARNINGS": "error",
            **self._variables,
        }

    def manage(self, *arguments: str, **variables: str) -> Outcome:
        """Run manage.py to its end."""
        return self.python(str(ROOT / "manage.py"), *arguments, **variables)

    def python(self, *arguments: str, **variables: str) -> Outcome:
        """Run Python to its end in the site's folder: a program, in a process that need not import everything first."""
        environment = self.environment() | variables
        done = executed(*arguments, folder=self.folder, environment=environment, timeout_s=COMMAND_TIMEOUT_S)
        return Outcome(code=done.returncode, stdout=done.stdout, stderr=done.stderr)

    def loadaudit(self, *arguments: str, **variables: str) -> Outcome:
        """Run a subcommand to its end."""
        return self.manage("loadaudit", *self._wanted(arguments), **variables)

    def one_after_the_other(self, commands: Sequence[Sequence[str]]) -> Sequence[Outcome]:
        """Run subcommands that only read or refuse in one process, whose start costs more than each of them."""
        done = self.python("-c", _ONE_AFTER_THE_OTHER, json.dumps([list(self._wanted(one)) for one in commands]))
        assert done.code == 0, done.stderr
        return [Outcome(**one) for one in json.loads(done.stdout)]

    def _wanted(self, arguments: Sequence[str]) -> Sequence[str]:
        """Return the arguments; runs send only reads and no preflight unless the site is for all that a run does."""
        if arguments[:1] != ("run",) or self.sends_all:
            return arguments
        return ("run", "--reads-only", "--no-preflight", *arguments[1:])

    @contextmanager
    def started(self, *arguments: str, **variables: str) -> Iterator[Command]:
        """Start a subcommand in a process group of its own, as a shell does; whatever is left of it ends here."""
        with (self.folder / "stdout").open("w") as stdout, (self.folder / "stderr").open("w") as stderr:
            process = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "loadaudit", *self._wanted(arguments)],
                cwd=self.folder,
                env=self.environment() | variables,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
                # A shell that runs the tests in the background makes its children ignore Ctrl-C.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,
            )
        command = Command(self, process)
        try:
            yield command
        finally:
            command.remember_family()
            command.kill_what_is_left()

    def run_paths(self) -> Sequence[Path]:
        """Return the run files, oldest first."""
        return sorted(self.runs.glob(f"*{SUFFIX}"))

    def leftovers(self) -> Sequence[Path]:
        """Return what lies in the temporary folder."""
        return sorted(self.temporary.iterdir())

    def sample_count(self) -> int:
        """Return how many samples the newest run file has, also while it is written."""
        try:
            with RunFile(self.run_paths()[-1]) as run:
                return run.sample_count()
        except (IndexError, LoadauditError):
            return 0


class Command:
    """A subcommand that is under way, with every process that it has started."""

    def __init__(self, site: Site, process: subprocess.Popen[bytes]) -> None:
        self.site = site
        self.process = process
        self._family: set[psutil.Process] = set()

    def wait_for_phase(self, text: str) -> None:
        """Wait until the progress on standard error has come to `text`."""
        assert wait_until(lambda: self.has_come_to(text), within_s=PHASE_WITHIN_S), (
            self.site.folder / "stderr"
        ).read_text()

    def has_come_to(self, text: str) -> bool:
        """Whether the progress on standard error has come to `text`."""
        return text in (self.site.folder / "stderr").read_text()

    def wait_for_samples(self, count: int = 20) -> None:
        """Wait until the load is under way and recorded."""
        found = wait_until(lambda: self.site.sample_count() >= count or self._ended(), within_s=PHASE_WITHIN_S)
        assert found, "the load has not begun"
        assert not self._ended(), (self.site.folder / "stderr").read_text()
        self.remember_family()

    def remember_family(self) -> None:
        """Note the processes that descend from the command now: a killed parent's children cannot be found later."""
        try:
            self._family |= set(psutil.Process(self.process.pid).children(recursive=True))
        except psutil.NoSuchProcess:
            return

    def relatives(self, part: str) -> list[psutil.Process]:
        """Return the noted processes whose command line has `part` in it, oldest first."""
        found = [one for one in self._family if one.is_running() and part in " ".join(one.cmdline())]
        return sorted(found, key=lambda one: (one.create_time(), one.pid))

    def survivors(self) -> list[psutil.Process]:
        """Return the noted processes that still run."""
        return [one for one in self._family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]

    def all_gone(self, within_s: float = 60.0) -> bool:
        """Wait until none of the noted processes runs any more."""
        assert self._family
        return wait_until(lambda: not self.survivors(), within_s=within_s)

    def press_ctrl_c(self) -> None:
        """Send what a terminal sends: SIGINT to the whole foreground process group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self) -> Outcome:
        """Wait until the command ends and return what it left."""
        code = self.process.wait(COMMAND_TIMEOUT_S)
        return Outcome(
            code=code,
            stdout=(self.site.folder / "stdout").read_text(),
            stderr=(self.site.folder / "stderr").read_text(),
        )

    def kill_what_is_left(self) -> None:
        """End the command and its processes without mercy."""
        if not self._ended():
            self.process.kill()
        self.process.wait()
        for one in self.survivors():
            one.kill()

    def _ended(self) -> bool:
        return self.process.poll() is not None
