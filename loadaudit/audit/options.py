"""What the operator asked of a run, and who watches it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from loadaudit.inventory.filters import Filters
from loadaudit.load.locust.distributed import Workers
from loadaudit.records import IN_A_LOOP, LoginAttempt, Plan, Sample, Shape, Trace

DEFAULT_MAX_DURATION_S = 60.0
DEFAULT_USERS = 10
ITERATIONS_MAX_DURATION_S = 3600.0
"""Of a load that ends after so many requests: it must end when the target answers none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which operations an operator wants."""

    filters: Filters = field(default_factory=Filters)
    include_admin: bool = False
    urlconfs: tuple[str, ...] = ()
    """Modules, or hosts and modules as in `api.example.com=api.urls`; empty: ROOT_URLCONF."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long requests of the load may take, unless a rule of the settings says something else."""

    connect_s: float = 10.0
    first_byte_s: float | None = None
    """Until the answer begins; None: the whole answer's limit alone."""
    total_s: float | None = None
    """For the whole answer; None: as the lane has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The options of `run` and `plan`."""

    selection: Selection = Selection()
    label: str = ""
    note: str = ""
    users: int = DEFAULT_USERS
    duration_s: float | None = None
    """None: until every operation has 20 samples, heavy ones 3, at most `at_most_s`."""
    at_most_s: float = DEFAULT_MAX_DURATION_S
    """Of a load that ends when every operation has its samples."""
    think_time_s: float = 0.1
    shape: Shape = IN_A_LOOP
    timeouts: Timeouts = Timeouts()
    http2: bool = False
    seed: int = 0
    hot_rows: int | None = None
    """Rows that each operation is sent to; None: as many as the plan finds."""
    anonymous: bool = False
    login_vus: int | None = None
    """How many virtual users log in for real; the others get sessions made on the server side. None: all."""
    isolate: bool = True
    preflight: bool = True
    """Whether each operation is first sent alone."""
    writes: bool = True
    destructive: bool = True
    allow_outgoing: tuple[str, ...] = ()
    """Hosts, perhaps with a port, that an isolated run may reach besides its own services."""
    target: str = ""
    """URL of a remote target; empty: the embedded server."""
    same_servers: bool = False
    """Whether the databases and caches of this process's settings are the remote target's, and not copies."""
    ca_file: str = ""
    """Certificates that are trusted at the target; empty: the system's."""
    cert_file: str = ""
    """The run's own certificate, and in `key_file`, or in the same file, its key."""
    key_file: str = ""
    proxy: str = ""
    """On the way to the target; empty: as the environment says."""
    load_workers: Workers | None = None
    """Where Locust takes its workers from; None: the load is sent without Locust."""
    port: int = 0
    workers: int = 2
    threads: int = 4
    server_config: str = ""
    tag_sql: bool = False
    """Whether the embedded server's statements carry their operation as a comment."""
    apm_sampled: bool = False
    """Whether an APM of the target is told to store the trace of each request."""
    thresholds: tuple[str, ...] = ()
    """Declared beside those of the settings."""
    detailed: bool = False
    """Whether the analysis has what the HTML page draws."""

    @property
    def load_s(self) -> float | None:
        """Length of the load as asked for; None: it ends by itself."""
        return self.duration_s if self.duration_s is not None else self.shape.duration_s

    @property
    def longest_s(self) -> float:
        """The longest that the load can take, warming up included."""
        ends_itself_s = ITERATIONS_MAX_DURATION_S if self.shape.iterations else self.at_most_s
        return self.shape.warm_up_s + (ends_itself_s if self.load_s is None else self.load_s)


class Observer(Protocol):
    """Watches a run; every method must return quickly and never raise."""

    def phase(self, text: str) -> None:
        """A part of the run began."""

    def note(self, text: str) -> None:
        """Something happened that the operator should know now."""

    def logged_in(self, attempt: LoginAttempt) -> None:
        """A virtual user's login ended."""

    def load_begins(self, categories: Mapping[str, str], plan: Plan) -> None:
        """The load begins; `categories` are those of the operations, by id."""

    def arrived(self, samples: tuple[Sample, ...], traces: list[Trace]) -> None:
        """Samples and traces came in."""

    def step(self, done: int, total: int) -> None:
        """So many of the operations of this part have been tried."""

    def tick(self, elapsed_s: float, limit_s: float | None) -> None:
        """The load goes on; `limit_s` is when it ends at the latest, None when nobody knows."""
