"""Make a virtual environment with pip in it, also where Python came without ensurepip.

Debian without python3-venv is such a place. Uses only the standard library, and keeps an environment that
works already. Ways, in order: ensurepip, virtualenv, uv, the pip of the running Python, and pip's wheel from
the package index that pip itself would use.
"""

from __future__ import annotations

import base64
import configparser
import hashlib
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

DEFAULT_INDEX = "https://pypi.org/simple"
TIMEOUT_S = 60


class NotPossible(Exception):
    """This way of making the environment does not work here; the text says why."""


def main() -> int:
    """Make the environment named by the only argument; exit code 0 when it has a working pip."""
    if len(sys.argv) != 2:
        print("usage: make_venv.py DIRECTORY", file=sys.stderr)
        return 2
    target = Path(sys.argv[1]).absolute()
    if _has_pip(target):
        return 0
    reasons = []
    ways: tuple[Callable[[Path], None], ...] = (
        _with_ensurepip,
        _with_virtualenv,
        _with_uv,
        _with_outer_pip,
        _with_wheel,
    )
    for way in ways:
        shutil.rmtree(target, ignore_errors=True)
        try:
            way(target)
        except (NotPossible, OSError) as error:
            reasons.append(f"  {way.__name__.removeprefix('_')}: {error}")
            continue
        if _has_pip(target):
            return 0
        reasons.append(f"  {way.__name__.removeprefix('_')}: pip does not start in the new environment")
    shutil.rmtree(target, ignore_errors=True)
    print(f"No virtual environment could be made with {sys.executable}:", *reasons, sep="\n", file=sys.stderr)
    print("Install python3-venv (Debian: apt-get install python3-venv) and try again.", file=sys.stderr)
    return 1


def _python(target: Path) -> Path:
    return target / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _has_pip(target: Path) -> bool:
    """Whether the environment runs a Python that is new enough, from this very directory, with pip."""
    check = "import sys, pip; print(sys.prefix); sys.exit(sys.version_info < (3, 11))"
    try:
        done = subprocess.run([_python(target), "-c", check], capture_output=True, text=True)
    except OSError:
        return False
    return done.returncode == 0 and Path(done.stdout.strip()).resolve() == target.resolve()


def _run(*command: str | Path) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        raise NotPossible(str(error)) from error
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"]
        raise NotPossible(lines[-1])


def _bare(target: Path) -> None:
    _run(sys.executable, "-m", "venv", "--without-pip", target)


def _with_ensurepip(target: Path) -> None:
    _run(sys.executable, "-c", "import ensurepip")
    _run(sys.executable, "-m", "venv", target)


def _with_virtualenv(target: Path) -> None:
    try:
        _run(sys.executable, "-m", "virtualenv", "--quiet", target)
    except NotPossible:
        _run("virtualenv", "--quiet", "--python", sys.executable, target)


def _with_uv(target: Path) -> None:
    _run("uv", "venv", "--quiet", "--seed", "--python", sys.executable, target)


def _with_outer_pip(target: Path) -> None:
    _bare(target)
    _run(sys.executable, "-m", "pip", "--python", _python(target), "install", "--quiet", "pip")


def _with_wheel(target: Path) -> None:
    _bare(target)
    with tempfile.TemporaryDirectory() as directory:
        wheel = _download_pip(Path(directory))
        # A wheel is a zip file, and Python runs the package inside it.
        _run(_python(target), wheel / "pip", "install", "--quiet", "--no-index", "--no-deps", wheel)


def _download_pip(directory: Path) -> Path:
    page_url = _index_url().rstrip("/") + "/pip/"
    links = _Links()
    links.feed(_fetch(page_url).decode())
    newest = max((link for link in links.found if _usable(link)), key=_version, default=None)
    if newest is None:
        raise NotPossible(f"no pip wheel for this Python among {len(links.found)} links")
    href, _ = newest
    url, fragment = urllib.parse.urldefrag(urllib.parse.urljoin(page_url, href))
    body = _fetch(url)
    algorithm, _, digest = fragment.partition("=")
    if algorithm in hashlib.algorithms_guaranteed and hashlib.new(algorithm, body).hexdigest() != digest:
        raise NotPossible("the downloaded pip wheel does not have the checksum that the index gives")
    wheel = directory / Path(urllib.parse.urlsplit(url).path).name
    wheel.write_bytes(body)
    return wheel


def _index_url() -> str:
    """The index that pip would use: PIP_INDEX_URL, else pip's configuration files, else its default."""
    if url := os.environ.get("PIP_INDEX_URL"):
        return url
    files = [
        Path(os.environ.get("PIP_CONFIG_FILE", os.devnull)),
        Path.home() / ".config/pip/pip.conf",
        Path.home() / ".pip/pip.conf",
        Path("/etc/xdg/pip/pip.conf"),
        Path("/etc/pip.conf"),
    ]
    for file in files:
        parser = configparser.RawConfigParser()
        parser.read(file)
        for section in ("install", "global"):
            if parser.has_option(section, "index-url"):
                return parser.get(section, "index-url")
    return DEFAULT_INDEX


def _fetch(url: str) -> bytes:
    parts = urllib.parse.urlsplit(url)
    headers = {"Accept": "application/vnd.pypi.simple.v1+html, text/html;q=0.5, */*;q=0.1"}
    if parts.username:
        userinfo, _, _ = parts.netloc.rpartition("@")
        token = base64.b64encode(urllib.parse.unquote(userinfo).encode()).decode()
        headers["Authorization"] = f"Basic {token}"
        url = url.replace(f"{userinfo}@", "", 1)
    request = urllib.request.Request(url, headers=headers)
    context = ssl.create_default_context(cafile=os.environ.get("PIP_CERT"))
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S, context=context) as response:
            body: bytes = response.read()
    except OSError as error:
        raise NotPossible(f"the package index {parts.hostname} did not answer: {error}") from error
    return body


class _Links(HTMLParser):
    """The links of a simple index page (PEP 503) as (href, required Python)."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a" and (href := values.get("href")) and "data-yanked" not in values:
            self.found.append((href, values.get("data-requires-python") or ""))


def _version(link: tuple[str, str]) -> tuple[int, ...]:
    match = re.search(r"/pip-([0-9.]+)-py3-none-any\.whl", "/" + link[0])
    return tuple(int(part) for part in match[1].split(".")) if match else ()


def _usable(link: tuple[str, str]) -> bool:
    """Whether the link is a released pip wheel that runs on this Python."""
    lowest = re.search(r">=\s*(\d+)\.(\d+)", link[1])
    new_enough = lowest is None or sys.version_info >= (int(lowest[1]), int(lowest[2]))
    return bool(_version(link)) and new_enough


if __name__ == "__main__":
    sys.exit(main())
