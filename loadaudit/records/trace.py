"""One request as the server saw it, and what it did there."""

from collections.abc import Mapping
from dataclasses import dataclass

RAISED_BY = "raised by "
"""Begins what stands for the words of a 404 that has none: the code that raised it."""


UNANSWERED = "no answer from "
"""Begins the note of a service to which a request could not connect; its place follows."""


TOLD = "sent on with a message: "
"""Begins a refusal that is a message of django.contrib.messages."""

LEFT_EARLY = "sent on before its work: "
"""Begins a refusal that is the line of a `return` in front of what a view is for."""


def leads_away(refusal: str) -> bool:
    """Whether a refusal is a redirect of the view's own, and not what a form said."""
    return refusal.startswith((TOLD, LEFT_EARLY))


@dataclass(slots=True, kw_only=True)
class StatementUse:
    """How often one request executed one statement, and how long that took.

    Not to be changed, as any record; not frozen, because that takes three times as long, in the request.
    """

    alias: str
    sql: str
    """With placeholders; literals are replaced before it is stored."""
    count: int
    total_ns: int
    max_ns: int
    rows: int = 0
    """Read, or written by a statement that writes; 0 also where the driver does not know."""
    call_site: str = ""
    """`file.py:line in function` of the project's own code, once a statement repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowWrite:
    """One row that a request read without a lock and wrote back; times are offsets from the start of the trace."""

    alias: str
    table: str
    row: str
    """Keyed hash of the row's key: tells rows apart and gives no value away."""
    values: Mapping[str, str]
    """Column → keyed hash of the number that was written, for plain numbers only."""
    read_end_ns: int
    """End of the last SELECT that read the row before."""
    write_start_ns: int
    write_end_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerException:
    """An exception that a view or middleware raised."""

    type: str
    message: str
    fingerprint: str
    """Hash of type and the frames of the traceback, without values."""
    traceback: str = ""
    """Text without local variables; only the first of each fingerprint carries it."""


@dataclass(slots=True, kw_only=True)
class Trace:
    """One request as the server saw it. Not to be changed, but not frozen, as `StatementUse`."""

    number: int
    """The sample's number."""
    method: str
    route: str
    """Readable route of the inventory, or the raw pattern when it is not known there; empty: nothing resolved."""
    view: str
    view_ran: bool
    user_id: str
    """Primary key as text; empty when the request was anonymous."""
    status: int
    start_ns: int
    """Monotonic clock of the server, relative to the start of the load where both share a machine, else 0."""
    service_ns: int
    cpu_ns: int
    """CPU of the request's own thread."""
    sql_count: int
    sql_ns: int
    statements: tuple[StatementUse, ...] = ()
    connections_opened: int = 0
    connections_left: int = 0
    """Opened by this request in a thread that has ended, and still open."""
    connect_ns: int = 0
    """Waiting for a database connection: made anew, or from a pool. This and the times up to `waiting_ns` exclude each
    other, and with it they add up to `service_ns`, but for what could not be explained."""
    database_ns: int = 0
    """Executing and fetching. Unlike in `sql_ns`, statements of the same moment in several threads count once."""
    commit_ns: int = 0
    """Commits and rollbacks; savepoints are statements."""
    http_ns: int = 0
    """Waiting for other services over HTTP."""
    cache_ns: int = 0
    """In caches, without what their backend asked of a database."""
    template_ns: int = 0
    """Rendering templates, without statements and caches that they used."""
    python_ns: int = 0
    """CPU of the request's threads outside of all of these."""
    waiting_ns: int = 0
    """Neither on the CPU nor in any of these: locks, sleeping, files, the interpreter lock, a busy machine."""
    commits: int = 0
    rollbacks: int = 0
    savepoints: int = 0
    rows: int = 0
    """That the statements read, as far as the driver tells."""
    sql_writes: int = 0
    """Statements that insert, change or delete."""
    http_calls: int = 0
    http_hosts: tuple[str, ...] = ()
    templates: int = 0
    """Rendered, included and extended ones too."""
    session_loads: int = 0
    session_saves: int = 0
    cache_gets: int = 0
    cache_hits: int = 0
    cache_sets: int = 0
    in_flight: int = 0
    """Requests that this worker process was serving when this one began, itself included."""
    exception: ServerException | None = None
    csrf_reason: str = ""
    not_found: str = ""
    """What the view's own 404 said, or where it was raised without a word; not kept in the run file."""
    told: str = ""
    """What a redirect of a write that has written nothing left as a message that speaks neither of success nor of
    trouble; not kept in the run file."""
    session_changed: bool = False
    """Whether the session was saved with something else in it than before, messages apart; not kept in the run file."""
    before_view: tuple[int, ...] = ()
    """Places among `statements` of those that ran before the view alone, as of a middleware; not kept in the run
    file."""
    denied: bool = False
    """PermissionDenied, or a redirect to a login page."""
    worker: int = 0
    """Process id of the server worker."""
    thread: int = 0
    """Of that process, as Python numbers its threads; its middleware ran in it."""
    summary_only: bool = False
    """From the Server-Timing header: statements and exceptions are not known."""
    outgoing: tuple[str, ...] = ()
    """What the request tried to do outside of an isolated run, each time: `refused api.example.com:443`,
    `refused redis FLUSHALL`, `mail`, `started: git`; and once each service that nothing could connect to:
    `no answer from localhost:8001`."""
    refusals: tuple[str, ...] = ()
    """Forms that did not take what was sent, with fields and error codes: `shop.forms.OrderForm: name (required)`;
    what redirected in front of the view: `sent on by shop.decorators.profile_required, before its view`; and of a view
    that redirected and wrote nothing what it left for the next page, behind `TOLD`, or where it was left, behind
    `LEFT_EARLY`."""
    row_writes: tuple[RowWrite, ...] = ()
    """Rows with numbers that were read and written back."""
    backends: tuple[int, ...] = ()
    """Server processes of the PostgreSQL sessions that it used, as the driver knows them; a pooler makes numbers up."""
    lock_ns: int = 0
    """Waiting for locks: the part of `database_ns` that samples of blocked sessions show, an estimate; filled in when
    the run file is read."""

    @property
    def statements_of_view(self) -> list[StatementUse]:
        """What was executed, but for what ran before the view alone: that is no cause of how it ended."""
        return [one for place, one in enumerate(self.statements) if place not in self.before_view]
