"""The embedded server as the run sees it: started behind a guardian, ready when every worker has said hello."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from loadaudit.errors import AbortedError, UsageError
from loadaudit.load.receiver import TraceReceiver
from loadaudit.load.wire import Hello

START_TIMEOUT_S = 180.0
"""Large projects import for a minute where the machine is busy; a server that ends is noticed at once."""
STOP_TIMEOUT_S = 20.0
SPEC_VARIABLE = "LOADAUDIT_SERVER_SPEC"
_LOG_LINES_SHOWN = 12
_BACK_S = 20.0
"""Time for the first worker of those that were replaced."""

_LOOK_S = 0.5
_COMPUTES = 0.1
"""Part of a processor: a loop has more of it beside many others as well, and an idle worker a hundredth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """How the embedded server runs."""

    application: str
    """Dotted string of the WSGI callable, `module:attribute`."""
    spec: Mapping[str, object]
    """Read by the WSGI entry from the JSON file that `LOADAUDIT_SERVER_SPEC` names."""
    workers: int = 2
    threads: int = 4
    port: int = 0
    """0: any free port."""
    config_file: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


class EmbeddedServer:
    """gunicorn on loopback, alive only as long as this process. A context manager; `folder` is removed at the end."""

    def __init__(self, options: ServerOptions, receiver: TraceReceiver, folder: Path) -> None:
        self._options = options
        self._receiver = receiver
        self._folder = folder
        self._log_path = folder / "server.log"
        self._guardian: subprocess.Popen[bytes] | None = None
        self.port = 0
        self._silent = 0
        self._is_disturbed = False

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def alive(self) -> bool:
        """Whether the server still runs."""
        return self._guardian is not None and self._guardian.poll() is None

    def stop(self) -> None:
        """End the server and wait until it has ended; does nothing when it has."""
        guardian = self._guardian
        if guardian is None:
            return
        if guardian.stdin and not guardian.stdin.closed:
            guardian.stdin.close()
        try:
            guardian.wait(timeout=STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            guardian.kill()
            guardian.wait()

    def note_silence(self) -> None:
        """Note that a request has had no answer in time: whatever works at it may keep its thread for ever.

        A worker that goes on computing with nothing else to do is replaced: it would take the processor from others.
        Where as many as half of the threads may be lost otherwise, all workers are. Not meant for the load.
        """
        if self._is_disturbed:
            return
        lost = self._computing()
        if not lost:
            self._silent += 1
            if 2 * self._silent < self._options.workers * self._options.threads:
                return
            self._silent, lost = 0, self._workers()
        hellos = len(self.hellos)
        for worker in lost:
            with suppress(psutil.Error):
                # It would wait for the threads; gunicorn starts another one at once.
                worker.kill()
        if len(lost) == self._options.workers:
            # What is sent meanwhile would have no answer in time either.
            self._receiver.wait_for(lambda: len(self.hellos) > hellos, timeout_s=_BACK_S)

    def _computing(self) -> list[psutil.Process]:
        """Return the workers that take a noticeable part of a processor, for which it is looked for a moment."""
        before_s = {worker: _cpu_s(worker) for worker in self._workers()}
        time.sleep(_LOOK_S)
        return [worker for worker, used_s in before_s.items() if _cpu_s(worker) - used_s > _COMPUTES * _LOOK_S]

    @contextmanager
    def under_load(self) -> Iterator[None]:
        """Leave the workers alone: under load others wait for theirs, and requests have no answer for other reasons."""
        self._is_disturbed = True
        try:
            yield
        finally:
            self._is_disturbed, self._silent = False, 0

    def _workers(self) -> list[psutil.Process]:
        if self._guardian is None:
            return []
        with suppress(psutil.Error):
            return [one for master in psutil.Process(self._guardian.pid).children() for one in master.children()]
        return []

    def log_tail(self) -> str:
        """Return the last lines that the server wrote."""
        if not self._log_path.exists():
            return ""
        return tail_of(self._log_path.read_text(errors="replace"))

    def _start(self) -> None:
        listener = listen(self._options.port)
        self.port = listener.getsockname()[1]
        spec_path = write_private(self._folder / "spec.json", self._options.spec)
        serve_path = write_private(self._folder / "serve.json", self._gunicorn_document(listener.fileno()))
        with self._log_path.open("ab") as log:
            self._guardian = subprocess.Popen(
                [
                    *(sys.executable, "-m", "loadaudit.load.guardian", str(self._folder), str(listener.fileno())),
                    *(sys.executable, "-m", "loadaudit.load.gunicorn_app", str(serve_path)),
                ],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=[listener.fileno()],
                start_new_session=True,
                env=self._environment(spec_path),
            )
        # Only the server may hold the socket, so that a dead server refuses connections instead of queueing them.
        listener.close()
        self._await_workers()

    def _await_workers(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self._receiver.wait_for(lambda: len(self.hellos) >= self._options.workers, timeout_s=0.2):
                return
            if not self.alive:
                raise AbortedError(
                    f"The embedded server ended while it started. Its last lines:\n{self.log_tail()}",
                    hint="Try the project alone: python -m gunicorn <project>.wsgi",
                )
        raise AbortedError(
            f"The embedded server was not ready after {START_TIMEOUT_S:.0f} s. Its last lines:\n{self.log_tail()}",
            hint="Look for work that the project does when it starts.",
        )

    @property
    def hellos(self) -> list[Hello]:
        """What the workers said when they were ready."""
        return self._receiver.hellos

    def _gunicorn_document(self, descriptor: int) -> dict[str, object]:
        options: dict[str, object] = {
            "bind": f"fd://{descriptor}",
            "worker_class": "gthread",
            "workers": self._options.workers,
            "threads": self._options.threads,
            "loglevel": "warning",
            "reload": False,
            "daemon": False,
            "preload_app": False,
            "control_socket_disable": True,
        }
        return {
            "application": self._options.application,
            "options": options,
            "config_file": self._options.config_file,
        }

    def _environment(self, spec_path: Path) -> dict[str, str]:
        environment = project_environment() | dict(self._options.environment) | {SPEC_VARIABLE: str(spec_path)}
        environment.pop("GUNICORN_FD", None)
        environment.pop("GUNICORN_CMD_ARGS", None)
        return environment


def project_environment() -> dict[str, str]:
    """Return an environment in which the project and this package can be imported as they are here.

    Settings that a command of the project's own has read from a file, wherever that is, are imported from its folder.
    """
    entries = [entry or str(Path.cwd()) for entry in sys.path]
    name = os.environ.get("DJANGO_SETTINGS_MODULE", "")
    file = getattr(sys.modules.get(name), "__file__", None)
    if file and Path(file).name == f"{name}.py":
        entries = list(dict.fromkeys([*entries, str(Path(file).absolute().parent)]))
    return os.environ | {"PYTHONPATH": os.pathsep.join(entries)}


def listen(port: int) -> socket.socket:
    """Return a socket that listens on 127.0.0.1. Raises UsageError when the port is taken or not allowed."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(
            f"The embedded server cannot listen on 127.0.0.1:{port}: {error}.",
            hint="Choose another port with --port, or leave the option out for any free one.",
        ) from error
    listener.listen(2048)
    return listener


def write_private(path: Path, document: Mapping[str, object]) -> Path:
    """Write a new JSON file that nobody else may read, and return its path."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(document, stream)
    return path


def tail_of(log: str) -> str:
    """Return the last lines of a server's log, without how gunicorn itself ends behind what a worker failed with."""
    if gunicorns := log.find("gunicorn.errors.HaltServer") + 1:
        log = log[: log.rfind("Traceback (most recent call last):", 0, gunicorns)]
    return "\n".join(log.strip().splitlines()[-_LOG_LINES_SHOWN:])


def _cpu_s(process: psutil.Process) -> float:
    """Return the processor's time that a process has used, 0 where it is gone."""
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)
