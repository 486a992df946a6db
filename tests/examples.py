"""Examples of README and docs, and what holds each kind of them against the code."""

from __future__ import annotations

import configparser
import importlib.util
import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandParser

from loadaudit.conf import read_config
from loadaudit.management.commands.loadaudit import Command
from loadaudit.planning.project.registry import REGISTRY
from tests.audit.site import ROOT
from tests.processes import find_program

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)

EXECUTED = frozenset({"inventory", "diff", "check", "report", "compare", "runs", "import"})
"""Subcommands that need nothing but the URLconf and run files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One block of code."""

    document: Path
    line: int
    language: str
    text: str

    @property
    def name(self) -> str:
        """Document and line."""
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def examples(documents: Sequence[Path]) -> list[Example]:
    """Return the blocks of the documents in order."""
    return [
        Example(document=path, line=text[: found.start()].count("\n") + 1, language=found[1], text=found[2])
        for path in documents
        for text in [path.read_text(encoding="utf-8")]
        for found in _BLOCK.finditer(text)
    ]


def check_python(text: str) -> None:
    """Execute settings or a loadtests module; what they need of a project stands in for it.

    Settings are read by loadaudit, and what a loadtests module declares must have been understood.
    """
    names: dict[str, Any] = {"INSTALLED_APPS": [], "MIDDLEWARE": [], "Invitation": _Rows(), "Order": _Rows()}
    if "contrib.locust" in text:
        # Importing it replaces threads and locks of this process.
        compile(text, "example", "exec")
        assert importlib.util.find_spec("loadaudit.contrib.locust")
        return
    exec("from loadaudit.scenarios import body, exclude, on_login, provide, scenario, unique", names)
    try:
        exec(compile(text, "example", "exec"), names)
        for source in [*(one.source for one in REGISTRY.providers), *(one.source for one in REGISTRY.bodies)]:
            _made(source)
    finally:
        REGISTRY.clear()
    if "LOADAUDIT" in names:
        read_config(names["LOADAUDIT"])


def _made(source: Any) -> None:
    """Make what a declaration promises to make."""
    if not callable(source):
        return
    identity = type("Identity", (), {"user_id": "1", "username": "a", "role": "b", "staff": False})()
    wants = source.__code__.co_argcount
    source(*[identity][:wants])


class _Rows:
    """Stands for a model: whatever is asked of its rows is rows again."""

    def __getattr__(self, name: str) -> _Rows:
        return self

    def __call__(self, *arguments: object, **named: object) -> _Rows:
        return self

    def __getitem__(self, key: object) -> _Rows:
        return self


def check_json(text: str) -> None:
    """Read it."""
    json.loads(text)


def check_yaml(text: str) -> None:
    """Hold the commands of a pipeline's definition against the code; what is around them is the pipeline's own."""
    found = re.findall(r"python manage\.py loadaudit .*", text)
    assert found
    for command in found:
        check_command(command)


def check_console(text: str) -> None:
    """Execute or read every line."""
    for line in text.splitlines():
        check_command(line)


def check_command(line: str) -> None:
    """Execute one command line, or hold it against the parser of what it calls; an unknown one is an error."""
    words = [os.path.expandvars(one) for one in shlex.split(line, comments=True)]
    words = [found for one in words for found in _globbed(one)]
    if not words:
        return
    for beginning, check in _COMMANDS.items():
        if words[: len(beginning)] == list(beginning):
            check(words[len(beginning) :])
            return
    raise AssertionError(f"nothing holds this example against the code: {line}")


def _globbed(word: str) -> list[str]:
    """Return the files that a shell would put there, or the word itself."""
    path = Path(word)
    return sorted(map(str, path.parent.glob(path.name))) or [word] if "*" in path.name else [word]


def _loadaudit(arguments: Sequence[str]) -> None:
    """Execute what reads files; of what would start servers and loads, read the arguments with the real parser."""
    if arguments[0] not in EXECUTED or arguments[-1].endswith(".samples"):
        parser = Command().create_parser("manage.py", "loadaudit")
        assert isinstance(parser, CommandParser)
        parser.called_from_command_line = False
        parser.parse_args(list(arguments))
        return
    code: object = 0
    unasked = ["--yes"] if {*arguments[:2]} & {"delete", "prune"} else []
    try:
        call_command("loadaudit", *arguments, *unasked)
    except SystemExit as end:
        code = end.code
    # A limit that is not kept is an answer, too.
    assert code in (0, 1), shlex.join(arguments)


def _make(targets: Sequence[str]) -> None:
    known = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(targets) <= set(known)


def _pip(words: Sequence[str]) -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    for name in (one for one in words if one.startswith("loadaudit")):
        extra = re.fullmatch(r"loadaudit(?:\[(\w+)\])?", name)
        assert extra
        assert extra[1] is None or extra[1] in setup["options.extras_require"]


def _module(name: str) -> Callable[[Sequence[str]], None]:
    def check(words: Sequence[str]) -> None:
        assert importlib.util.find_spec(name)

    return check


def _echo(words: Sequence[str]) -> None:
    """Append to the settings as the shell would, and read them."""
    text, sign, target = words
    assert sign == ">>"
    names: dict[str, Any] = {"INSTALLED_APPS": []}
    exec(text, names)
    assert target == "mysite/settings.py"
    assert names["INSTALLED_APPS"] == ["loadaudit"]


def _worker(words: Sequence[str]) -> None:
    options = dict(zip(words[::2], words[1::2], strict=True))
    assert set(options) == {"--master", "--plan"}


def _gunicorn(words: Sequence[str]) -> None:
    from gunicorn.config import Config

    Config().parser().parse_args(list(words))


def _script(words: Sequence[str]) -> None:
    assert (ROOT / "scripts" / "make_reference.py").exists()


def _tests(words: Sequence[str]) -> None:
    assert all((ROOT / one).exists() for one in words)


def _nothing(words: Sequence[str]) -> None:
    """Shell and Django's own."""


_COMMANDS: Mapping[tuple[str, ...], Callable[[Sequence[str]], None]] = {
    ("python", "manage.py", "loadaudit"): _loadaudit,
    ("python", "-m", "loadaudit"): _loadaudit,
    ("python", "manage.py", "check"): _nothing,
    ("python", "-m", "loadaudit.load.locust.worker"): _worker,
    ("make",): _make,
    ("pip", "install"): _pip,
    ("source", ".venv/bin/activate"): _nothing,
    ("export",): _nothing,
    ("echo",): _echo,
    ("gunicorn",): _gunicorn,
    ("locust",): _module("locust"),
    ("pytest", "-p", "loadaudit.pytest_plugin"): _module("loadaudit.pytest_plugin"),
    (".venv/bin/python", "-m", "pytest"): _tests,
    (".venv/bin/python", "scripts/make_reference.py"): _script,
    (".venv/bin/ruff",): _module("ruff"),
    (".venv/bin/mypy",): _module("mypy"),
    (".venv/bin/lint-imports",): _module("importlinter"),
}


def check_nginx(text: str) -> None:
    """Let nginx read it, where there is one."""
    program = find_program("nginx", package="nginx")
    path = Path.cwd() / "nginx.conf"
    path.write_text(
        f"events {{}} pid {path}.pid; error_log stderr; http {{ {text} access_log off; }}", encoding="utf-8"
    )
    done = subprocess.run([str(program), "-t", "-q", "-e", "stderr", "-c", str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


CHECKS: Mapping[str, Callable[[str], None]] = {
    "console": check_console,
    "python": check_python,
    "json": check_json,
    "yaml": check_yaml,
    "nginx": check_nginx,
}


def unchecked(found: Sequence[Example]) -> Iterator[Example]:
    """Yield the blocks in a language that nothing here reads; those without one are drawings."""
    return (one for one in found if one.language and one.language not in CHECKS)
