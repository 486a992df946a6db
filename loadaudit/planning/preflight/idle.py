"""Writes that were answered with a success and have changed nothing: what tells it, and how sure that is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from loadaudit.analysis.effects import WRITES, changes
from loadaudit.analysis.outcomes import is_account_page
from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.control import Answer
from loadaudit.planning.payloads.words import in_snake_case
from loadaudit.planning.preflight.amended import sent_values
from loadaudit.planning.preflight.bookkeeping import is_bookkeeping, may_change_rows
from loadaudit.planning.project.sources import DECLARED
from loadaudit.planning.rows import models_of_project
from loadaudit.records import Operation, Payload, PlannedPath, StatementUse, Trace

_FROM = re.compile(r"\s*SELECT\b.*?\bFROM [\"`]?(?P<table>\w+)", re.DOTALL)
_ANY_CHANGE = re.compile(
    r"(?:^|_)(?:add|affect|archiv|chang|copi|creat|delet|import|insert|mark|modifi|process|remov|sav|updat|upsert)ed(?:_|$)"
)
"""Words for a change that need not be those of the address."""

_NOT_DONE = re.compile(
    r"(?:^|_)(?:(?:duplicat|error|exclud|fail|ignor|miss|omitt|refus|skipp|unchang)ed|invalid)(?:_|$)"
)
_IRREGULAR = {"seen": "see", "sent": "send", "read": "read", "paid": "pay"}
OF_A_ROW = "row of "
"""Begins the origin of an address that names a row."""

_COMPARES = re.compile(r"(?:<|>|!=|\bLIKE\b|\bBETWEEN\b) ?[%'\d]", re.IGNORECASE)
"""What is not due yet is left alone, and rightly so."""

_EQUALS = re.compile(r"[\"`.](?P<column>\w+)[\"`]\s*(?:=|IN \()")
_LONGEST_SQL = 20_000
_SHORTEST_STEM = 3
_FEW_VALUES = 4
_WROTE_NOTHING = "it has written nothing"
_SENT_NOTHING = "it was sent none of its fields"
_LOGOUT = re.compile(r"(?:log|sign)[-_]?(?:out|off)", re.IGNORECASE)
_TOTAL_OF_FORMS = "-TOTAL_FORMS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """What shows that a write has changed nothing."""

    told: str
    is_sure: bool
    """Whether that is no success. Else other values are tried, and it is one where all of them end the same way."""
    of_row: bool = False
    """Whether its page has left the row of the address as it was, which one in another state may not be."""


def idle_of(operation: Operation, payload: Payload | None, answer: Answer, path: str = "") -> Idle | None:
    """Return what shows that a write which was answered with a success has changed nothing; None where nothing does.

    What is done elsewhere than in rows (a session, a call, a mail) is done; that a session is saved anyway is nothing.
    A write of which nothing says that it has to change rows, such as a search, a preview or a calculation, is none of
    these.
    """
    trace = answer.trace
    if trace is None or trace.summary_only or not trace.view_ran or operation.method in SAFE_METHODS:
        return None
    if answer.status >= HTTPStatus.BAD_REQUEST or answer.goes_on or _is_somebody_elses_word(operation, payload):
        return None
    if trace.session_changed or trace.http_calls or trace.outgoing:
        return None
    written = _written(trace)
    if sum(one.count for one in trace.statements if WRITES.match(one.sql) is not None) < trace.sql_writes:
        # Something else writes, as a WITH may.
        return None
    has_changed = any(changes(one, match) for one, match in written)
    document = answer.json() if "json" in answer.content_type else None
    if counted := _counts_of_nothing(operation, document):
        return Idle(told=f"it answers {counted}", is_sure=not has_changed and _says_little(answer, document))
    if operation.method in ("PATCH", "PUT") and _is_empty(operation, payload):
        return Idle(told=_SENT_NOTHING, is_sure=False)
    if has_changed:
        return None
    redirected = _redirected_idly(operation, answer, trace, path)
    if redirected is not None and redirected.is_sure:
        return redirected
    in_vain = [one for one in statements_in_vain(trace) if WRITES.match(one.sql) is not None]
    if any(map(_is_by_key, in_vain)):
        is_sure = not any(map(_is_choosy, in_vain))
        is_sure = is_sure and not trace.cache_sets and _says_little(answer, document)
        return replace(_of_rows(in_vain, is_sure=is_sure), of_row=redirected is not None)
    if in_vain and not sent_of(payload):
        return _of_rows(in_vain, is_sure=not trace.cache_sets and _says_little(answer, document))
    return redirected or _unlikely_success(operation, payload, trace)


def _written(trace: Trace) -> list[tuple[StatementUse, "re.Match[str]"]]:
    """Return the statements of a view that write what it is for, and how they do."""
    found = ((one, WRITES.match(one.sql)) for one in trace.statements_of_view)
    return [(one, match) for one, match in found if match is not None and not is_bookkeeping(one.sql)]


def _redirected_idly(operation: Operation, answer: Answer, trace: Trace, path: str) -> Idle | None:
    """Return what a page said, or did not say, that redirected and left the row of its address as it was.

    It is sure where it told so and its code changes rows on another way: `Was paid before.`
    """
    is_redirect = HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST
    models = [one.model for one in operation.parameters if one.model]
    if not (is_redirect and models) or trace.cache_sets or not may_change_rows(path, models[-1]):
        return None
    if trace.told:
        return Idle(told=f"it has changed nothing and said: {trace.told}", is_sure=True, of_row=True)
    return Idle(told=_WROTE_NOTHING, is_sure=False, of_row=True)


def changes_in_vain(trace: Trace | None) -> bool:
    """Whether a view has tried to change or delete rows of the project's own models, met none, and changed nothing."""
    if trace is None:
        return False
    written = _written(trace)
    is_own = any(match["table"] in models_of_project() and "WHERE" in one.sql for one, match in written)
    return is_own and not any(changes(one, match) for one, match in written)


def table_of(sql: str) -> str:
    """Return the table that a statement changes or reads rows of; empty where its text does not tell."""
    match = WRITES.match(sql) or _FROM.match(sql)
    return match["table"] if match is not None else ""


def statements_in_vain(trace: Trace) -> Iterator[StatementUse]:
    """Yield statements of a view that named rows of the project's own models and met none, the last first."""
    tables = models_of_project()
    for one in reversed(trace.statements_of_view):
        if table_of(one.sql) in tables and not one.rows and "WHERE" in one.sql:
            yield one


def sent_of(payload: Payload | None) -> dict[str, Any]:
    """Return the values that a body has."""
    return sent_values(payload, {"csrfmiddlewaretoken"}) if payload is not None else {}


def _is_somebody_elses_word(operation: Operation, payload: Payload | None) -> bool:
    """Whether the project's scripts say what to send, or it is about who somebody is, which shows in no row."""
    declared = payload is not None and payload.origin.startswith(DECLARED)
    return declared or is_account_page(operation.id) or _LOGOUT.search(operation.route) is not None


def _of_rows(in_vain: list[StatementUse], *, is_sure: bool) -> Idle:
    names = [models_of_project()[table_of(one.sql)]._meta.label for one in in_vain]
    return Idle(told=f"no row of {', '.join(dict.fromkeys(names))} was met by what it changes", is_sure=is_sure)


def _is_by_key(one: StatementUse) -> bool:
    """Whether a statement means the rows of certain keys, which a clean-up of what is old does not name.

    What no two rows may have is one, too, as the number of an order by which a payment is told.
    """
    model = models_of_project().get(table_of(one.sql))
    fields = model._meta.concrete_fields if model is not None else ()
    columns = "|".join(re.escape(str(each.column)) for each in fields if each.unique)
    of_key = re.compile(rf"\bWHERE\b.*[\"`.](?:{columns})[\"`]\s*(?:=|IN \((?!SELECT))", re.DOTALL)
    return bool(columns) and of_key.search(one.sql[:_LONGEST_SQL]) is not None


def _is_choosy(one: StatementUse) -> bool:
    """Whether a statement asks more of a row than key, owner and flags: what is done already is left alone."""
    _, _, asked = one.sql[:_LONGEST_SQL].partition("WHERE")
    model = models_of_project().get(table_of(one.sql))
    fields = model._meta.concrete_fields if model is not None else ()
    told = {each.column for each in fields if not (each.unique or each.is_relation)}
    return _COMPARES.search(asked) is not None or any(each["column"] in told for each in _EQUALS.finditer(asked))


def _is_empty(operation: Operation, payload: Payload | None) -> bool:
    """Whether a body has none of the fields that are known of it."""
    is_empty = payload is not None and not payload.uploads and not sent_of(payload)
    return is_empty and any(one.type != "file" for one in operation.body.fields)


def _says_little(answer: Answer, document: Any) -> bool:
    """Whether an answer shows nothing for which somebody may have asked."""
    if not answer.content or answer.status >= HTTPStatus.MULTIPLE_CHOICES:
        return True
    if not isinstance(document, dict) or len(document) > _FEW_VALUES:
        return False
    return not any(isinstance(one, (dict, list)) for one in document.values())


def _unlikely_success(operation: Operation, payload: Payload | None, trace: Trace) -> Idle | None:
    """Return what may have changed nothing because of what was sent; whether it has to, nobody knows."""
    sent = sent_of(payload)
    if trace.cache_sets:
        return None
    if any(name.endswith(_TOTAL_OF_FORMS) for name in sent):
        return Idle(told="its forms were written back as they were", is_sure=False)
    if _is_empty(operation, payload) and operation.method != "DELETE":
        return Idle(told=_SENT_NOTHING, is_sure=False)
    if not any(table_of(one.sql) in models_of_project() for one in trace.statements_of_view):
        # What is kept elsewhere shows in no statement.
        return None
    looked_up = any(map(_is_by_key, statements_in_vain(trace)))
    if operation.method != "POST":
        is_gone = operation.method == "DELETE" and looked_up
        return Idle(told="it has found no row and written nothing" if is_gone else _WROTE_NOTHING, is_sure=is_gone)
    names_rows = any(isinstance(one, list) or re.search(r"_?(?:id|pk|uuid)s?$", name) for name, one in sent.items())
    return Idle(told="it has found no row and written nothing", is_sure=False) if looked_up and names_rows else None


def _counts_of_nothing(operation: Operation, document: Any) -> str:
    """Return what an answer counts of what it has changed, where all of it is nought: `approved: 0`; else empty."""
    if not isinstance(document, dict):
        return ""
    counts = {name: one for name, one in document.items() if type(one) is int and _is_of_a_change(operation, name)}
    return ", ".join(f"{name}: 0" for name in counts) if counts and not any(counts.values()) else ""


def _is_of_a_change(operation: Operation, name: str) -> bool:
    """Whether a number is called as what has been done: by any word for a change, or by one of the address."""
    called = in_snake_case(name).lower()
    if _NOT_DONE.search(called):
        return False
    # Whole words of the address alone: "view" is in the name of every class, "rat" in "ratings" and "operations".
    about = set(re.findall(r"[a-z]+", operation.route.lower()))
    stems = (_IRREGULAR.get(word) or (word[:-2] if word.endswith("ed") else "") for word in called.split("_"))
    return _ANY_CHANGE.search(called) is not None or any(
        len(one) >= _SHORTEST_STEM and not about.isdisjoint({one, f"{one}e"}) for one in stems
    )


def advice_on_idle(idle: Idle | None, path: PlannedPath, payload: Payload | None) -> str:
    """Return what the operator may do about a write that has changed nothing; empty where it is none."""
    if idle is None:
        return ""
    ways = ["provide()"] if path.origin.startswith(OF_A_ROW) else []
    ways += ["body()"] if sent_of(payload) else []
    named = f"{' or '.join(ways)} in a loadtests.py names such" if ways else "add such"
    return f"it is answered as a success and does nothing without rows to change: {named}, or a @scenario makes them"
