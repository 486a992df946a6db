"""What one try, and all of an operation, turned out to be, as the analysis will see it, and what the server said."""

import json
import re
import zlib
from dataclasses import dataclass, replace
from http import HTTPStatus

from loadaudit.analysis.outcomes import classify
from loadaudit.load import bodies
from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.amended import sent_values
from loadaudit.planning.preflight.corrections import complaints, is_about_the_path
from loadaudit.planning.preflight.error_codes import spelled
from loadaudit.planning.preflight.idle import Idle, idle_of
from loadaudit.planning.preflight.page_words import text_of_page
from loadaudit.planning.preflight.said import plain_text, said_of
from loadaudit.planning.preflight.told_on_page import is_unread, refusal_in_json, refusal_on_page, told_on
from loadaudit.planning.preflight.told_times import is_of_time
from loadaudit.planning.rows_before import OF_THE_RUN
from loadaudit.records import (
    Identity,
    Operation,
    Outcome,
    Payload,
    PlannedPath,
    Sample,
    StatementUse,
    Trace,
    Tried,
    leads_away,
)

ALONE = -1
"""Number of the virtual user in samples of the control plane."""

READS_OWN = "it reads rows that the run made on its clone"
NONE_MADE = "none could be made on the clone: "
"""How the reason begins that a row which was missing was not made either."""

TABLE = re.compile(r"\bFROM [\"`]?(\w+)")
_LONGEST_DETAIL = 300
_SOFTLY = {
    "soft_failure": "its JSON says that it failed",
    "error_template": "a page with the title of an error",
    "empty_file": "by its type a document, and it is empty",
    "html_as_file": "by its type a document, and it is a page",
}
"""What the mark of a body says."""

_LACKING = frozenset({"ModuleNotFoundError", "ImproperlyConfigured", "TemplateDoesNotExist"})
_OF_NONE = ("'NoneType' object ", "SingleObjectTemplateResponseMixin requires a definition of ")
"""How the message begins where a view goes on with None instead of a row: Django's look for a template by its model."""

_WHOLE = re.compile(r": __all__ \([^()]*\)$")
_LEAST = 7
_OF_A_FEW_WORDS = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
)
"""Errors whose pages are the view's own; that of a 404 is one for the whole site."""

_LONGEST_PAGE = 100_000
_RANK = {
    Outcome.OK: 0,
    # Whoever is logged in by it was taken, as whom it is sent apart.
    Outcome.OTHER_USER: 1,
    Outcome.INVALID: 2,
    Outcome.CLIENT_ERROR: 3,
    Outcome.SOFT_FAILURE: 3,
    Outcome.SERVER_ERROR: 4,
    Outcome.NOT_FOUND: 5,
    Outcome.DENIED: 6,
    Outcome.CSRF_REJECTED: 6,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One request of the preflight with what came of it."""

    identity: Identity
    path: PlannedPath
    payload: Payload | None
    sample: Sample
    trace: Trace | None
    outcome: Outcome
    answer: Answer | None
    idle: Idle | None = None
    """What shows that it was answered with a success and has changed nothing, which counts as invalid."""

    @property
    def works(self) -> bool:
        """Whether it succeeded."""
        return self.outcome is Outcome.OK

    @property
    def was_sent_on(self) -> bool:
        """Whether something redirected in front of the view, which another user or row may pass.

        That is a decorator or a dispatch, or a middleware once it was known which view would answer.
        """
        if self.outcome is not Outcome.OTHER_VIEW or self.trace is None:
            return False
        known = f"{self.trace.method} {self.trace.route}" == self.sample.operation_id
        by_middleware = known and not self.trace.view_ran and HTTPStatus.MULTIPLE_CHOICES <= self.sample.status < 400
        return bool(self.trace.refusals) or by_middleware

    @property
    def left_early(self) -> bool:
        """Whether the view itself redirected a read before its work, for which something may be missing."""
        return self.outcome is Outcome.DENIED and self.was_led_away

    @property
    def was_led_away(self) -> bool:
        """Whether a redirect was the refusal of whatever was sent, and not what comes behind it."""
        refusals = self.trace.refusals if self.trace is not None else ()
        is_refused = self.outcome in (Outcome.DENIED, Outcome.INVALID)
        return is_refused and any(map(leads_away, refusals))

    @property
    def refused_whole(self) -> str:
        """What a form said that refused what was sent and named no field, as when it is there already; or empty."""
        refusals = self.trace.refusals if self.trace is not None and self.outcome is Outcome.INVALID else ()
        return refusals[-1] if refusals and all(_WHOLE.search(each) for each in refusals) else ""

    @property
    def rank(self) -> int:
        """How much it says about the operation, the most first: a refusal of the form says more than a 404."""
        if self.idle is not None:
            # It was let in and taken, and lacks no more than rows.
            return _RANK[Outcome.OTHER_USER]
        if self.sample.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE or is_about_the_path(self.answer):
            return _LEAST
        if self.outcome is Outcome.DENIED and self.answer is not None and is_of_time(said_of(self.answer)):
            # Whoever asks is let in, on a row whose time it is.
            return _RANK[Outcome.CLIENT_ERROR]
        return _RANK[Outcome.INVALID] if self.is_lacking else _RANK.get(self.outcome, _LEAST)

    @property
    def is_lacking(self) -> bool:
        """Whether the project lacks something, which says as much as a refusal, and which no values change."""
        exception = self.trace.exception if self.trace is not None else None
        return exception is not None and exception.type.rpartition(".")[2] in _LACKING


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of one operation."""

    operation: Operation
    best: Try | None
    tries: int
    reason: str = ""
    """Why nothing was sent, or why no row could be made that what was sent has missed."""
    pool: tuple[PlannedPath, ...] = ()
    """Addresses for the load, where one of them worked."""
    repeatable: bool = True
    refused: tuple[str, ...] = ()
    """Addresses of a read that did not work for the identity for which another one did."""
    turned_away: tuple[Try, ...] = ()
    """The best try of each other identity that was denied, or did not get what it asked for."""
    unknown: Try | None = None
    """The best answer to a value of which nobody knows whether it is right, where there is no other."""
    again: tuple[Try, ...] = ()
    """What came of sending the best try once more, to compare."""
    closes: bool = False
    """Whether it switches something off for all of a tenant, which the run has put back."""
    once_on: tuple[PlannedPath, ...] = ()
    """Addresses for the load where it works once on each row."""
    most: int | None = None
    """How many requests of a load have values that no other has, where these are refused the second time."""

    @property
    def works(self) -> bool:
        """Whether a try succeeded."""
        return self.best is not None and self.best.works

    def tried(self) -> Tried | None:
        """Return the record of it, or None when nothing was sent."""
        told = self.best or self.unknown
        if told is None:
            return None
        return Tried(
            operation_id=self.operation.id,
            outcome=told.outcome,
            role=told.identity.role,
            path=told.path.path,
            tries=self.tries,
            value_origin=told.path.origin,
            payload_origin=told.payload.origin if told.payload is not None else "",
            detail=detail_of(told),
            repeatable=self.repeatable,
            uses_rows_up=bool(self.once_on),
            latency_s=round(told.sample.latency_ns / 1e9, 4),
            cpu_s=round(told.trace.cpu_ns / 1e9, 4) if told.trace is not None else 0.0,
        )

    def lacking(self, now: "Trial") -> "Trial":
        """Return this trial, in which nothing was sent, with what a later one lacked; why no row was made stays."""
        if self.best is not None or now.best is not None or not now.reason:
            return self
        if self.unknown and self.unknown.was_led_away and now.unknown and now.unknown.outcome is Outcome.NOT_FOUND:
            # What a view says when it leaves tells more than that another value leads nowhere.
            return replace(self, tries=self.tries + now.tries)
        _, found, why = self.reason.partition(f"; {NONE_MADE}")
        return replace(
            self, reason=f"{now.reason}{found}{why}", unknown=now.unknown or self.unknown, tries=self.tries + now.tries
        )

    def because(self, why: str) -> "Trial":
        """Return this trial with why it failed beside what is known; of rows of the run's own the last word counts."""
        before = self.reason.partition(READS_OWN)[0].removesuffix("; ")
        return replace(self, reason=f"{before}; {why}".removeprefix("; "))

    def after(self, before: "Trial") -> "Trial":
        """Return this second try with how the first one failed: what breaks for some rows is worth knowing.

        A row that the run made itself may have gaps that none of the project's has.
        """
        broke = before.best if before.best is not None and before.best.outcome is Outcome.SERVER_ERROR else None
        is_told = broke is not None and self.works and OF_THE_RUN not in broke.path.origin
        first = (broke,) if broke is not None and is_told else ()
        return replace(self, tries=self.tries + before.tries, turned_away=(*self.turned_away, *first))


def judged(
    operation: Operation,
    identity: Identity,
    path: PlannedPath,
    payload: Payload | None,
    answer: Answer,
    *,
    traces_expected: bool = True,
    login_pages: frozenset[str] = frozenset(),
) -> Try:
    """Return the try that an answer makes."""
    sample = _sample(operation, identity, path, answer)
    trace = answer.trace
    outcome = classify(
        sample,
        trace,
        expected_user_id=identity.user_id,
        traces_expected=traces_expected,
        login_pages=login_pages,
    )
    if outcome is Outcome.OK and trace is None and traces_expected:
        # The trace is late or lost: what is not proven does not work.
        outcome = Outcome.BROKEN
    is_refused = refusal_on_page(payload, answer) or refusal_in_json(payload, answer)
    if outcome is Outcome.OK and (is_unread(operation, path.path, payload, answer) or is_refused):
        outcome = Outcome.INVALID
    if outcome is Outcome.NOT_FOUND and payload is not None and trace is not None and trace.refusals:
        # `if not form.is_valid(): raise Http404`: it was the body.
        outcome = Outcome.INVALID
    told = spelled(answer, sent_values(payload, set()) if payload is not None else ())
    return Try(identity=identity, path=path, payload=payload, sample=sample, trace=trace, outcome=outcome, answer=told)


def seen_idle(operation: Operation, one: Try) -> Try:
    """Return a try that works as one that is invalid, where it shows that it has changed nothing."""
    answer = one.answer if one.works else None
    idle = idle_of(operation, one.payload, answer, one.path.path) if answer is not None else None
    return one if idle is None else replace(one, outcome=Outcome.INVALID, idle=idle)


def unless_sure(best: Try | None) -> Try | None:
    """Return a try as one that works, where nobody knows whether it should have changed anything."""
    is_open = best is not None and best.idle is not None and not best.idle.is_sure
    return replace(best, outcome=Outcome.OK, idle=None) if best is not None and is_open else best


def unanswered(
    operation: Operation, identity: Identity, path: PlannedPath, payload: Payload | None, number: int, error: str
) -> Try:
    """Return the try of a request that got no answer."""
    answer = Answer(status=0, text="", location="", trace=None, number=number)
    sample = _sample(operation, identity, path, answer, error=error)
    outcome = classify(sample, None, expected_user_id="", traces_expected=True)
    return Try(identity=identity, path=path, payload=payload, sample=sample, trace=None, outcome=outcome, answer=None)


def detail_of(one: Try) -> str:
    """Return the server's own reason why a try did not work, as short as a table wants it."""
    trace, answer = one.trace, one.answer
    if one.works:
        return ""
    if one.idle is not None:
        return f"{one.sample.status}: {one.idle.told}"[:_LONGEST_DETAIL]
    if trace is not None and trace.exception is not None:
        message = " ".join(trace.exception.message.split())
        return f"{one.sample.status}: {trace.exception.type}: {message}"[:_LONGEST_DETAIL]
    if trace is not None and trace.csrf_reason:
        return f"CSRF: {trace.csrf_reason}"[:_LONGEST_DETAIL]
    if trace is not None and trace.refusals:
        led = _led_to(answer) if one.was_sent_on else ""
        words = _words_of_form(one) if one.outcome is Outcome.INVALID else ""
        return f"{one.sample.status}: {trace.refusals[-1]}{led}{words}"[:_LONGEST_DETAIL]
    said = _said(answer) if answer is not None and answer.status >= 400 else ""
    if one.sample.status == HTTPStatus.NOT_FOUND and trace is not None:
        said = said or trace.not_found
    text = f"{one.sample.status or one.sample.error}"
    if one.outcome is Outcome.OTHER_VIEW and trace is not None:
        # A page of errors of the project's own says what it missed.
        before = _said(answer) if answer is not None and answer.status >= HTTPStatus.BAD_REQUEST else ""
        view = "its view" if one.was_sent_on else "any view"
        by = f"a middleware, before {view}, as {one.identity.role}{_led_to(answer)}"
        said = f"answered by {by if one.was_sent_on else trace.route or by}" + (f": {before}" if before else "")
    elif one.outcome is Outcome.INVALID and answer is not None:
        said = said or refusal_on_page(one.payload, answer)
    elif one.outcome is Outcome.DENIED:
        said = said or f"turned away as {one.identity.role}" + _led_to(answer)
    elif one.outcome is Outcome.OTHER_USER and trace is not None:
        said = f"it logs in another user than {one.identity.role}"
    elif one.outcome is Outcome.SOFT_FAILURE:
        said = _SOFTLY.get(one.sample.body_mark, "")
        if said and answer is not None and one.sample.body_mark == "soft_failure":
            said = f"{said}: {_said(answer)}"
    return f"{text}: {said}"[:_LONGEST_DETAIL] if said else text


def words_of(one: Try) -> str:
    """Return the server's own reason why a try did not work, with its codes spelled out."""
    return f"{detail_of(one)} {said_of(one.answer) if one.answer is not None and one.answer.as_it_came else ''}"


def tables_read(one: Try) -> frozenset[str]:
    """Return the names of the tables that a request read from, but for what a middleware alone read before the view.

    Those of every request are included.
    """
    return frozenset(match[1] for each in statements_of_view(one) if (match := TABLE.search(each.sql)) is not None)


def statements_of_view(one: Try) -> list[StatementUse]:
    """Return what a request executed, but for what ran before its view alone: that is no cause of how it ended."""
    return one.trace.statements_of_view if one.trace is not None else []


def is_of_no_row(one: Try) -> bool:
    """Whether a view failed because it used what is None: mostly the first of no rows."""
    exception = one.trace.exception if one.trace is not None else None
    return exception is not None and exception.message.startswith(_OF_NONE)


def _words_of_form(one: Try) -> str:
    """Return what a page, or the JSON of a view, says of the fields of a form that was refused, or of all of it."""
    sent = sent_values(one.payload, set()) if one.payload is not None else {}
    told = {each.field: each.said for each in complaints(one.answer, sent, as_said=True) if each.said}
    page = told_on(one.answer) if one.answer is not None and not told else ""
    words = [*told.values()] if len(told) == 1 else [f"{name}: {said}" for name, said in told.items()]
    return f": {page or ' '.join(words)}" if page or told else ""


def _led_to(answer: Answer | None) -> str:
    path = answer.location.partition("?")[0] if answer is not None else ""
    return f", sent to {path}" if path else ""


def _said(answer: Answer) -> str:
    """Return the text of an error; a page says nothing in one line, unless it has little more than that."""
    if "json" not in answer.content_type:
        is_page = answer.status in _OF_A_FEW_WORDS and answer.content_type.startswith("text/html")
        page = answer.content[:_LONGEST_PAGE].decode(errors="replace") if is_page else ""
        return " ".join(plain_text(answer).split()) or text_of_page(page)
    try:
        return json.dumps(json.loads(answer.as_it_came or answer.content), ensure_ascii=False)
    except (ValueError, RecursionError):
        return ""


def _sample(operation: Operation, identity: Identity, path: PlannedPath, answer: Answer, *, error: str = "") -> Sample:
    return Sample(
        number=answer.number,
        operation_id=operation.id,
        path=path.path,
        role=identity.role,
        vu=ALONE,
        intended_start_ns=0,
        start_ns=0,
        first_byte_ns=0,
        response_ns=answer.duration_ns,
        latency_ns=answer.duration_ns,
        status=answer.status,
        error=error,
        body_bytes=len(answer.content),
        body_hash=zlib.crc32(answer.content),
        body_mark=bodies.mark_of(answer.content_type, answer.content[: bodies.INSPECTED_BYTES])
        if answer.status
        else "",
        location=answer.location,
    )
