"""What a run sends, as whom, and what it leaves out."""

from dataclasses import dataclass

from loadaudit.records.shape import IN_A_LOOP, Shape
from loadaudit.records.words import BodyKind, Lane, Outcome

KEY_OF = "key of "
"""Begins the role of whoever shows a key of the project's API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A user that virtual users act as; never carries its password."""

    role: str
    """Role from the settings; `anonymous` for the identity that does not log in."""
    username: str = ""
    user_id: str = ""
    """Primary key as text, or empty when it is not known here (remote target)."""
    staff: bool = False
    member: bool = False
    """Whether the role is one that members of a tenant have, as an admin of a workspace."""

    @property
    def anonymous(self) -> bool:
        """Whether this identity never logs in."""
        return self.role == "anonymous"

    @property
    def keyed(self) -> bool:
        """Whether this is whoever shows a key of the project's API, and nobody who could log in."""
        return self.role.startswith(KEY_OF)


NO_PARAMETERS = "no parameters"
"""The origin of a path without values."""

NOT_SELECTED = "left out by --only or --exclude"
"""Reason of what the operator has not asked for."""

NOBODY_CAN = "nobody can make it succeed: "
"""Begins the part of a reason that is the same for all operations of a kind, whatever is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One name and value of a form's body; a name may come several times."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file of a multipart body."""

    field: str
    filename: str
    content_type: str
    content: str = ""
    """Base64."""
    path: str = ""
    """Of a file on the machine that sends it, which is streamed from there instead of `content`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """The body of a request as a template: marks in it become texts that no other request of the run has."""

    kind: BodyKind
    pairs: tuple[Pair, ...] = ()
    """Of a form, url-encoded or multipart."""
    uploads: tuple[Upload, ...] = ()
    """Of a multipart body; a raw one is a file, whose name is told where it belongs to a field."""
    document: str = ""
    """The JSON text."""
    content_type: str = ""
    """Of JSON that goes by another type than that of its kind."""
    origin: str = ""
    """`the form of its page`, `form shop.forms.OrderForm`, `serializer …`, `echo`, `no body` …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPath:
    """One concrete path of a planned request and where its values come from."""

    path: str
    origin: str = ""
    """`no parameters`, `row of projects.Project`, `converter example` …"""
    headers: tuple[str, ...] = ()
    """Lines to send beside the usual ones, such as what scripts of a page send: `X-Requested-With: XMLHttpRequest`."""
    payload: Payload | None = None
    """A body that belongs to this address alone, as it holds what its row holds; None: that of the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRequest:
    """A request template: one operation, sent as one role, over a pool of paths."""

    operation_id: str
    method: str
    paths: tuple[PlannedPath, ...]
    role: str
    lane: Lane = Lane.LIGHT
    weight: int = 1
    """How often a virtual user sends it in each round; where that is evened, as it would be if all took the same."""
    evened_in: str = ""
    """The category whose share of the time it is part of: the load evens these out by the times that it measures.
    Empty: it is sent as often as its weight says."""
    weight_origin: str = ""
    """Why the weight is another than one: `recorded traffic`, `equal time per category`."""
    timeout_s: float = 30.0
    """For the whole answer."""
    first_byte_timeout_s: float | None = None
    """Until the answer begins; None: `timeout_s` is the only limit."""
    at_once: int | None = None
    """Requests of the operation under way at the same time, at most."""
    payload: Payload | None = None
    """None: no body is sent, where an address has none of its own."""
    kept_because: str = ""
    """Why it is sent although it failed alone."""
    once_each: bool = False
    """Whether each address is sent once, as that uses its row up: what is approved cannot be approved again."""
    most: int | None = None
    """Requests in all, where what its body has in turn comes to an end and is refused then; None: as many as there is
    time for."""

    def payload_at(self, path: str) -> Payload | None:
        """Return the body that goes to an address: its own, or that of the request.

        The query does not count: run files keep it without its values.
        """
        plain = path.partition("?")[0]
        own = (one.payload for one in self.paths if one.payload and one.path.partition("?")[0] == plain)
        return next(own, self.payload)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of sending one operation alone: before the load, or behind it when it destroys something."""

    operation_id: str
    outcome: Outcome
    """Of the best try."""
    role: str
    path: str
    tries: int
    value_origin: str = ""
    payload_origin: str = ""
    detail: str = ""
    """Why it does not work: the server's own reason where there is one."""
    repeatable: bool = True
    """Whether a write worked a second time with the same values."""
    uses_rows_up: bool = False
    """Whether it works once on each of many rows, to which the load sends it."""
    latency_s: float = 0.0
    """Of the best try; 0 when no answer came."""
    cpu_s: float = 0.0
    """What the thread that answered it used of a processor; 0 when there is no trace."""

    @property
    def works(self) -> bool:
        """Whether a try succeeded."""
        return self.outcome is Outcome.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """An operation that the plan leaves out, and why."""

    operation_id: str
    reason: str
    """A sentence that tells the operator what to do about it."""
    held_back: bool = False
    """Whether it could be sent and is not, on purpose; else nothing to send was found, or nothing that works."""
    declared: bool = False
    """Whether what the project gives for it in a `loadtests.py` fails, and so nothing else is tried in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedScenario:
    """A function of the project that virtual users go through beside the planned requests."""

    name: str
    role: str
    weight: int
    place: str
    """`file:line`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRules:
    """How the requests of one lane are sent, beside those of the virtual users that the operator asked for."""

    lane: Lane
    users: int
    """Virtual users of its own, at least one for each role."""
    at_once: int | None = None
    """Requests under way at the same time, at most."""
    rate_per_s: float | None = None
    """Requests begun per second, all operations together; None: one after the other."""
    rounds: int | None = None
    """How often each operation is sent; None: as long as the load lasts."""
    warm_up_rounds: int = 0
    """How often each operation is sent first, without being counted."""
    stretch_s: float | None = None
    """Length of the stretches with and without this lane; None: it is never interrupted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run sends, as whom, for how long, and what it leaves out."""

    requests: tuple[PlannedRequest, ...]
    exclusions: tuple[Exclusion, ...]
    identities: tuple[Identity, ...]
    users: int
    duration_s: float | None
    """None: until every operation has `target_samples`, heavy ones fewer, at most `max_duration_s`."""
    max_duration_s: float = 60.0
    target_samples: int = 20
    think_time_s: float = 0.1
    seed: int = 0
    notes: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()
    """Notes that rest on times measured in the preflight, which are others each time."""
    made: tuple[Pair, ...] = ()
    """What stood where the plan has a mark such as `{uuid 1}`: the target makes it of chance or of the moment.
    Of a key its length."""
    disposable: tuple[str, ...] = ()
    """Those that end a session or change an account: each is sent behind the load, as an identity to throw away."""
    after_load: tuple[str, ...] = ()
    """Ids of operations that destroy something or work only behind the load, where each is sent alone."""
    alone: tuple[PlannedRequest, ...] = ()
    """What is sent by itself, once: `after_load`, and before the load what works only once or logs in."""
    scenarios: tuple[PlannedScenario, ...] = ()
    lanes: tuple[LaneRules, ...] = ()
    shape: Shape = IN_A_LOOP
    """Lanes beside the load that have something to send."""
    tried: tuple[Tried, ...] = ()
    """What the preflight found; empty when there was none."""
    workers: int = 0
    """Processors that the run's own server can use at once; 0: a server is asked of which nothing is known."""
    threads: int = 0
    """Of each of them: how many requests it answers at once."""
    sender: str = ""
    """Name of the file that decides what is sent, in place of this plan: a locustfile."""

    @property
    def limit_s(self) -> float | None:
        """When the load ends at the latest; None: whatever sends it decides that as it goes."""
        return None if self.sender and self.duration_s is None else self.max_duration_s
