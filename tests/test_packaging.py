"""The wheel as a user gets it: what is in it, what it does in an empty project, what it never imports."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.audit.site import QUICK_LOGINS

ROOT = Path(__file__).parent.parent

NOT_BUILT_FROM = shutil.ignore_patterns(
    ".*", "build", "dist", "*.egg-info", "__pycache__", "*.sqlite3*", "loadaudit-runs"
)

IMPORTS_WITHOUT_PSYCOPG = """
import importlib, os, pkgutil, sys
# Locust replaces the locks of this interpreter when it is imported, those of the imports under way included.
os.environ["LOCUST_SKIP_MONKEY_PATCH"] = "1"
from importlib.abc import MetaPathFinder

import django
from django.conf import settings

attempts = []

class Watch(MetaPathFinder):
    current = "Django's start"
    def find_spec(self, name, path=None, target=None):
        if name in ("psycopg", "psycopg2"):
            attempts.append(f"{self.current} imports {name}")
        return None

watch = Watch()
sys.meta_path.insert(0, watch)
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "loadaudit"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    ROOT_URLCONF="django.contrib.auth.urls",
)
django.setup()

import loadaudit
names = [module.name for module in pkgutil.walk_packages(loadaudit.__path__, "loadaudit.")]
for name in names:
    if name.endswith(".__main__"):
        continue
    watch.current = name
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        # An extra that is not installed; everything else has to import.
        if error.name != "locust":
            raise
print(len(names), "modules")
sys.exit("; ".join(attempts) or None)
"""

IMPORTS_WITHOUT_DJANGO = """
import importlib, os, pkgutil, sys
os.environ["LOCUST_SKIP_MONKEY_PATCH"] = "1"
from importlib.abc import MetaPathFinder

class Forbid(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "django":
            raise RuntimeError("django was imported")
        return None

sys.meta_path.insert(0, Forbid())
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(getattr(package, "__path__", ()), package.__name__ + "."):
        if not module.name.endswith(".__main__"):
            importlib.import_module(module.name)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that `python -m build` makes, through the source distribution."""
    # From a copy: a build folder left in the checkout would slip its old files into the wheel.
    source = tmp_path_factory.mktemp("source") / "loadaudit"
    shutil.copytree(ROOT, source, ignore=NOT_BUILT_FROM)
    output = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(output), str(source))
    (built,) = output.glob("loadaudit-*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment: the wheel, and of this environment the other packages."""
    directory = tmp_path_factory.mktemp("environment")
    venv.create(directory, with_pip=False)
    executable = directory / "bin" / "python"
    _run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(executable),
        "install",
        "--quiet",
        "--no-deps",
        str(wheel),
    )
    # A .pth file adds folders but does not follow the .pth files in them: the checkout, which the tests'
    # environment reaches by one, stays out of reach.
    (packages,) = directory.glob("lib/python*/site-packages")
    folders = dict.fromkeys([sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    (packages / "shared.pth").write_text("\n".join(folders) + "\n")
    return executable


@pytest.fixture
def project(python: Path, tmp_path: Path) -> Path:
    """The folder of an empty project that has loadaudit in INSTALLED_APPS and no other setting but quick logins."""
    _run(str(python), "-m", "django", "startproject", "site_under_audit", str(tmp_path))
    with (tmp_path / "site_under_audit" / "settings.py").open("a") as settings:
        settings.write(f'\nINSTALLED_APPS += ["loadaudit"]\n{QUICK_LOGINS}\n')
    return tmp_path


def test_wheel_has_the_package_and_its_data(wheel: Path) -> None:
    """Templates, scripts and type marker are found only if the wheel has every one of them."""
    tracked = {
        path.relative_to(ROOT).as_posix()
        for kind in ("templates", "static", "locale")
        for path in (ROOT / "loadaudit" / kind).rglob("*")
        if path.is_file()
    }
    names = _names(wheel)
    assert {"loadaudit/__init__.py", "loadaudit/py.typed"} | tracked <= names
    assert any(name.startswith("loadaudit/templates/") for name in tracked)


def test_wheel_leaves_the_tests_out(wheel: Path) -> None:
    """Only loadaudit itself is installed into the audited project's environment."""
    tops = {name.split("/")[0] for name in _names(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"loadaudit"}


def test_the_installed_wheel_is_what_runs(python: Path, project: Path) -> None:
    """The tests below would prove nothing if they imported the checkout."""
    where = _run(str(python), "-c", "import loadaudit; print(loadaudit.__file__)", cwd=project)
    assert Path(where.strip()).is_relative_to(python.parent.parent)


def test_inventory_of_an_empty_project(python: Path, project: Path) -> None:
    """With no configuration the admin's operations are listed."""
    document = _loadaudit(python, project, "inventory")
    assert document["operations"]


@pytest.mark.parametrize(
    "migrated", [pytest.param(False, marks=pytest.mark.slow, id="before-migrate"), pytest.param(True, id="migrated")]
)
def test_run_in_an_empty_project(python: Path, project: Path, *, migrated: bool) -> None:
    """With no configuration a run proves at least one operation, also before the first migration."""
    if migrated:
        _run(str(python), "manage.py", "migrate", "--verbosity", "0", cwd=project)
    document = _loadaudit(python, project, "run", "--duration", "2")
    levels = {operation["id"]: operation["level"] for operation in document["operations"]}
    assert {"succeeded", "loaded"} & set(levels.values()), levels


def test_no_module_imports_psycopg() -> None:
    """Without libpq every module still imports, and who never asks for PostgreSQL never loads a driver."""
    _run(sys.executable, "-c", IMPORTS_WITHOUT_PSYCOPG, cwd=ROOT)


def test_imports_without_django() -> None:
    """The load processes start without Django, and a run file is analysed where Django is not installed."""
    names = ("load", "runfile", "analysis", "records", "errors", "contrib")
    _run(sys.executable, "-c", IMPORTS_WITHOUT_DJANGO, *(f"loadaudit.{name}" for name in names), cwd=ROOT)


def _names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def _loadaudit(python: Path, project: Path, *arguments: str) -> Mapping[str, Any]:
    """Run a subcommand with JSON output and return the document."""
    output = _run(str(python), "manage.py", "loadaudit", *arguments, "--format", "json", cwd=project)
    document: Mapping[str, Any] = json.loads(output)
    assert document["format_version"]
    return document


def _run(*command: str, cwd: Path | None = None) -> str:
    """Run a command outside the tests' settings and import path; return stdout or fail with all it wrote."""
    hidden = ("DJANGO_SETTINGS_MODULE", "PYTHONPATH", "DEMO_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(
            f"{' '.join(command)[:100]} … exited with {done.returncode}\n{done.stdout}\n{done.stderr}",
            pytrace=False,
        )
    return done.stdout
