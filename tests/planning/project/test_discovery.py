"""A loadtests module that cannot be imported is named with file and line."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from loadaudit.errors import UsageError
from loadaudit.planning.project import discovery


@pytest.mark.parametrize(
    ("source", "said", "line"),
    [
        ("import os\ndef broken(:\n", "SyntaxError", 2),
        ("\nimport no_such_module_of_anybody\n", "ModuleNotFoundError", 2),
        ("from loadaudit.scenarios import scenario\n\n\n@scenario(weight=-1)\ndef a(user): ...\n", "weight", 4),
        ("from loadaudit.scenarios import scenario\n@scenario(timeout_s='5')\ndef a(user): ...\n", "timeout_s", 2),
        ("from loadaudit.scenarios import scenario\n@scenario(users=['a'])\ndef a(user): ...\n", "one role", 2),
        ("from loadaudit.scenarios import exclude\nexclude('a:b', because=None)\n", "wants a reason", 2),
        ("\nwhile True: pass\n", "did not come to its end within 0.2 s", 2),
        ("import time\nwhile True: time.sleep(9)\n", "did not come to its end within 0.2 s", 2),
        ("import signal\nsignal.signal(signal.SIGUSR2, signal.getsignal(signal.SIGUSR2))\n1 / 0\n", "by zero", 3),
        ("import sys\nsys.exit()\n", "SystemExit", 2),
        ("from loadaudit.scenarios import provide\nprovide(5, [1])\n", "name of a parameter", 2),
    ],
)
def test_where_it_goes_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, said: str, line: int
) -> None:
    (tmp_path / "la_declared").mkdir()
    (tmp_path / "la_declared" / "loadtests.py").write_text(source)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(discovery, "_names", lambda: iter(["la_declared.loadtests"]))
    if "while" in source:
        monkeypatch.setattr(discovery, "IMPORT_S", 0.2)
    importlib.invalidate_caches()
    with pytest.raises(UsageError, match=rf"{said}.*loadtests\.py:{line}\)"):
        discovery.load_modules()
