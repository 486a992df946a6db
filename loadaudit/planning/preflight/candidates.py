"""What to send for an operation, the most likely first: addresses and bodies from every source there is."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import requests

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.account_keys import web_tokens_of_account
from loadaudit.planning.control import Answer, Client
from loadaudit.planning.disposable import sends_a_link
from loadaudit.planning.django_admin import ORIGIN as AUTOCOMPLETE
from loadaudit.planning.django_admin import autocomplete_query
from loadaudit.planning.harvest import FoundForm, Harvest, match_of
from loadaudit.planning.keys.sources import OF_AN_ACCOUNT, account_paths, keys_for_body
from loadaudit.planning.made_up import made_up_paths
from loadaudit.planning.mailbox import ORIGIN as MAILED
from loadaudit.planning.mailbox import Mailbox, asks_for_mail
from loadaudit.planning.making.own_links import with_known
from loadaudit.planning.meanings import understood
from loadaudit.planning.meant_for import beyond_own, deciding_on_others
from loadaudit.planning.naming import of_one_row
from loadaudit.planning.neighbours import ORIGIN as SHOWN_ELSEWHERE
from loadaudit.planning.own_devices import codes_for
from loadaudit.planning.payloads.bodies import is_bodiless, payloads_of
from loadaudit.planning.payloads.free_words import FreeWords
from loadaudit.planning.payloads.graphql import question
from loadaudit.planning.payloads.pages import payloads_of_form
from loadaudit.planning.payloads.passwords import ACCOUNT_NAMES, own_accounts, own_passwords
from loadaudit.planning.payloads.values import Needs, is_explained
from loadaudit.planning.preflight.asked import MEETING, SEEN, asked_of_rows
from loadaudit.planning.preflight.asked_days import paths_of_days
from loadaudit.planning.preflight.asked_headers import AskedHeaders
from loadaudit.planning.preflight.asked_states import other_states, state_asked
from loadaudit.planning.preflight.bodies_of_rows import bodies_of_rows, like_others
from loadaudit.planning.preflight.by_names import as_asked_first, beside, keys, or_keys, rows_for
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.corrected import corrected
from loadaudit.planning.preflight.described import described
from loadaudit.planning.preflight.dispatching import with_dispatched
from loadaudit.planning.preflight.led_to import led_to
from loadaudit.planning.preflight.looked_up import (
    LookUp,
    as_learnt,
    looked_up_at,
    looked_up_with,
    paths_joined,
    with_names_elsewhere,
)
from loadaudit.planning.preflight.proven import proven_first, with_links
from loadaudit.planning.preflight.queries import queries_of_source, with_query
from loadaudit.planning.preflight.query_names import query_names
from loadaudit.planning.preflight.script_headers import script_headers
from loadaudit.planning.preflight.view_code import is_of_graphql
from loadaudit.planning.project.sources import declared_payload, is_promised
from loadaudit.planning.recorded.rebinding import recorded_payloads, recorded_queries
from loadaudit.planning.recorded.store import Recorded
from loadaudit.planning.registered import paths_registered
from loadaudit.planning.rows import ANY, NEWEST, Which
from loadaudit.planning.rows_before import RowsBefore
from loadaudit.planning.shown import paths_of_dates
from loadaudit.planning.spared import spare_accounts
from loadaudit.planning.uploads import paths_of_files
from loadaudit.planning.values import (
    OF_OTHERS,
    NoValue,
    may_be_anything,
    paths_of_names,
    paths_of_neighbours,
    paths_with_others,
)
from loadaudit.records import BodyKind, Evidence, Identity, Kind, Operation, Payload, PlannedPath

OF_THE_NEWEST = ", one of the newest"
_CLOSED = (HTTPStatus.FOUND, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_FEW = 3
"""With fewer addresses than this, some are made of values that others have shown."""

_FORM_KINDS = frozenset({BodyKind.FORM, BodyKind.MULTIPART, BodyKind.NONE})


@dataclass(slots=True, kw_only=True)
class Candidates:
    """Addresses and bodies for one identity."""

    identity: Identity
    client: Client
    index: RouteIndex
    harvest: Harvest
    methods: Mapping[str, frozenset[str]]
    """Route → methods that it answers."""
    today: date
    mailbox: Mailbox | None = None
    email: str = ""
    """Of an account that there is and that nobody misses, for what sends mail to its owner."""
    account: str = ""
    """What its owner types to log in."""
    recorded: Mapping[str, tuple[Recorded, ...]] = field(default_factory=dict)
    """What the project's own tests sent, by operation."""
    accounts: frozenset[str] = frozenset()
    """Keys and names of the users that the run acts as."""
    meanings: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Model and field by the name of a parameter, for views that do not tell."""
    password: str = ""
    """Of the identity, for pages that ask whoever is logged in for it once more."""
    on_clone: bool = False
    """Whether what is written harms nobody, so that writes may go to places in a row that are made up."""
    before: RowsBefore = field(default_factory=RowsBefore)
    """Which rows were there before the run."""
    linked: dict[str, tuple[PlannedPath, ...]] = field(default_factory=dict)
    """Route → addresses that the project's own code has made, shared by all."""
    learnt: dict[str, dict[str, LookUp]] = field(default_factory=dict)
    """Route → name of a parameter → what its view was seen to look up with it."""
    headers: AskedHeaders = field(default_factory=AskedHeaders)
    free: FreeWords = field(default_factory=FreeWords)
    _pages: dict[str, Answer | None] = field(default_factory=dict)
    _options: dict[str, Any] = field(default_factory=dict)
    """Route → what its view answers to OPTIONS."""

    def forget_pages(self, written: str = "") -> None:
        """Look at pages again when they are needed, all or those above a path: they show what came or changed since."""
        self._pages = {one: page for one, page in self._pages.items() if written and not written.startswith(one[:-1])}

    def paths(self, operation: Operation) -> tuple[list[PlannedPath], str]:
        """Return addresses, best first, and why there are none, or only made-up ones."""
        found, reason = self._paths(operation)
        return self.headers.given_to(found), reason

    def _paths(self, operation: Operation) -> tuple[list[PlannedPath], str]:
        operation = self.understood(operation)
        rows = self._row_paths(operation)
        if isinstance(rows, NoValue) and rows.declared:
            return [], rows.reason
        if not isinstance(rows, NoValue) and is_promised(operation):
            return list(rows), ""
        found, reason = ((), rows.reason) if isinstance(rows, NoValue) else (rows, "")
        shown = with_links(operation, found, self.harvest.paths.get(operation.route, ()))
        paths = dict[str, PlannedPath]()
        newest = self._newest(operation) if found else ()
        for one in (*self._mailed(operation), *self.linked.get(operation.route, ()), *shown, *newest):
            paths.setdefault(one.path, one)
        for one in paths_of_dates(operation, self.identity, self.index, self.today) if not paths else ():
            paths[one.path] = one
        if operation.catch_all and not paths:
            for path in self.harvest.without_slash(operation.route):
                paths[path] = PlannedPath(path=path, origin="link in an answer, without its last slash")
            paths = paths or {one.path: one for one in paths_of_files(operation, self.index)}
        # What a parameter is taken for by its name alone may be something else in the addresses of the project.
        is_assumed = any(one.model and one.evidence is Evidence.ASSUMED for one in operation.parameters)
        if (few := len(paths) < _FEW) or is_assumed:
            for one in paths_of_neighbours(operation, self.harvest.known_values, self.index, self.today):
                paths.setdefault(one.path, one)
            if few and not found:
                for one in paths_of_names(operation, self.identity, self.index, self.today, self.harvest.known_values):
                    paths.setdefault(one.path, one)
                for one in paths_registered(operation, self.identity, self.index, self.today):
                    if one.path not in paths or paths[one.path].origin == SHOWN_ELSEWHERE:
                        # What is registered is known, where else it was seen or not.
                        paths[one.path] = one
        if not paths and operation.kind is not Kind.READ and self.on_clone:
            # Where another method has worked there is something.
            worked = self.harvest.good.get(operation.route, {})
            paths = {path: PlannedPath(path=path, origin="address at which another method works") for path in worked}
        if operation.method == "DELETE":
            filled = {one.path: one for one in self.harvest.filled_at(operation.route)}
            paths = {**dict(list(paths.items())[:1]), **filled, **paths}
        spared = spare_accounts(operation, proven_first(operation, list(paths.values()), self.harvest), self.accounts)
        if isinstance(spared, NoValue):
            return [], spared.reason
        told = self.harvest.told.for_names(names := [one.name for one in operation.parameters])
        # What is beside something that answers have told may be anybody's own word, as the number of a message.
        may_guess = operation.kind is Kind.READ or (self.on_clone and (bool(told) or may_be_anything(operation)))
        if isinstance(rows, NoValue) and rows.guess and may_guess and len(spared) < _FEW:
            known = self.harvest.some_values(operation.route, names)
            guessed = made_up_paths(operation, self.identity, self.index, self.today, known)
            return [*spared, *self._queries(operation, [*spared, *guessed]), *guessed], reason
        return [*spared[:1], *self._queries(operation, spared), *spared[1:]], reason

    def _queries(self, operation: Operation, plain: Sequence[PlannedPath]) -> list[PlannedPath]:
        """Return addresses with a query, for reads that answer no other; `plain` are those without."""
        if operation.method not in ("GET", "POST"):
            return []
        found = self.harvest.queries.get(operation.route, {}).values()
        paths = [PlannedPath(path=path, origin="link or search form in an answer") for path in found]
        if operation.method == "POST":
            # A form goes to the address of its page, with the key of the link that leads there.
            read = {*(one.name for one in operation.query), *(query_names(plain[0].path) if plain else ())}
            return [one for one in paths if read & dict(parse_qsl(one.path.partition("?")[2])).keys()][:_FEW]
        if plain and (query := autocomplete_query(operation)):
            paths.append(PlannedPath(path=f"{plain[0].path}?{query}", origin=AUTOCOMPLETE))
        return paths

    def queries(self, operation: Operation) -> Iterator[str]:
        """Yield the query strings that the project's own tests sent for a read."""
        if operation.method in SAFE_METHODS:
            yield from recorded_queries(self.recorded.get(operation.id, ()), self.needs())

    def _row_paths(self, operation: Operation) -> tuple[PlannedPath, ...] | NoValue:
        if operation.needs_address:
            # Below a page of its own it may take whatever comes.
            guess = not operation.route.startswith("/<")
            told = "it answers any address, and no page leads to one: provide() in a loadtests.py names one"
            return NoValue(reason=told, guess=guess)
        return self.rows_as(operation, NEWEST if operation.risk.value == "destructive" else ANY)

    def rows_as(self, operation: Operation, which: Which) -> tuple[PlannedPath, ...] | NoValue:
        """Return the addresses of rows that meet something, those of the identity first."""
        return paths_with_others(operation, self.identity, self.index, replace(which, before=self.before))

    def paths_meeting(
        self, operation: Operation, answer: Answer | None, at: str, *, of_state: bool = False
    ) -> list[PlannedPath]:
        """Return addresses of rows that meet what the view asked when it found none at a path, or refused its state."""
        operation = self.understood(operation)
        if not of_state and self._learn(operation, answer):
            rows = self.rows_as(self.understood(operation), ANY)
            return [] if isinstance(rows, NoValue) else [replace(one, origin=f"{one.origin}{SEEN}") for one in rows]
        operation = beyond_own(operation, self.rows_as(operation, ANY)) if of_state else operation
        given = operation, answer.trace if answer is not None else None, self.identity, self.index
        asked = state_asked(operation, at, answer) if of_state else asked_of_rows(*given[:2])
        if asked is None and is_promised(operation):
            return []
        joined = () if asked else paths_joined(*given) or (() if of_state else paths_of_days(*given))
        found = {one.path: one for one in joined[:_FEW]}
        states = other_states(operation, at) if of_state and not found else ()
        for each in [with_known(asked, at, self.identity)] if asked else states:
            for having in each.filters():
                rows = self.rows_as(operation, Which(having=having, model=each.model))
                for one in rows[: _FEW if asked else 1] if not isinstance(rows, NoValue) else ():
                    found.setdefault(one.path, replace(one, origin=f"{one.origin}{MEETING}"))
        return list(found.values())

    def understood(self, operation: Operation) -> Operation:
        """Return the operation with what other views and its own statements tell of its parameters."""
        operation = understood(operation, self.meanings)
        learnt = with_names_elsewhere(operation, self.learnt)
        parameters = tuple(as_learnt(one, learnt) for one in operation.parameters)
        return deciding_on_others(replace(operation, parameters=parameters), self.identity)

    def _learn(self, operation: Operation, answer: Answer | None) -> bool:
        """Note what a view looked up with a parameter of which nothing is known for sure; tell whether that is news."""
        learnt = self.learnt.setdefault(operation.route, {})
        closed = answer is not None and answer.status in _CLOSED
        found = looked_up_at(operation, learnt, answer.trace if answer is not None else None, closed=closed)
        learnt |= dict(list(found.items())[:1])
        return bool(found)

    def seen(
        self, operation: Operation, answer: Answer | None, sent: Iterable[str], variant: int, path: str
    ) -> list[Complaint]:
        """Return the keys of a body or a query with which a view looked for a row in vain, each with one to name."""
        told = {one.name for one in operation.body.fields if is_explained(one) and one.type != "email"}
        names = [one for one in sent if one not in told]
        found = looked_up_with(names, answer.trace if answer is not None else None)
        # What the address names was looked up with the address.
        of_path = {(one.model, one.model_field) for one in operation.parameters}
        rows_of = beside(operation, match_of(path.partition("?")[0], self.index)[1], rows_for(self.identity))
        rows = ((name, or_keys(name, look_up, rows_of)) for name, look_up in found.items() if look_up not in of_path)
        return [Complaint(field=name, choice=True, value=one[(variant - 1) % len(one)]) for name, one in rows if one]

    def _mailed(self, operation: Operation) -> Iterator[PlannedPath]:
        """Yield addresses that came by mail, or would; a write goes where such a link leads to, as its page does."""
        mailed = self.mailbox.addresses(operation.route) if self.mailbox is not None else ()
        keyed = account_paths(operation, self.identity, self.email, self.before, may_look=self.on_clone)
        links = (*((one, MAILED) for one in mailed), *((one, OF_AN_ACCOUNT) for one in keyed))
        if operation.method in SAFE_METHODS:
            return (PlannedPath(path=path, origin=origin) for path, origin in links)
        return led_to(links, self.page, lambda path: match_of(path, self.index)[0] == operation.route)

    def _newest(self, operation: Operation) -> list[PlannedPath]:
        """Return addresses of the rows that came last, which may be the run's own where older ones are refused."""
        if operation.risk.value == "destructive" or not any(one.model for one in operation.parameters):
            return []
        rows = self.rows_as(operation, NEWEST)
        own = [one for one in rows if not one.origin.endswith(OF_OTHERS)] if not isinstance(rows, NoValue) else []
        return [replace(one, origin=f"{one.origin}{OF_THE_NEWEST}") for one in own]

    def payloads(self, operation: Operation, path: str) -> Iterator[Payload | None]:
        """Yield bodies, best first: one that the project declared is the only one.

        Raises NoRow when a required row is missing, and DeclaredError.
        """
        if operation.method in SAFE_METHODS:
            yield None
            return
        declared = declared_payload(operation, self.identity)
        if declared is not None or is_bodiless(operation):
            yield declared
            return
        needs = self.needs_of(operation)
        rows = as_asked_first(path, needs.rows)
        needs = replace(needs, rows=beside(operation, match_of(path.partition("?")[0], self.index)[1], rows))
        yield from recorded_payloads(operation, self.recorded.get(operation.id, ()), needs)
        if operation.method == "POST" and is_of_graphql(operation, path):
            yield question()
        if operation.method == "POST" and operation.body.kind in _FORM_KINDS:
            for found in self.forms_at(operation, path):
                names = [one.name for one in found.form.fields]
                known = {**needs.known, **self._passwords(names), **self._codes(found.page, names, needs.known)}
                yield from payloads_of_form(found.form, operation.body, replace(needs, known=known), path)
        is_shown = "GET" in self.methods.get(operation.route, frozenset())
        if is_shown:
            yield from bodies_of_rows(self, operation, path, needs)
        # What a mail or the account itself tells is meant for this very operation.
        for told in self.harvest.told.for_fields(one for one in operation.body.fields if one.name not in needs.known):
            yield next(payloads_of(operation.body, operation.method, replace(needs, known={**told, **needs.known})))
        plain = payloads_of(operation.body, operation.method, needs)
        yield from with_dispatched(operation, path, self.identity, plain)
        if is_shown:
            yield from like_others(self, operation, path, needs)

    def needs(
        self, given: Mapping[str, Any] | None = None, variant: int = 0, invalid: frozenset[str] = frozenset()
    ) -> Needs:
        """Return what values are made of."""
        # Where the first row was refused, somebody else's may be meant.
        own, others = rows_for(self.identity), rows_for(self.identity, of_all=True)
        made = Needs(rows=others if variant > 0 else own, others=others, today=self.today, given=given or {})
        return replace(made, variant=variant, invalid=invalid, free=self.free)

    def _codes(self, page: str, names: Iterable[str], known: Container[str]) -> dict[str, str]:
        answer = self._pages.get(page)
        page_text = (answer.text if answer is not None else "") or self.harvest.of_an_app
        return codes_for(page_text, names, known, self.identity, on_clone=self.on_clone)

    def _passwords(self, names: Iterable[str]) -> dict[str, str]:
        own = own_accounts(names := list(names)) if self.password else []
        found = dict.fromkeys(own_passwords(names), self.password) if self.password else {}
        return found | dict.fromkeys(own, self.identity.username)

    def needs_of(
        self,
        operation: Operation,
        given: Mapping[str, Any] | None = None,
        variant: int = 0,
        invalid: frozenset[str] = frozenset(),
        asked: Iterable[str] = (),
    ) -> Needs:
        """Return what values are made of, those of a true account included where the operation asks for one."""
        needs = self.needs(given, variant, invalid)
        names = [*(one.name for one in operation.body.fields), *(asked := list(asked))]
        known: dict[str, Any] = dict(self._passwords(names))
        known |= of_one_row(names, operation.view, self.identity)
        known |= {name: value for name, value in keys(operation, self.identity) if name not in known}
        if self.mailbox is not None:
            told = self.mailbox.values(names, f"{operation.route} {operation.name}")
            is_own = self.mailbox.folder is not None
            made = is_own and keys_for_body(operation, names, self.identity, self.email, asked, told, self.before)
            sources = made or [told]
            known |= sources[variant % len(sources)] if sources else {}
            known |= web_tokens_of_account(operation, self.identity, self.email) if is_own else {}
        if self.email and (asks_for_mail(f"{operation.route} {operation.name}") or sends_a_link(operation)):
            known |= {"email": self.email, **dict.fromkeys(ACCOUNT_NAMES, self.account)}
        return replace(needs, known=known)

    def described(self, operation: Operation, path: str) -> Operation:
        """Return the operation with what the API itself tells of fields of which the inventory knows nothing."""
        return described(operation, path, self.client, self._options)

    def corrected(self, operation: Operation, payload: Payload, found: Sequence[Complaint], variant: int) -> Payload:
        """Return a body that answers the server's complaints. Raises NoRow when a required row is missing."""
        return corrected(self, operation, payload, found, variant)

    def query(self, operation: Operation, path: str, found: Sequence[Complaint], variant: int = 0) -> str:
        """Return the path with values for the query parameters that the server asked for."""
        return with_query(self, operation, path, {one.field: one for one in found}, variant)

    def queries_of_source(self, operation: Operation, path: str) -> list[PlannedPath]:
        """Return the address of a read with what its view reads from the query."""
        return queries_of_source(self, operation, path)

    def forms_at(self, operation: Operation, path: str) -> list[FoundForm]:
        """Return forms that are sent to the path: those of its own page, then those of its row's or of other pages."""
        plain = path.partition("?")[0]
        if "GET" in self.methods.get(operation.route, frozenset()):
            self.page(path)
        names = {one.name for one in operation.body.fields}
        found = self.harvest.forms_for(operation.route, plain)
        if not found and (page := self.harvest.page_with_form(operation.route, plain)) and self.page(page):
            found = self.harvest.forms_for(operation.route, plain)
        return sorted(found, key=lambda one: one.likeness(names, plain))[:2]

    def page(self, path: str) -> Answer | None:
        """Return what a page answers, asked for once, and keep what it shows; None where it does not answer."""
        if path not in self._pages:
            try:
                answer = self.client.send("GET", path, None, headers=self.headers.at(path))
                if answer.status >= HTTPStatus.BAD_REQUEST and (headers := script_headers(path)):
                    answer = self.client.send("GET", path, None, headers=headers)
                self._pages[path] = answer
            except requests.RequestException:
                return self._pages.setdefault(path, None)
            route = answer.trace.route if answer.trace is not None else ""
            self.harvest.feed(route, path, answer.content_type, answer.content, answer.location)
        return self._pages[path]
