"""What a hand-written scenario gets: a user that sends requests, each recorded like any other."""

import base64
import json as json_module
import random
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlencode, urljoin, urlsplit

from loadaudit.load.responses import Response, ScenarioError, read_headers, with_history
from loadaudit.load.transport import Transport
from loadaudit.records import BodyKind, Outcome, Pair, Payload, PlannedPath, PlannedRequest, Sample, Upload

MOST_REDIRECTS = 10
_KEEP_METHOD = frozenset({307, 308})

Address = Callable[[str, Mapping[str, object]], str]
"""View name or path, and values of its parameters → path. Raises LookupError when there is none."""

OperationOf = Callable[[str, str], str]
"""Method and path → id of the operation that they are."""

Pairs = Sequence[tuple[str, Any]]

Record = Callable[[Sample, str], None]
"""Takes a sample and the raw Server-Timing header."""


class Stopped(BaseException):
    """The load is over. No Exception, so that a scenario's own handlers let it pass."""


MOST_REFUSED = 10
"""After so many requests that it may not send any more, whoever handles all that is raised is held where it is."""


class OutOfTime(BaseException):
    """A time through a scenario took longer than it may. No Exception, as a loop may handle all of those."""


class NoAnswerInTime(ScenarioError):
    """The time of a scenario was over while it waited for an answer."""


@dataclass(slots=True, kw_only=True)
class ScriptUser:
    """One virtual user that goes through scenarios. Redirects are followed, each hop a request of its own."""

    role: str
    username: str
    transport: Transport
    epoch_ns: int
    """Monotonic clock at the start of the load."""
    address: Address
    operation_of: OperationOf
    record: Record
    stop: threading.Event
    random: random.Random
    think_time_s: float = 0.1
    deadline_s: float = float("inf")
    """On the monotonic clock: the end of this time through the scenario."""
    left_behind: bool = False
    """Whether the load goes on without it: what it does not come to its end with sends nothing more."""
    refused: int = 0
    """How often it asked for something this time through when its time, or that of the load, was over."""
    held: bool = False
    """Whether its thread is held, to whose end nobody needs to wait."""
    sent: int = 0
    """Requests so far."""
    next_due_s: Callable[[], float | None] | None = None
    """Where the load has a rate: takes an arrival of it and returns in how many seconds it is due; None: none comes."""
    allowed: int = 0
    """How many requests, of all so far, have got an arrival."""
    claimed: int = 0
    """Arrivals that requests of this time through have waited for."""
    data: dict[str, Any] = field(default_factory=dict)
    """Whatever a scenario wants to keep for this user from one time to the next."""
    _sending: threading.Lock = field(default_factory=threading.Lock)
    """A scenario may send from threads of its own, and one session sends one request at a time."""

    def get(self, view: str, kwargs: Mapping[str, object] | None = None, **options: Any) -> Response:
        """Send a GET; options as of `request`."""
        return self.request("GET", view, kwargs, **options)

    def post(self, view: str, kwargs: Mapping[str, object] | None = None, **options: Any) -> Response:
        """Send a POST; options as of `request`."""
        return self.request("POST", view, kwargs, **options)

    def put(self, view: str, kwargs: Mapping[str, object] | None = None, **options: Any) -> Response:
        """Send a PUT; options as of `request`."""
        return self.request("PUT", view, kwargs, **options)

    def patch(self, view: str, kwargs: Mapping[str, object] | None = None, **options: Any) -> Response:
        """Send a PATCH; options as of `request`."""
        return self.request("PATCH", view, kwargs, **options)

    def delete(self, view: str, kwargs: Mapping[str, object] | None = None, **options: Any) -> Response:
        """Send a DELETE; options as of `request`."""
        return self.request("DELETE", view, kwargs, **options)

    def request(
        self,
        method: str,
        view: str,
        kwargs: Mapping[str, object] | None = None,
        *,
        params: Mapping[str, object] | Pairs | None = None,
        json: Any = None,
        data: Mapping[str, object] | Pairs | str | bytes | None = None,
        files: Mapping[str, Any] | Pairs | None = None,
        headers: Mapping[str, str] | None = None,
        expect: int | Collection[int] | None = None,
        follow: bool = True,
        timeout_s: float = 30.0,
    ) -> Response:
        """Send one request to a view by its name and parameters, or to a path.

        `expect` is the status, or several, without which this time through the scenario ends; what it names does
        not make a success of the request. Raises ScenarioError when no answer comes, or an unexpected one.
        """
        _expect_names(view, kwargs or {})
        wanted = _statuses(expect)
        path = self.address(view, kwargs or {})
        if params:
            path += ("&" if "?" in path else "?") + urlencode(params, doseq=True)
        payload = _payload(json, data, files)
        answer = self._send(
            method, path, payload, headers or {}, timeout_s, hops_left=MOST_REDIRECTS if follow else None
        )
        history: list[Response] = []
        while follow and answer.is_redirect and len(history) < MOST_REDIRECTS:
            target = self._within(answer.url, answer.headers["location"])
            if target is None:
                break
            history.append(answer)
            if answer.status_code not in _KEEP_METHOD:
                method, payload = "GET", None
            left = MOST_REDIRECTS - len(history)
            answer = self._send(method, target, payload, headers or {}, timeout_s, hops_left=left)
        if history:
            answer = with_history(answer, history)
        if wanted and answer.status_code not in wanted:
            names = " or ".join(map(str, sorted(wanted)))
            raise ScenarioError(f"{method} {answer.url} answered {answer.status_code}, expected {names}")
        return answer

    def poll(
        self,
        view: str,
        kwargs: Mapping[str, object] | None = None,
        *,
        until: Callable[[Response], object],
        every_s: float = 1.0,
        within_s: float = 60.0,
        **options: Any,
    ) -> Response:
        """Send a GET every `every_s` seconds until `until(response)` is true, and return that response.

        Raises ScenarioError after `within_s` seconds.
        """
        end_s = time.monotonic() + within_s
        while True:
            answer = self.get(view, kwargs, **options)
            if until(answer):
                return answer
            if time.monotonic() + every_s > end_s:
                raise ScenarioError(f"{answer.url} did not come to what was waited for within {within_s:g} s")
            self.pause(every_s)

    def pause(self, seconds: float | None = None) -> None:
        """Wait, by default about the think time of the run; ends at once when the load does."""
        wait_s = self.think_time_s * (0.5 + self.random.random()) if seconds is None else seconds
        if self.stop.wait(wait_s):
            self._refuse(Stopped)

    def _send(
        self,
        method: str,
        path: str,
        payload: Payload | None,
        headers: Mapping[str, str],
        timeout_s: float,
        *,
        hops_left: int | None,
    ) -> Response:
        if self.stop.is_set():
            self._refuse(Stopped)
        if self.next_due_s is not None and self.sent >= self.allowed and not self.left_behind:
            self._wait_for_arrival(self.next_due_s)
        left_s = self.deadline_s - time.monotonic()
        if left_s <= 0 or self.left_behind:
            self._refuse(OutOfTime)
        planned = PlannedRequest(
            operation_id=self.operation_of(method, path),
            method=method,
            paths=(PlannedPath(path=path, headers=tuple(f"{name}: {value}" for name, value in headers.items())),),
            role=self.role,
            timeout_s=max(0.001, min(timeout_s, left_s)),
            payload=payload,
        )
        with self._sending:
            sample, summary = self.transport.send(planned, path)
            raw_headers, content = self.transport.received() if sample.status else (b"", b"")
            cookies = {one.name: one.value for one in self.transport.session().cookies}
        self.sent += 1
        if hops_left == 0 and sample.location:
            sample = sample._replace(error=Outcome.REDIRECT_LOOP.value)
        self.record(sample, summary)
        if sample.error == Outcome.REDIRECT_LOOP:
            raise ScenarioError(f"{method} {path} was redirected {MOST_REDIRECTS} times and is so again")
        if not sample.status and time.monotonic() >= self.deadline_s:
            raise NoAnswerInTime(f"{method} {path} got no answer before the time of the scenario was over")
        if not sample.status:
            raise ScenarioError(f"{method} {path} got no answer: {sample.error}")
        return Response(
            status_code=sample.status,
            headers=read_headers(raw_headers),
            content=content,
            url=path,
            elapsed=timedelta(microseconds=sample.latency_ns / 1000),
            cookies=cookies,
        )

    def _wait_for_arrival(self, next_due_s: Callable[[], float | None]) -> None:
        """Wait until the rate has room for one more request of this time through, or that time is over."""
        left_s = max(0.0, self.deadline_s - time.monotonic())
        due_s = next_due_s() if left_s else None
        if due_s is not None and due_s <= left_s:
            self.claimed, self.allowed = self.claimed + 1, self.allowed + 1
        if self.stop.wait(min(left_s, due_s if due_s is not None else left_s, threading.TIMEOUT_MAX)):
            self._refuse(Stopped)

    def _refuse(self, why: type[BaseException]) -> NoReturn:
        """End this time through; `finally` blocks may ask a few times more."""
        self.refused += 1
        if self.left_behind or self.refused > MOST_REFUSED:
            # A loop that handles whatever is raised would take the processor from all others.
            self.held = True
            threading.Event().wait()
        raise why

    def _within(self, path: str, location: str) -> str | None:
        """Return path and query of a redirect that stays on the target, else None."""
        base = urljoin("http://target", path)
        found = urlsplit(urljoin(base, location))
        if found.netloc not in ("target", self.transport.netloc):
            return None
        return found.path + (f"?{found.query}" if found.query else "")


def _expect_names(view: object, kwargs: object) -> None:
    if not isinstance(view, str) or not isinstance(kwargs, Mapping):
        raise TypeError(f"expected a view or a path, and a dictionary of its parameters, found {view!r} and {kwargs!r}")


def _statuses(expect: object) -> set[int]:
    """Return the statuses that are expected; empty: any. Raises TypeError."""
    if expect is None or isinstance(expect, int):
        return set() if expect is None else {expect}
    if isinstance(expect, Collection) and all(isinstance(one, int) for one in expect):
        return set(expect)
    raise TypeError(f"expect= wants a status such as 200, or several, found {expect!r}")


def _payload(
    json: Any, data: Mapping[str, object] | Pairs | str | bytes | None, files: Mapping[str, Any] | Pairs | None
) -> Payload | None:
    """Return a body as requests makes one: a text is sent as it is. Raises TypeError."""
    if json is not None:
        return Payload(kind=BodyKind.JSON, document=json_module.dumps(json, default=str))
    if data is None and files is None:
        return None
    if isinstance(data, (str, bytes)):
        return Payload(kind=BodyKind.OTHER, document=_text(data))
    pairs = tuple(
        Pair(name=name, value=str(one))
        for name, value in _items(data)
        for one in (value if isinstance(value, (list, tuple)) else [value])
    )
    uploads = tuple(one for name, value in _items(files) for one in uploads_of(name, value))
    return Payload(kind=BodyKind.MULTIPART if uploads else BodyKind.FORM, pairs=pairs, uploads=uploads)


def _items(values: Mapping[str, Any] | Pairs | None) -> Pairs:
    """Return names and values of a dictionary, or of a list of pairs, as requests takes both. Raises TypeError."""
    if isinstance(values, (str, bytes)):
        raise TypeError("files= wants a dictionary or a list of pairs")
    return list(values.items()) if isinstance(values, Mapping) else list(values or ())


def _text(data: str | bytes) -> str:
    try:
        return data if isinstance(data, str) else data.decode()
    except UnicodeDecodeError:
        raise TypeError("data= takes no bytes that are no UTF-8; files= does") from None


def is_file(value: object) -> bool:
    """Whether a value of a body is a file: content, an open file, a `Path`, or a tuple with one behind its name."""
    if isinstance(value, tuple) and len(value) in (2, 3):
        named = isinstance(value[0], str) and (len(value) == 2 or isinstance(value[2], str))
        return named and not isinstance(value[1], tuple) and is_file(value[1])
    return isinstance(value, (bytes, Path)) or hasattr(value, "read")


def uploads_of(name: str, value: Any) -> tuple[Upload, ...]:
    """Return the files of one field: a list has several. Raises FileNotFoundError when there is no such file."""
    return tuple(upload_of(name, one) for one in (value if isinstance(value, list) else [value]))


def upload_of(name: str, value: Any) -> Upload:
    """Return a file as requests takes one: content, an open file, or (file name, either of them, content type).

    A `Path` in place of them is streamed from disk. Raises FileNotFoundError when there is no such file.
    """
    filename, what, *kind = value if isinstance(value, tuple) else (getattr(value, "name", name), value)
    content_type = kind[0] if kind else "application/octet-stream"
    if isinstance(what, Path):
        if not what.is_file():
            raise FileNotFoundError(f"There is no file {what} to upload as {name!r}.")
        return Upload(field=name, filename=str(filename), content_type=content_type, path=str(what.absolute()))
    content = what.read() if hasattr(what, "read") else what
    raw = content.encode() if isinstance(content, str) else bytes(content)
    return Upload(
        field=name,
        filename=str(filename).rpartition("/")[2],
        content_type=content_type,
        content=base64.b64encode(raw).decode(),
    )
