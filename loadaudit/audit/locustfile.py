"""A run whose load is a team's own locustfile, sent by Locust, recorded and judged like any other."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from loadaudit.audit.addresses import Addresses
from loadaudit.audit.explaining import note_servers
from loadaudit.audit.interrupts import Interruption, Interrupts
from loadaudit.audit.logins import Logins
from loadaudit.audit.options import Observer, RunOptions
from loadaudit.audit.places import Place
from loadaudit.audit.recording import LoadResult, Recording
from loadaudit.audit.run import FinishedRun, begun, ended, environment_of, finished, place_of
from loadaudit.audit.sessions import SessionKeeper
from loadaudit.conf import Config
from loadaudit.errors import AbortedError, UsageError
from loadaudit.load.job import Job, Target
from loadaudit.load.locust.engine import LocustfileEngine, check_installed
from loadaudit.load.locust.spec import Spec, write_spec
from loadaudit.probes.series import SeriesSampler
from loadaudit.records import IN_A_LOOP, Inventory, Plan, RunInfo
from loadaudit.runfile import folder as runs_folder
from loadaudit.runfile.writer import RunWriter

_NO_LIMIT_S = 7 * 24 * 3600.0
_GRACE_S = 60.0
"""Locust ends by itself; only one that does not is ended from here."""

_WARM_UP_REQUESTS = 4

_NOT_OURS = ("--master", "--worker", "-f", "--locustfile", "-H", "--host")


@dataclass(frozen=True, slots=True, kw_only=True)
class Locustfile:
    """What the operator said about Locust."""

    files: tuple[Path, ...]
    """Or folders of them."""
    arguments: tuple[str, ...] = ()
    """Options of Locust itself."""
    users: int | None = None
    """None: as Locust's own options say."""

    @property
    def name(self) -> str:
        """The names of the files, as reports have them."""
        return ", ".join(one.name for one in self.files)


def run_locustfile(config: Config, options: RunOptions, locustfile: Locustfile, observer: Observer) -> FinishedRun:
    """Make a run with the load of a locustfile and return its file and analysis.

    Raises UsageError when Locust cannot begin, and otherwise as `run`.
    """
    check_installed()
    _check(locustfile, options)
    # Its users log in by themselves, with passwords that must stay as they are.
    options = replace(options, anonymous=True, preflight=False)
    with Interrupts() as interrupts:
        inventory, info = begun(config, options, observer)
        path = runs_folder.path_of(config.runs_dir, info.id)
        with ExitStack() as stack:
            place_stack = stack.enter_context(ExitStack())
            place = place_stack.enter_context(place_of(config, options, info.id, observer))
            observer.phase("Starting Locust")
            _warm_up(place)
            load = _Load(config, options, locustfile, observer, inventory, place)
            place_stack.enter_context(load.engine)
            load.engine.begin()
            # Only now, so that a locustfile that cannot be read leaves no run behind.
            info = _described(info, load, environment_of(place, config))
            writer = stack.enter_context(RunWriter(path, info))
            aborted, result = load.recorded(writer, interrupts)
            place_stack.close()
            for text in place.late_messages:
                writer.add_message(text)
            if not info.users:
                # A shape of its own says how many only as it goes.
                info = replace(info, users=load.engine.most_users)
            observer.phase("Analysing")
            info = ended(info, aborted, result, "")
            return finished(path, writer, info, config, aborted, detailed=options.detailed)


def operation_finder(inventory: Inventory, prefix: str = "") -> Callable[[str, str], str]:
    """Return what finds the id of a method and a path by the project's resolver; `prefix` is FORCE_SCRIPT_NAME."""
    addresses = Addresses(inventory.operations)

    @lru_cache(maxsize=10_000)
    def of_path(method: str, path: str) -> str:
        return addresses.operation_of(method, path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path)

    return lambda method, path: of_path(method, path.partition("?")[0])


def _warm_up(place: Place) -> None:
    """Let the embedded server's processes answer for the first time, which no user of a running site waits for."""
    if place.server is not None:
        client = place.client(0)
        try:
            for _ in range(_WARM_UP_REQUESTS):
                client.get("/")
        except OSError:
            # Whatever it is, the load will say so.
            pass
        finally:
            client.close()


def _check(locustfile: Locustfile, options: RunOptions) -> None:
    for file in locustfile.files:
        if not file.exists():
            raise UsageError(f"--locustfile {file}: there is no such file.", hint="Correct the path.")
    if options.shape != IN_A_LOOP:
        raise UsageError(
            "A locustfile has a load shape of its own: --rate, --stages, --iterations and --warm-up are for the plan.",
            hint="Leave them out. --users and --duration are handed to Locust; more goes behind --, as -- -r 5.",
        )
    for one in locustfile.arguments:
        if one.partition("=")[0] in _NOT_OURS:
            raise UsageError(
                f"{one} cannot be given to a Locust that loadaudit starts.",
                hint="The target is the clone, or --target URL; -- --processes N uses several cores. With workers on "
                "other machines start Locust yourself, with `import loadaudit.contrib.locust` in the locustfile.",
            )


class _Load:
    """The load of one locustfile."""

    def __init__(
        self,
        config: Config,
        options: RunOptions,
        locustfile: Locustfile,
        observer: Observer,
        inventory: Inventory,
        place: Place,
    ) -> None:
        self._config = config
        self._observer = observer
        self._inventory = inventory
        self._place = place
        self._seed = options.seed
        self._begin_ns = time.monotonic_ns()
        self._writer: RunWriter | None = None
        self.locustfile = locustfile
        spool = place.folder / "locust"
        spool.mkdir(mode=0o700)
        self.engine = LocustfileEngine(
            [",".join(map(str, locustfile.files)), *locustfile.arguments],
            write_spec(self._spec(options, spool), spool / "spec.json"),
            spool,
            operation_of=operation_finder(inventory, place.target.script_prefix),
            keep=lambda verdicts: self._writer.add_tool_verdicts(verdicts) if self._writer else None,
            say=observer.phase,
        )

    def plan(self) -> Plan:
        """Return the plan as Locust has settled it: everything that is sent is the file's own will."""
        hello, name = self.engine.hello, self.locustfile.name
        limit_s = hello["run_time_s"]
        shape = f", shaped by {hello['shape']}" if hello["shape"] else ""
        notes = [
            f"The load was that of {name} under Locust {hello['locust']}: {', '.join(hello['users'])}{shape}. "
            "Its users logged in by themselves; whom a request was meant for is known from its trace alone."
        ]
        notes += [f"{one}, which the locustfile names as its host, stood for the target." for one in hello["stand_ins"]]
        return Plan(
            requests=(),
            exclusions=(),
            identities=(),
            users=int(hello["num_users"] or 0),
            duration_s=limit_s,
            max_duration_s=limit_s + _GRACE_S if limit_s else _NO_LIMIT_S,
            notes=tuple(notes),
            seed=self._seed,
            sender=name,
        )

    def recorded(self, writer: RunWriter, interrupts: Interrupts) -> tuple[AbortedError | None, LoadResult | None]:
        """Record what Locust sends until it ends; an abort is returned, so that the rest is still analysed."""
        self._writer, plan, place, observer = writer, self.plan(), self._place, self._observer
        writer.add_inventory(self._inventory)
        writer.add_plan(plan)
        for note in (*self._inventory.notes, *plan.notes, *place.messages):
            writer.add_message(note)
            observer.note(note)
        job = self._job(plan)
        if place.inbox is not None:
            place.inbox.epoch_ns = job.epoch_ns
        observer.phase(f"Load: {self.locustfile.name} under Locust {self.engine.hello['locust']}")
        observer.load_begins({one.id: one.category for one in self._inventory.operations}, plan)
        logins = Logins(place=place, inventory=self._inventory, config=self._config)
        keeper = SessionKeeper(job, logins, writer, observer)
        try:
            with SeriesSampler(place.probes, writer, epoch_ns=job.epoch_ns):
                result = Recording(job, plan, place, writer, observer, interrupts, keeper).drive(self.engine)
            note_servers(place, writer)
        except Interruption as interruption:
            return interruption.error, None
        except AbortedError as error:
            return error, None
        finally:
            for note in self.engine.notes():
                writer.add_message(note)
                observer.phase(note)
        if result.reason.startswith("aborted: "):
            return AbortedError(result.reason.removeprefix("aborted: "), hint="What was recorded is kept."), result
        return None, result

    def _spec(self, options: RunOptions, spool: Path) -> Spec:
        return Spec(
            target=_as_presented(self._place.target),
            token=self._place.token,
            tag=self._place.tag,
            epoch_ns=self._begin_ns,
            folder=str(spool),
            writes=options.writes,
            allowed=options.allow_outgoing,
            users=self.locustfile.users,
            duration_s=options.duration_s,
            default_users=options.users,
            default_duration_s=options.at_most_s,
        )

    def _job(self, plan: Plan) -> Job:
        return Job(
            target=self._place.target,
            token=self._place.token,
            tag=self._place.tag,
            requests=(),
            users=(),
            think_time_s=plan.think_time_s,
            seed=plan.seed,
            epoch_ns=self._begin_ns + self.engine.ready_ns,
        )


def _as_presented(target: Target) -> Target:
    """Return the target with the scheme that the project believes in, by which cookies and redirects are made."""
    if target.connect_to and target.present_https:
        return replace(target, base_url=target.base_url.replace("http://", "https://", 1))
    return target


def _described(info: RunInfo, load: _Load, environment: dict[str, str]) -> RunInfo:
    plan = load.plan()
    facts = {"load": f"locustfile {plan.sender}", "locust": str(load.engine.hello["locust"])}
    return replace(
        info, users=plan.users, duration_s=plan.duration_s, environment={**info.environment, **environment, **facts}
    )
