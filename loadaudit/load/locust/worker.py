"""A load worker for a master elsewhere: `python -m loadaudit.load.locust.worker --master HOST:PORT --plan FILE`.

Locust has the users, the heartbeats and the messages; the requests are sent by the same load processes as without it.
"""

import argparse
import contextlib
import importlib
import json
import os
import queue
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from loadaudit.errors import LoadauditError, UsageError
from loadaudit.load.batches import encode_batch
from loadaudit.load.engine import Engine, Finished, SamplesArrived, TimePassed, WorkerLost
from loadaudit.load.job import Job
from loadaudit.load.locust.planfile import PlanFile, Scripted, read_plan_file
from loadaudit.load.locust.words import ENDED, GO, LINES, PING, PONG, STOP, VERDICT
from loadaudit.load.sessions import Verdict
from loadaudit.load.sharing import split_users
from loadaudit.records import Lane
from loadaudit.runfile.codec import from_plain, to_plain

SAMPLES_PER_LINE = 1000
"""So that a message stays far below the longest that the master receives."""

_SEND_INTERVAL_S = 0.1


class Load:
    """This worker's share of the load, in processes and threads beside Locust's own loop."""

    def __init__(self, job: Job, shares: Sequence[Job], scripts: Any, log_path: Path) -> None:
        self._job = job
        self._shares = shares
        self._scripts = scripts
        self._log_path = log_path
        self._engine: Engine | None = None
        self.outbox: queue.SimpleQueue[tuple[str, dict[str, Any]]] = queue.SimpleQueue()
        """Messages for the master."""
        self.ended = threading.Event()
        self._stopping = False

    def begin(self, epoch_ns: int) -> None:
        """Start the virtual users; a second call does nothing."""
        if self._engine is not None:
            return
        shares = [replace(one, epoch_ns=epoch_ns) for one in self._shares]
        self._engine = Engine(self._job, log_path=self._log_path, shares=shares)
        if self._scripts is not None:
            self._scripts.job = replace(self._job, epoch_ns=epoch_ns)
            self._scripts.start()
        self._engine.start()
        threading.Thread(target=self._run, args=(self._engine,), daemon=True).start()

    @property
    def begun(self) -> bool:
        """Whether the virtual users were started."""
        return self._engine is not None

    def stop(self, *, patient: bool) -> None:
        """Begin no further request."""
        self._stopping = True
        if self._engine is not None:
            self._engine.stop(patient=patient)

    def tell(self, verdict: Verdict) -> None:
        """Hand over a word about a session."""
        if self._engine is not None:
            self._engine.tell(verdict)

    def kill(self) -> None:
        """End everything at once."""
        if self._engine is not None:
            self._engine.kill()

    def _run(self, engine: Engine) -> None:
        try:
            reason = self._relay(engine)
        except Exception as failure:  # whatever it is, the master must hear of it
            reason = f"{type(failure).__name__}: {failure}"
        dropped = {lane.value: count for lane, count in engine.dropped.items()}
        self.outbox.put((ENDED, {"reason": reason, "dropped": dropped}))
        self.ended.set()

    def _relay(self, engine: Engine) -> str:
        lost: list[str] = []
        for event in engine.events():
            if isinstance(event, SamplesArrived):
                self._put(event.samples, event.traces)
            elif isinstance(event, WorkerLost):
                lost.append(event.detail)
            elif isinstance(event, Finished):
                break
            elif not isinstance(event, TimePassed):
                self._line({"event": type(event).__name__, "facts": to_plain(event)})
            self._take_scripted()
        while self._scripts is not None and self._scripts.alive and not self._stopping and not self._shares:
            time.sleep(_SEND_INTERVAL_S)
            self._take_scripted()
        if self._scripts is not None:
            if dropped := self._scripts.dropped():
                engine.dropped[Lane.LIGHT] += dropped
            notes = self._scripts.stop()
            self._take_scripted()
            for note in notes:
                self._line({"note": note})
        return "; ".join(lost)

    def _take_scripted(self) -> None:
        if self._scripts is not None:
            samples, traces = self._scripts.take()
            self._put(samples, traces)

    def _put(self, samples: Any, traces: Any) -> None:
        samples, traces = list(samples), list(traces)
        while samples or traces:
            part, samples = samples[:SAMPLES_PER_LINE], samples[SAMPLES_PER_LINE:]
            some, traces = traces[:SAMPLES_PER_LINE], traces[SAMPLES_PER_LINE:]
            self.outbox.put((LINES, {"line": encode_batch(part, some)}))

    def _line(self, document: Any) -> None:
        self.outbox.put((LINES, {"line": json.dumps(document, separators=(",", ":"))}))


def share_of(plan: PlanFile, index: int) -> tuple[tuple[Job, ...], tuple[int, ...]]:
    """Return what each process of worker `index` carries, and which of the plan's scripted users are its own."""
    shares = split_users(plan.job, plan.workers * plan.processes)
    scripted = plan.scripted.users if plan.scripted else ()
    return tuple(shares[index :: plan.workers]), tuple(user.index for user in scripted[index :: plan.workers])


def share_sizes(plan: PlanFile) -> list[int]:
    """Return how many virtual users each worker carries."""
    parts = [share_of(plan, index) for index in range(plan.workers)]
    return [sum(len(one.users) for one in shares) + len(own) for shares, own in parts]


def _scripts_of(plan: PlanFile) -> Any:
    """Return what runs the project's own scenarios, of all their users; None when the plan has none.

    It takes as long as the project takes to start, so it is done before the master expects a sign of life.
    """
    if plan.scripted is None:
        return None
    module, _, name = plan.scripted.hook.partition(":")
    return getattr(importlib.import_module(module), name)(plan.scripted, plan.job)


def _check_project(scripted: Scripted | None) -> None:
    """Raise UsageError when the plan has scenarios and the project's code is not here."""
    if scripted is None:
        return
    sys.path.insert(0, str(Path.cwd()))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", scripted.settings_module)
    name = os.environ["DJANGO_SETTINGS_MODULE"]
    try:
        importlib.import_module(name.partition(".")[0])
    except ImportError as error:
        raise UsageError(
            f"The plan has hand-written scenarios, and the project's code is not here: {error}.",
            hint="Start the worker in the project's folder, with its packages installed, or plan without scenarios: "
            "--only PATTERN leaves them out.",
        ) from error


class _Worker:
    """Joins Locust's runner with our load."""

    def __init__(self, plan: PlanFile, host: str, port: int, folder: Path) -> None:
        # Locust's loop is ours alone here, and the load beside it needs real threads.
        os.environ["LOCUST_SKIP_MONKEY_PATCH"] = "1"
        import gevent
        from locust.env import Environment
        from locust.exception import RPCError, StopUser
        from locust.user import User, task
        from locust.user.wait_time import constant

        from loadaudit.load.locust import channel

        channel.install_worker(plan.key)
        scripts = _scripts_of(plan)
        self._gevent, self._rpc_error = gevent, RPCError
        worker = self

        class VirtualUser(User):
            """Stands for one virtual user of the plan as long as the load lasts."""

            wait_time = constant(0)

            @task
            def stand(self) -> None:
                """Wait for the end of the load."""
                while not worker.load.ended.is_set():
                    gevent.sleep(_SEND_INTERVAL_S)
                raise StopUser

        self._runner: Any = Environment(user_classes=[VirtualUser]).create_worker_runner(host, port)
        shares, own = share_of(plan, max(0, self._runner.worker_index))
        if scripts is not None:
            scripts.users = [user for user in scripts.users if user.index in own]
        self.load = Load(plan.job, shares, scripts if own else None, folder / "workers.log")
        self._asked_to_end = False
        for word, answer in ((PING, self._ping), (GO, self._go), (STOP, self._stop), (VERDICT, self._verdict)):
            self._runner.register_message(word, answer)

    def run(self) -> int:
        """Serve the master until it is through with us; return the exit code."""
        signal.signal(signal.SIGINT, self._interrupt)
        signal.signal(signal.SIGTERM, self._interrupt)
        sequence, told_end = 0, False
        while True:
            for word, data in self._waiting():
                sequence += 1
                self._send(word, {**data, "sequence": sequence})
                told_end = told_end or word == ENDED
            if self._over(told_end):
                break
            self._gevent.sleep(_SEND_INTERVAL_S)
        self.load.kill()
        return 0 if told_end else 1

    def _over(self, told_end: bool) -> bool:
        """Whether the master has said good-bye, or is gone, or nobody waits for us any more."""
        return not self._runner.greenlet or (told_end and self._asked_to_end)

    def _waiting(self) -> Iterator[tuple[str, dict[str, Any]]]:
        while not self.load.outbox.empty():
            yield self.load.outbox.get()

    def _send(self, word: str, data: dict[str, Any]) -> None:
        for _ in range(50):
            try:
                self._runner.send_message(word, data)
                return
            except self._rpc_error:
                # The queue to the master is full; what waits here waits in order.
                self._gevent.sleep(_SEND_INTERVAL_S)

    def _ping(self, environment: Any, msg: Any) -> None:
        self._runner.send_message(
            PONG,
            {"sent_ns": msg.data["sent_ns"], "monotonic_ns": time.monotonic_ns(), "wall_ns": time.time_ns()},
        )

    def _go(self, environment: Any, msg: Any) -> None:
        self.load.begin(int(msg.data["epoch_ns"]))

    def _stop(self, environment: Any, msg: Any) -> None:
        self.load.stop(patient=bool(msg.data["patient"]))

    def _verdict(self, environment: Any, msg: Any) -> None:
        self.load.tell(from_plain(Verdict, msg.data["verdict"]))

    def _interrupt(self, *_: Any) -> None:
        if self._asked_to_end:
            self.load.kill()
            os._exit(1)
        print("Ending this worker's part of the load; once more ends it at once.", file=sys.stderr)
        self._asked_to_end = True
        self.load.stop(patient=False)
        if self.load.ended.is_set() or not self.load.begun:
            os._exit(1)


def main(arguments: list[str] | None = None) -> int:
    """Run a worker and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m loadaudit.load.locust.worker", description=__doc__)
    parser.add_argument("--master", required=True, metavar="HOST:PORT", help="As the command that waits for us says")
    parser.add_argument("--plan", required=True, type=Path, metavar="FILE", help="The plan file that it has written")
    options = parser.parse_args(arguments)
    try:
        host, port = _place(options.master)
        plan = read_plan_file(options.plan)
        _check_installed()
        _check_project(plan.scripted)
        with tempfile.TemporaryDirectory(prefix="loadaudit-worker-") as folder:
            return _Worker(plan, host, port, Path(folder)).run()
    except LoadauditError as error:
        print(error, file=sys.stderr)
        return int(error.exit_code)
    except ConnectionError:
        print(f"No master answers at {options.master}. Does the command still wait for workers?", file=sys.stderr)
        return 4


def _check_installed() -> None:
    from loadaudit.load.locust.engine import check_installed

    check_installed()


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise UsageError(f"--master wants HOST:PORT, found {text!r}.", hint="Copy it from the command that waits.")
    return host.strip("[]"), int(port)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
