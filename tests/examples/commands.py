"""Executes the command lines of the documentation, as the project of `tests/mysite` would take them.

Lines that read run files are executed in this process, on a folder of runs made for them. Those that start servers,
loads or tests are executed on the project itself, each in a process of its own. Lines that ask for the same thing in
other words share one: a run with another label, another name of the same operation. What no test can execute is
listed with its reason, and with what stands for it.
"""

from __future__ import annotations

import argparse
import configparser
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandParser
from django.test import override_settings

from loadaudit.audit.inspection.choosing import meant
from loadaudit.audit.options import Selection
from loadaudit.audit.stages import take_inventory
from loadaudit.conf import read_config
from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.management.commands.loadaudit import Command
from tests.audit.site import COMMAND_TIMEOUT_S, ROOT, Outcome, Site
from tests.mysite.deployment import served

OF_RUN_FILES = frozenset({"inventory", "diff", "check", "report", "compare", "runs", "import"})
"""Subcommands that need nothing but the URLconf and run files."""

STAGING = "https://staging.example.org"

LOCUSTFILE = """
import loadaudit.contrib.locust
from locust import HttpUser, constant, tag, task

class Visitor(HttpUser):
    host = "https://staging.example.org"
    wait_time = constant(0.02)

    @tag("checkout")
    @task
    def projects(self):
        self.client.get("/projects/")
"""

NAMING: Mapping[str, Sequence[str]] = {
    "--quiet": (),
    "--label": ("of-examples",),
    "--note": ("before the index on orders",),
    "--report": ("report.html",),
    "--threshold": ("p95[GET /dashboard/] < 300ms",),
    "--baseline": ("main",),
}
"""Options of `run` that change what is said of a load and not the load: runs that differ in these only share one."""

BY_LOCUST = (
    "--users",
    "50",
    "--duration",
    "5m",
    "--users",
    "2",
    "--duration",
    "1s",
    "--",
    "--tags",
    "checkout",
    "-r",
    "5",
)
"""What lines ask of a locustfile against the embedded server, with two users and a second behind it: the last counts.

A load of loadaudit ends by itself, when it has sent enough; one of Locust does not.
"""

ELSEWHERE: Mapping[str, str] = {
    "python manage.py loadaudit run --target https://staging.example.org --users 2000 --engine locust": (
        "needs nine machines; on one: tests/audit/test_distributed_runs.py"
    ),
    "python -m loadaudit.load.locust.worker": "a worker of that run: tests/audit/test_distributed_runs.py",
    "locust -f": "opens a web page and waits for somebody; headless: tests/audit/test_imported_runs.py",
    "python manage.py loadaudit import loadaudit-runs/locust-": (
        "what that Locust has written: tests/audit/test_imported_runs.py"
    ),
    "make demo": "takes minutes, and the whole CI does it; what it compares: tests/test_demo_verdict.py",
    "make test": "these tests: tests/test_examples.py",
    "make venv": "what these tests run in; the packages it installs: tests/test_packaging.py",
    ".venv/bin/python -m pytest": "these tests once more: tests/test_examples.py",
    ".venv/bin/ruff": "a part of `make test`: Makefile",
    ".venv/bin/mypy": "a part of `make test`: Makefile",
    ".venv/bin/lint-imports": "a part of `make test`: Makefile",
    ".venv/bin/python scripts/make_reference.py": "writes the documents; compared with them: tests/test_docs.py",
    "pip install": "loadaudit is published when it is released; built and installed: tests/test_packaging.py",
    "cd loadaudit && mkdir -p locale": "needs GNU gettext; what it finds: tests/reporting/test_translating.py",
    "source .venv/bin/activate": "what these tests run in: Makefile",
}
"""Lines that no test here executes, by their beginning: the reason, and the file that does or checks it instead."""


class Shell:
    """Executes lines; what they need of the project is made when first asked for and then shared."""

    def __init__(self, site: Site, stack: ExitStack) -> None:
        self.site = site
        self.left_out: set[str] = set()
        """Beginnings of `ELSEWHERE` that were met."""
        self._stack = stack
        self._url = ""
        self._done: dict[tuple[str, ...], Outcome] = {}
        (site.folder / "locustfile.py").write_text(LOCUSTFILE)

    def execute(self, line: str) -> None:
        """Execute one command line; one that nothing here knows is an error."""
        words = [os.path.expandvars(one) for one in shlex.split(line, comments=True)]
        words = [found for one in words for found in _globbed(one)]
        if not words:
            return
        for beginning in ELSEWHERE:
            if line.startswith(beginning):
                self.left_out.add(beginning)
                _read(words)
                return
        for known, execute in _COMMANDS.items():
            if words[: len(known)] == list(known):
                execute(self, words[len(known) :])
                return
        raise AssertionError(f"nothing executes this example: {line}")

    def loadaudit(self, *arguments: str) -> Outcome:
        """Execute a subcommand on the project, and expect it to pass, or to judge; the same line only once."""
        if arguments not in self._done:
            self._done[arguments] = done = self.site.loadaudit(*arguments)
            assert done.code in (0, 1), (arguments, done.code, done.stderr)
            assert "Traceback" not in done.stderr, done.stderr
        return self._done[arguments]

    def run(self, arguments: Sequence[str]) -> Outcome:
        """Make a run, or find the one of the same load: of the embedded server one as short as it gets, and one more.

        That one, and each against a target or of a locustfile, has everything that lines add to a run.
        """
        load, naming = _parted(arguments)
        if load or naming:
            naming = [word for name, values in NAMING.items() if name != "--baseline" for word in (name, *values)]
        if naming and not load:
            self.run([])
            naming += ["--baseline", str(self.site.run_paths()[0])]
        if STAGING in load:
            load = [self.target if one == STAGING else one for one in load]
        if "--locustfile" in load:
            embedded = "--target" not in load
            assert not embedded or {*load[2:]} <= {*BY_LOCUST}
            load = [*load[:2], *BY_LOCUST] if embedded else [*load, *BY_LOCUST[4:8]]
        return self.loadaudit("run", *naming, *load)

    def inspect(self, arguments: Sequence[str]) -> Outcome:
        """Inspect, or find the inspection of the same operation and address that was asked for in other words."""
        operation, *options = arguments
        with override_settings(ROOT_URLCONF="tests.mysite.urls"):
            known = take_inventory(read_config(), Selection()).operations
            one, address = meant(operation, known, RouteIndex.from_urlconf(None).route_for)
        if "--slowest" in options:
            # Behind it stand runs of locustfiles and of the target, which need not have sent the operation.
            self.run([])
            options += ["--run", str(self.site.run_paths()[0])]
        return self.loadaudit("inspect", f"{one.method} {address}" if address else one.id, *options)

    @property
    def target(self) -> str:
        """The address of a server of the project, which stands for the staging host of the examples."""
        if not self._url:
            self._url = self._stack.enter_context(served(self.site))
        return self._url


def _parted(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the options of a run that make its load, and those that name and judge it."""
    load: list[str] = []
    naming: list[str] = []
    left = list(arguments)
    while left:
        word = left.pop(0)
        if word in NAMING:
            naming += [word, *[left.pop(0) for _ in NAMING[word]]]
        else:
            load.append(word)
    return load, naming


def _globbed(word: str) -> list[str]:
    """Return the files that a shell would put there, or the word itself."""
    path = Path(word)
    return sorted(map(str, path.parent.glob(path.name))) or [word] if "*" in path.name else [word]


def _read(words: Sequence[str]) -> None:
    """Hold what is not executed against the code as far as it can be read."""
    if words[:3] == ["python", "manage.py", "loadaudit"]:
        _parsed(words[3:])
    elif words[:2] == ["pip", "install"]:
        _check_extras(words)
    elif words[0] == "make":
        known = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        assert set(words[1:]) <= set(known)
    elif words[1:3] == ["-m", "loadaudit.load.locust.worker"]:
        assert set(words[3::2]) == {"--master", "--plan"}
    else:
        assert all((ROOT / one).exists() for one in words[1:] if "/" in one and "://" not in one and one[0] != ".")


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Command().create_parser("manage.py", "loadaudit")
    assert isinstance(parser, CommandParser)
    parser.called_from_command_line = False
    return parser.parse_args(list(arguments))


def _check_extras(words: Sequence[str]) -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    for name in (one for one in words if one.startswith("loadaudit")):
        extra = re.fullmatch(r"loadaudit(?:\[(\w+)\])?", name)
        assert extra
        assert extra[1] is None or extra[1] in setup["options.extras_require"]


def _loadaudit(shell: Shell, arguments: Sequence[str]) -> None:
    """Execute a subcommand."""
    options = vars(_parsed(arguments))
    name = arguments[0]
    if name in OF_RUN_FILES:
        _of_run_files(arguments)
        return
    if name == "run":
        outcome, written = shell.run(arguments[1:]), NAMING["--report"][0] if options["report"] else ""
    elif name == "inspect":
        outcome, written = shell.inspect(arguments[1:]), options["output"]
    elif name == "record":
        outcome, written = shell.loadaudit(*arguments, "tests.mysite.tests"), "runs/recorded.json"
    else:
        outcome, written = shell.loadaudit(*arguments), options["output"]
    # The run that shares everything that lines add is quiet.
    quiet = name == "run" and outcome is not shell.run([])
    assert outcome.stdout.strip() or written or quiet, "it has said nothing"
    assert not written or (shell.site.folder / written).stat().st_size


def _of_run_files(arguments: Sequence[str]) -> None:
    code: object = 0
    unasked = ["--yes"] if {*arguments[:2]} & {"delete", "prune"} else []
    try:
        call_command("loadaudit", *arguments, *unasked)
    except SystemExit as end:
        code = end.code
    # A limit that is not kept is an answer, too.
    assert code in (0, 1), shlex.join(arguments)


def _without_project(shell: Shell, arguments: Sequence[str]) -> None:
    """Execute what reads run files where there is no project."""
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-m", "loadaudit", *arguments],
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=COMMAND_TIMEOUT_S,
    )
    assert done.returncode in (0, 1), done.stderr


def _django(shell: Shell, arguments: Sequence[str]) -> None:
    """Execute a command of Django's own."""
    done = shell.site.manage(*arguments)
    assert done.code == 0, done.stderr


def _echo(shell: Shell, words: Sequence[str]) -> None:
    """Append to the settings as the shell would, and read them."""
    text, sign, target = words
    assert (sign, target) == (">>", "mysite/settings.py")
    names: dict[str, Any] = {"INSTALLED_APPS": []}
    exec(text, names)
    assert names["INSTALLED_APPS"] == ["loadaudit"]


def _export(shell: Shell, words: Sequence[str]) -> None:
    name, sign, value = words[0].partition("=")
    assert sign
    assert value
    assert name.isidentifier()


def _gunicorn(shell: Shell, words: Sequence[str]) -> None:
    """Let gunicorn read its options and import the project, which is all it does before it waits."""
    options = [*words[:-1], "--check-config", "tests.mysite.wsgi"]
    done = shell.site.python("-W", "default", "-m", "gunicorn", *options, PYTHONWARNINGS="")
    assert done.code == 0, done.stderr


def _pytest(shell: Shell, words: Sequence[str]) -> None:
    """Run the project's tests under pytest with the plugin."""
    (shell.site.folder / "pytest.ini").write_text("[pytest]\n")
    (shell.site.folder / "test_mysite.py").write_text("from tests.mysite.tests import Edited\n")
    done = shell.site.python("-m", "pytest", *words, "-q", "test_mysite.py")
    assert done.code == 0, done.stdout + done.stderr
    assert "1 request of 1 operation recorded in" in done.stdout


_COMMANDS: Mapping[tuple[str, ...], Callable[[Shell, Sequence[str]], None]] = {
    ("python", "manage.py", "loadaudit"): _loadaudit,
    ("python", "-m", "loadaudit"): _without_project,
    ("python", "manage.py"): _django,
    ("export",): _export,
    ("echo",): _echo,
    ("gunicorn",): _gunicorn,
    ("pytest",): _pytest,
}
