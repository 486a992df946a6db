"""Share of operations that succeed without one line of configuration, on packages that are installed for it.

`python benchmarks/blind.py NAME …` takes the descriptions below `benchmarks/packages/`: those in `drawn/` were drawn by
chance, those in `tried/` were chosen and have shown what to mend, and `written/` holds whole projects that somebody
wrote for this who had not seen loadaudit. Each package gets a virtual environment (kept below
--venvs), a project around its URLs with generated rows (`benchmarks/methods/seed.py`), SQLite,
and `loadaudit plan --preflight`. A description says what the package's own documents tell to add to a project:

    requirements = ["django-helpdesk"]      # what pip installs
    apps = ["helpdesk"]                     # added to INSTALLED_APPS
    middleware = []                         # added to MIDDLEWARE
    context_processors = []
    settings = '''LOGIN_URL = "/login/"'''  # Python
    [urls]
    "helpdesk/" = "helpdesk.urls"           # prefix → module; "admin.site.urls" is the admin
    [files]
    "templates/base.html" = "…"             # what a project has to have of its own; "templates" is a template folder

`commands = [["createcachetable"]]` are management commands that the documents tell to run once, behind `migrate`.

Instead of apps and urls, `settings_module = "package.settings"` takes a whole project's own, with `environment`. Where
it lies beside the package in its source release, `source = "django-helpdesk==1.2"` unpacks that release, and
`root = "demo"` is the folder in it that holds the project's modules. `project = "shop"` is a folder beside the
description that holds them. `repository = "owner/name"` is a public repository, of whose `commit` --checkouts has the
project's modules in DIR/NAME; no rows are taken over with them.
With --keep DIR each project stays in DIR/NAME: its `django` command, `plan.json` and `output.txt` of all commands.
"""

import argparse
import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import requests

_HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent))

from benchmarks.succeeding.measure import Shares, commit, measured, print_project, shares, summary  # noqa: E402

DESCRIPTIONS = _HERE / "packages"
VENVS = Path.home() / ".cache" / "loadaudit-benchmarks"
_LOADAUDIT = (
    *(
        "django~=5.2.0",
        "django-debug-toolbar",
        "django-redis",
        "gunicorn",
        "psutil",
        "psycopg[binary]",
        "pycurl",
        "requests",
    ),
    *("rich", "setuptools<81"),
)
"""What loadaudit itself needs, which is not installed but found by its path.

Django comes first, since a description may name its own.
"""


def main() -> int:
    """Measure each package, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "names", nargs="*", help="descriptions in benchmarks/packages/ or files; default: all that were drawn"
    )
    parser.add_argument("--venvs", type=Path, default=VENVS, help="where the environments are kept")
    parser.add_argument("--keep", type=Path, help="a folder for the projects, which then stay")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--checkouts", type=Path, default=Path(), metavar="DIR", help="where repositories lie, by name")
    parser.add_argument("--reasons", action="store_true", help="show why each of the others did not succeed")
    options = parser.parse_args()
    counted: dict[str, Shares] = {}
    failed: dict[str, str] = {}
    for path in [_described(one) for one in options.names] or sorted((DESCRIPTIONS / "drawn").glob("*.toml")):
        with tempfile.TemporaryDirectory(prefix="la-") as temporary:
            folder = options.keep / path.stem if options.keep else Path(temporary) / path.stem
            found = _measure(path, folder.resolve(), options.venvs, options.checkouts)
        if isinstance(found, str):
            failed[path.stem] = found
            print(f"{path.stem}: {found}", file=sys.stderr)
            continue
        counted[path.stem] = shares(found)
        print_project(path.stem, found, counted[path.stem], reasons=options.reasons)
    result = {
        "name": "blind",
        "value": summary(counted),
        "unit": "share of all operations of the inventories, without the admin's",
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "details": {
            "commit": commit(),
            "projects": {name: asdict(one) for name, one in sorted(counted.items())},
            "not_measured": failed,
        },
    }
    print(json.dumps(result, indent=2) if options.json else result["value"])
    return 0


def _described(name: str) -> Path:
    """Return the file of a description, which may be given itself."""
    found = Path(name) if name.endswith(".toml") else next(DESCRIPTIONS.rglob(f"{name}.toml"), None)
    if found is None or not found.exists():
        sys.exit(f"There is no description {name!r} below {DESCRIPTIONS}.")
    return found


def _measure(path: Path, folder: Path, venvs: Path, checkouts: Path) -> Any:
    description = tomllib.loads(path.read_text())
    try:
        python = _environment(path.stem, description["requirements"], venvs)
    except subprocess.CalledProcessError as error:
        return f"could not be installed: {error.stderr[-1500:]}"
    home = None
    paths = [str(path.resolve().parent / description["project"])] if "project" in description else []
    if release := description.get("source"):
        try:
            paths = [str(_unpacked(release, venvs / path.stem) / description.get("root", ""))]
        except (requests.RequestException, StopIteration) as error:
            return f"has no source release: {error}"
    if repository := description.get("repository"):
        checkout = checkouts / path.stem
        if not (checkout / "manage.py").exists():
            return f"there is no checkout of https://github.com/{repository} at {description['commit']} in {checkout}"
        copied = venvs.resolve() / path.stem / "source"
        shutil.rmtree(copied, ignore_errors=True)
        shutil.copytree(checkout, copied, ignore=shutil.ignore_patterns("*.sqlite3", ".git", "__pycache__"))
        paths, home = [str(copied)], copied
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    folder.mkdir(parents=True)
    (folder / "blind_urls.py").write_text(_urls(description.get("urls", {})))
    for name, text in description.get("files", {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return measured(
        folder,
        _settings(description),
        python=python,
        environment=description.get("environment", {}),
        commands=description.get("commands", []),
        paths=paths,
        home=home,
        include_admin=False,
    )


def _environment(name: str, requirements: list[str], venvs: Path) -> str:
    """Return the interpreter that has the requirements, installed where it has not."""
    folder = venvs.resolve() / name
    python = folder / "bin" / "python"
    stamp = folder / "requirements.txt"
    own = any(re.match(r"django\b(?!-)", one, re.IGNORECASE) for one in requirements)
    wanted = "\n".join([*requirements, *_LOADAUDIT[own:]])
    if not stamp.exists() or stamp.read_text() != wanted:
        venv.create(folder, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *wanted.split("\n")]
        subprocess.run(command, check=True, capture_output=True, text=True)
        stamp.write_text(wanted)
    return str(python)


def _unpacked(release: str, venv_folder: Path) -> Path:
    """Return the folder of a source release, downloaded from PyPI and unpacked anew beside its environment."""
    folder = venv_folder.resolve() / "source"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    name, _, version = release.partition("==")
    asked = {"Accept": "application/vnd.pypi.simple.v1+json"}
    answer = requests.get(f"https://pypi.org/simple/{name}/", headers=asked, timeout=60)
    answer.raise_for_status()
    endings = (f"-{version}.tar.gz", f"-{version}.zip")
    address = next(one["url"] for one in answer.json()["files"] if one["filename"].endswith(endings))
    archive = folder / address.rpartition("/")[2]
    archive.write_bytes(requests.get(address, timeout=60).content)
    shutil.unpack_archive(archive, folder)
    return next(one for one in folder.iterdir() if one.is_dir())


def _settings(description: Mapping[str, Any]) -> str:
    if module := description.get("settings_module"):
        # A package that asks for the settings while they are imported finds what `startproject` names.
        routes = f'ROOT_URLCONF = "{module.rpartition(".")[0]}.urls"\n'
        return f"{routes}from {module} import *\n{description.get('settings', '')}\n"
    return "\n".join(
        [
            "from benchmarks.methods.projects.base import *",
            "from benchmarks.methods.projects.base import CONTEXT_PROCESSORS",
            f"INSTALLED_APPS = [*INSTALLED_APPS, *{description.get('apps', [])!r}]",
            f"MIDDLEWARE = [*MIDDLEWARE, *{description.get('middleware', [])!r}]",
            f"CONTEXT_PROCESSORS += {description.get('context_processors', [])!r}",
            'TEMPLATES[0]["DIRS"] = ["templates"]',
            'ROOT_URLCONF = "blind_urls"',
            description.get("settings", ""),
            "",
        ]
    )


def _urls(urls: Mapping[str, str]) -> str:
    lines = ["from django.contrib import admin", "from django.urls import include, path", "", "urlpatterns = ["]
    for prefix, module in urls.items():
        included = module if module == "admin.site.urls" else f"include({module!r})"
        lines.append(f"    path({prefix!r}, {included}),")
    return "\n".join([*lines, "]", ""])


if __name__ == "__main__":
    sys.exit(main())
