"""A Locust process under audit: `python -m loadaudit.load.locust.main LOCUSTFILE [options of Locust]`."""

import _thread
import atexit
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from loadaudit.load.locust.hops import WORKER_BITS, Hops, current
from loadaudit.load.locust.sockets import SocketGuard
from loadaudit.load.locust.spec import Spec, read_spec
from loadaudit.load.locust.spool import Spool

FLUSH_INTERVAL_S = 0.2
_GRACE_S = 10.0
_WEB_OPTIONS = ("--headful", "--autostart", "--web-port", "-P", "--web-host", "--class-picker", "--autoquit")

# Before Locust replaces them by its own, which would stop the whole process instead of a thread.
_start_thread, _sleep = _thread.start_new_thread, time.sleep


def audited(spec: Spec, spool: Spool) -> Hops:
    """Hook into the clients of this process and return the hooks' state."""
    hops = Hops(spec, spool)
    sockets = SocketGuard(
        hops.guard,
        within_request=lambda: current.get() is not None,
        refused=lambda place, why: spool.count(f"connection to {place}: {why}"),
        proxy=spec.target.proxy,
    )
    import locust

    from loadaudit.load.locust import listening, over_fasthttp, over_requests

    over_requests.install(hops)
    over_fasthttp.install(hops)
    listening.install(hops, locust.events)
    sockets.install()
    os.register_at_fork(after_in_child=spool.forget)
    atexit.register(spool.close)
    return hops


def begin_flushing(spool: Spool) -> None:
    """Write out what was collected every now and then, from now on."""
    import gevent

    def flush() -> None:
        told = False
        while True:
            gevent.sleep(FLUSH_INTERVAL_S)
            try:
                spool.flush()
            except OSError as error:
                if not told:
                    print(f"loadaudit: samples cannot be written: {error}", file=sys.stderr)
                told = True

    gevent.spawn(flush)


def numbered(hops: Hops, runner: Any) -> None:
    """Let the users of each process have numbers of their own."""
    index = getattr(runner, "worker_index", 0) if type(runner).__name__ == "WorkerRunner" else -1
    hops.first_vu = (index + 1) << WORKER_BITS


class _Start:
    """What is settled between the locustfile's import and the first user."""

    def __init__(self, hops: Hops, arguments: list[str]) -> None:
        self._hops = hops
        self._spec = hops.spec
        self._arguments = arguments
        self._shaped = False

    def install(self, locust_main: Any, events: Any) -> None:
        """Listen to Locust's own events."""
        original = locust_main.load_locustfile

        def load(*args: Any, **options: Any) -> Any:
            found = original(*args, **options)
            self._shaped = self._shaped or bool(found[-1])
            return found

        locust_main.load_locustfile = load
        events.init_command_line_parser.add_listener(self._defaults)
        events.init.add_listener(self._begin)

    def _defaults(self, parser: Any, **others: Any) -> None:
        """Give Locust our defaults; its own configuration files, environment and options win over them."""
        wants_web = any(one.partition("=")[0] in _WEB_OPTIONS for one in self._arguments)
        defaults: dict[str, Any] = {"only_summary": True, "headless": not wants_web}
        if not self._shaped:
            users = self._spec.default_users
            defaults |= {"num_users": users, "spawn_rate": users, "run_time": round(self._spec.default_duration_s)}
        parser.set_defaults(**defaults)

    def _begin(self, environment: Any, runner: Any, **others: Any) -> None:
        hops, options = self._hops, environment.parsed_options
        stand_ins = lead(hops, environment)
        numbered(hops, runner)
        import locust

        hops.spool.say(
            hello={
                "locust": locust.__version__,
                "at_ns": hops.now_ns() - self._spec.epoch_ns,
                "users": [one.__name__ for one in environment.user_classes],
                "stand_ins": stand_ins,
                "run_time_s": None if self._shaped else options.run_time,
                "num_users": options.num_users,
                "shape": type(environment.shape_class).__name__ if environment.shape_class else "",
            }
        )
        environment.events.spawning_complete.add_listener(
            lambda user_count, **others: hops.spool.say(users=int(user_count))
        )
        begin_flushing(hops.spool)
        die_with_parent()


def lead(hops: Hops, environment: Any) -> tuple[str, ...]:
    """Point every user class at the target; return the hosts that it stands in for."""
    given = str(environment.host or "")
    own = {one: str(one.host or "") for one in _classes_of(environment)}
    stand_ins = hops.stand_in({given, *own.values()})
    for one, host in own.items():
        one.host = hops.at_target(given or host)
    hosts = {one.host for one in own}
    # Locust gives its own host to every class; where theirs differ, each keeps the path that it begins with.
    environment.host = environment.parsed_options.host = hosts.pop() if len(hosts) == 1 else None
    return stand_ins


def _classes_of(environment: Any) -> set[Any]:
    """Return all user classes, also those that the web page may choose later."""
    return {*environment.user_classes, *(environment.available_user_classes or {}).values()}


def die_with_parent() -> None:
    """End this process when the command that started it does: the pipe on standard input ends with it."""
    _start_thread(_wait_for_end, ())


def _wait_for_end() -> None:
    while os.read(sys.__stdin__.fileno() if sys.__stdin__ else 0, 1):
        continue
    os.kill(os.getpid(), signal.SIGTERM)
    _sleep(_GRACE_S)
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def main(arguments: list[str]) -> None:
    """Run Locust on a locustfile with the hooks in place."""
    spec = read_spec()
    if spec is None:
        sys.exit("This is started by: manage.py loadaudit run --locustfile FILE")
    # Ctrl-C reaches the whole foreground group; the command alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    hops = audited(spec, Spool(Path(spec.folder)))
    import locust
    import locust.main

    from loadaudit.load.locust import over_fasthttp

    over_fasthttp.lead_the_way(hops)
    locustfile, *options = arguments
    given = [f"--users={spec.users}"] if spec.users is not None else []
    given += [f"--run-time={round(spec.duration_s)}s"] if spec.duration_s is not None else []
    _Start(hops, options).install(locust.main, locust.events)
    # As `locust` does, so that a locustfile finds the modules beside it.
    sys.path.insert(0, str(Path.cwd()))
    sys.argv = ["locust", "-f", locustfile, *given, *options]
    start: Any = locust.main.main
    start()


if __name__ == "__main__":
    main(sys.argv[1:])
