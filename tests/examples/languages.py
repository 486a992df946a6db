"""What holds a block against the code, by its language."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock, create_autospec

import yaml

from loadaudit.conf import read_config
from loadaudit.load.script import ScriptUser
from loadaudit.planning.control import ControlClient
from loadaudit.planning.project.registry import REGISTRY
from tests.examples import Example
from tests.examples.commands import Shell
from tests.processes import find_program

Check = Callable[[str, Shell], None]

IDENTITY = type("Identity", (), {"user_id": "1", "username": "a", "password": "b", "role": "c", "staff": False})()


def check_python(text: str, shell: Shell) -> None:
    """Execute settings or a loadtests module; what they need of a project stands in for it.

    Settings are read by loadaudit. What a loadtests module declares is called: values and bodies are made, scenarios
    and logins go through a user who takes only what the real one takes.
    """
    names: dict[str, Any] = {"INSTALLED_APPS": [], "MIDDLEWARE": [], "Invitation": _Rows(), "Order": _Rows()}
    if "contrib.locust" in text:
        # Importing it replaces threads and locks of this process; the locustfile of `Shell` has it in it.
        compile(text, "example", "exec")
        assert importlib.util.find_spec("loadaudit.contrib.locust")
        return
    exec("from loadaudit.scenarios import body, exclude, on_login, provide, scenario, unique", names)
    try:
        exec(compile(text, "example", "exec"), names)
        for source in [*(one.source for one in REGISTRY.providers), *(one.source for one in REGISTRY.bodies)]:
            _made(source)
        for function in [*(one.function for one in REGISTRY.scenarios), *REGISTRY.on_login]:
            function(_user())
    finally:
        REGISTRY.clear()
    if "login" in names:
        names["login"](create_autospec(ControlClient, instance=True, headers={}), IDENTITY)
    if "LOADAUDIT" in names:
        read_config(names["LOADAUDIT"])


def _made(source: Any) -> None:
    """Make what a declaration promises to make."""
    if callable(source):
        source(*[IDENTITY][: source.__code__.co_argcount])


def _user() -> Any:
    """Return a user whose requests take the options of real ones and answer with whatever is asked of the answer."""
    user = create_autospec(ScriptUser, instance=True, data={}, random=MagicMock(randint=lambda a, b: a))
    real = create_autospec(ScriptUser.request)
    for method in ("get", "post", "put", "patch", "delete"):

        def send(view: str, kwargs: Any = None, method: str = method, **options: Any) -> MagicMock:
            real(user, method.upper(), view, kwargs, **options)
            return MagicMock(json=lambda: _Answer())

        setattr(user, method, send)
    return user


class _Answer(dict[str, Any]):
    """A JSON answer that has every key."""

    def __missing__(self, key: str) -> Any:
        return 1


class _Rows:
    """Stands for a model: whatever is asked of its rows is rows again."""

    def __getattr__(self, name: str) -> _Rows:
        return self

    def __call__(self, *arguments: object, **named: object) -> _Rows:
        return self

    def __getitem__(self, key: object) -> _Rows:
        return self


def check_json(text: str, shell: Shell) -> None:
    """Read it."""
    json.loads(text)


def check_yaml(text: str, shell: Shell) -> None:
    """Read a pipeline's definition, and execute its commands; what is around them is the pipeline's own."""
    found = list(_commands(yaml.safe_load(text)))
    assert any(" loadaudit " in one for one in found)
    for command in found:
        shell.execute(command)


def _commands(part: Any) -> Iterator[str]:
    """Yield the shell lines of GitHub's and GitLab's definitions."""
    if isinstance(part, list):
        for one in part:
            yield from _commands(one)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key in ("run", "script", "before_script", "after_script"):
                for one in value if isinstance(value, list) else [value]:
                    yield from one.splitlines()
            else:
                yield from _commands(value)


def check_console(text: str, shell: Shell) -> None:
    """Execute every line."""
    for line in text.splitlines():
        shell.execute(line)


def check_nginx(text: str, shell: Shell) -> None:
    """Let nginx read it, where there is one."""
    program = find_program("nginx", package="nginx")
    path = Path.cwd() / "nginx.conf"
    path.write_text(
        f"events {{}} pid {path}.pid; error_log stderr; http {{ {text} access_log off; }}", encoding="utf-8"
    )
    done = subprocess.run([str(program), "-t", "-q", "-e", "stderr", "-c", str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


CHECKS: Mapping[str, Check] = {
    "console": check_console,
    "python": check_python,
    "json": check_json,
    "yaml": check_yaml,
    "nginx": check_nginx,
}


def unchecked(found: Sequence[Example]) -> Iterator[Example]:
    """Yield the blocks in a language that nothing here reads; those without one are drawings."""
    return (one for one in found if one.language and one.language not in CHECKS)
