"""Where a project's login form is, and which page proves a login."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.shortcuts import resolve_url
from django.urls import Resolver404, get_script_prefix

from loadaudit.conf import SESSION_LOGIN
from loadaudit.errors import RAISED
from loadaudit.inventory.source.unwrap import attribute_of
from loadaudit.inventory.urlconf.login_pages import login_addresses
from loadaudit.planning.control import Answer, ControlClient
from loadaudit.planning.forms import HtmlForm, PageParser, read_forms
from loadaudit.planning.lanes import EXPORT_CATEGORY
from loadaudit.planning.payloads.matching import text_matching
from loadaudit.planning.resolving import match_at
from loadaudit.planning.values import fill
from loadaudit.records import Access, Identity, Operation, Parameter

_ERROR_CLASSES = ("error", "invalid", "danger", "alert", "warning")
_LONGEST_ERROR = 300
_HOPS = 3
_REFUSED = 400
_UNSEEN = frozenset({"hidden", "submit", "checkbox", "button"})
_LOGIN_WORDS = re.compile(r"log[-_ ]?in|sign[-_ ]?in|anmeld|einlogg|connexion|acceder", re.IGNORECASE)
_OTHER_WORDS = re.compile(
    r"sign[-_ ]?up|regist|creat|join|forgot|reset|search|subscri|newsletter|invite|passwordless", re.IGNORECASE
)
_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr", "col", "area", "base", "embed", "source"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofPage:
    """A page that only a logged-in user gets; where it is and what it is."""

    path: str
    operation_id: str
    method: str = "GET"
    is_export: bool = False
    """Whether it may fill a cache that a run has to find cold to measure it: others are looked at first."""

    @property
    def is_page(self) -> bool:
        """Whether it is a page, rather than a write that is asked by OPTIONS for want of one."""
        return self.method == "GET"


def login_paths(configured: str) -> tuple[str, ...]:
    """Return the paths to look for a login form at, best first: LOGIN, LOGIN_URL, then what routes are named.

    Only those that the URLconf answers: LOGIN_URL has a default that many projects do not have. Without the prefix
    of FORCE_SCRIPT_NAME, which a proxy takes off before a request comes in. `"session"` names no page.
    """
    found = (without_prefix(path) for path in login_addresses("" if configured == SESSION_LOGIN else configured))
    return tuple(dict.fromkeys(path for path in found if _is_answered(path)))


def from_all_parts(paths: Sequence[str], most: int) -> Sequence[str]:
    """Return at most so many of the paths, evenly spread: what stands beside each other is of one part of a project."""
    return paths[:: max(1, -(-len(paths) // most))]


def is_login_path(name: str) -> bool:
    """Whether a path or URL name is one of this project."""
    try:
        return _is_answered(without_prefix(urlsplit(resolve_url(name)).path))
    except RAISED:  # there is none, or a converter of the project's own fails
        return False


def _is_answered(path: str) -> bool:
    for one in (path, path + "/") if settings.APPEND_SLASH and not path.endswith("/") else (path,):
        with suppress(Resolver404):
            match_at(one)
            return True
    return False


def without_prefix(path: str) -> str:
    """Return a path of a link as it is sent to the server."""
    prefix = get_script_prefix()
    return "/" + path.removeprefix(prefix) if prefix != "/" and path.startswith(prefix) else path


def admin_login() -> str:
    """Return the path of the admin's login page, empty where the project has no admin."""
    try:
        return without_prefix(resolve_url("admin:login"))
    except RAISED:  # there is none, or a converter of the project's own fails
        return ""


def proof_page(operations: Sequence[Operation], identity: Identity, *, api: bool = False) -> ProofPage | None:
    """Return a page that proves a login of this identity: a GET that asks for a user, best without parameters.

    With `api` one that wants a key or a token comes first; without, one whose view may look at no session comes last.
    An export does where no other page proves it.
    """
    found = unsure = export = None
    asking = [one for one in operations if _asks_for(one.access, identity, api=api)]
    keyed = {one.id for one in asking if one.access.api_key}
    for page in open_pages(asking):
        if not api and not _may_take_sessions(page.path):
            unsure = unsure or page
            continue
        if page.is_export and not (api and page.operation_id in keyed):
            export = export or page
            continue
        found = found or page
        if page.operation_id in keyed or not api:
            return page
    admin = _admin_page() if identity.staff and not api else None
    if export is not None and not (found or admin):
        below = (one for one in made_up_pages(asking) if api or _may_take_sessions(one.path))
        export = min((export, *islice(below, 1)), key=lambda one: one.is_export)
    return (
        found
        or admin
        or export
        or unsure
        or _asked_by_options(operations, identity)
        or next(made_up_pages(asking), None)
    )


def _asks_for(access: Access, identity: Identity, *, api: bool) -> bool:
    """Whether an operation is for those who are logged in, or show a key, and this identity is one of them."""
    is_particular = access.is_particular or (access.is_raised and not identity.staff)
    asks = access.login or access.is_raised or (api and access.api_key)
    return asks and not is_particular and (api or not access.api_key)


def _may_take_sessions(path: str) -> bool:
    """Whether a view of REST framework may know who asks by a session; other views may."""
    try:
        view_class: Any = getattr(match_at(path).func, "cls", None)
    except Resolver404:
        return True
    makes = getattr(view_class, "get_authenticators", None)
    if makes is None:
        return True
    if not makes.__module__.startswith("rest_framework."):
        return False
    known = [base.__name__ for one in view_class.authentication_classes for base in getattr(one, "__mro__", ())]
    return "SessionAuthentication" in known


def is_class_based(path: str) -> bool:
    """Whether a class answers at a path, whose OPTIONS is the framework's: a function may do anything by any method."""
    try:
        view = match_at(path).func
    except Resolver404:
        return False
    view_class = attribute_of(view, "view_class") or attribute_of(view, "cls")
    own = attribute_of(attribute_of(view_class, "options"), "__module__", "")
    return str(own).startswith(("django.", "rest_framework."))


def _asked_by_options(operations: Sequence[Operation], identity: Identity) -> ProofPage | None:
    """Return a write that asks for a login, to be asked by OPTIONS, which comes to the same checks and changes nothing.

    Where a project has no page that only a user gets, this is all that shows who somebody is.
    """
    for one in operations:
        access = one.access
        is_particular = access.is_particular or (access.is_raised and not identity.staff)
        path = "" if one.parameters or one.method != "POST" else fill(one.route, {})
        if path and access.login and not is_particular and is_class_based(path):
            return ProofPage(path=path, operation_id=f"OPTIONS {one.route}", method="OPTIONS")
    return None


def _admin_page() -> ProofPage | None:
    """Return the admin's first page, which the inventory need not have."""
    try:
        return ProofPage(path=without_prefix(resolve_url("admin:index")), operation_id="the admin")
    except RAISED:  # there is none, or a converter of the project's own fails
        return None


def key_page(operations: Sequence[Operation]) -> ProofPage | None:
    """Return a page that wants a key or a token, best of no particular user, or None.

    Whose key it is shows at one for others as well: who asks is known before they are turned away.
    """
    keyed = [one for one in operations if one.access.api_key]
    keyed.sort(key=lambda one: one.access.is_raised or one.access.is_particular)
    pages = list(open_pages(keyed))
    others = (one for one in pages if not one.is_export)
    return next(chain(others, made_up_pages(keyed), pages), None)


def open_pages(operations: Iterable[Operation], *, sparing: bool = False) -> Iterator[ProofPage]:
    """Yield safe pages without parameters, exports last; none of them when `sparing`, unless there is nothing else."""
    pages = [one for one in operations if one.method == "GET" and not one.parameters and one.risk.value == "safe"]
    others = [one for one in pages if not _is_export(one)]
    for one in others if sparing and others else sorted(pages, key=_is_export):
        yield ProofPage(path=fill(one.route, {}), operation_id=one.id, is_export=_is_export(one))


def _is_export(operation: Operation) -> bool:
    return operation.category == EXPORT_CATEGORY


def made_up_pages(operations: Iterable[Operation]) -> Iterator[ProofPage]:
    """Yield safe pages with made-up values: who asks is known before a row is looked for, and found missing.

    Exports come last.

    All that an API of tenants has may stand below the name of one.
    """
    for one in sorted(operations, key=_is_export):
        if one.method != "GET" or not one.parameters or one.catch_all or one.risk.value != "safe":
            continue
        values = {each.name: _made_up(each) for each in one.parameters}
        path = fill(one.route, values)
        with suppress(Exception):  # a converter is the project's own code, and may look a row up
            if match_at(path).kwargs.keys() <= values.keys():
                yield ProofPage(path=path, operation_id=one.id, is_export=_is_export(one))


def _made_up(parameter: Parameter) -> str:
    if parameter.choices:
        return str(parameter.choices[0])
    return text_matching(parameter.pattern) if parameter.pattern else "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPage:
    """A login page and what on it is filled in first."""

    path: str
    form: HtmlForm
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoLoginPage:
    """Where a login form was looked for in vain."""

    detail: str
    host: str = ""
    """The other host to which a login page leads, if one does."""
    broken: str = ""
    """What a login page failed with in the server, if one did."""
    traceback: str = ""


def find_form(
    client: ControlClient, paths: Sequence[str], protected: str = "", others: Collection[str] = ()
) -> LoginPage | NoLoginPage:
    """Return the page with the login form on it, or where it was looked for.

    After the known paths comes the one to which an anonymous request for a protected page is redirected. A page
    that asks for the name alone counts where no other asks for a password: the password is asked for after it.
    A page at the paths of `others` is not for whoever logs in here.
    """
    tried = []
    host = broken = traceback = ""
    first_step: LoginPage | None = None
    for path in (*paths, protected):
        if not path:
            continue
        answer, place = followed(client, path)
        if place.partition("?")[0] in others:
            continue
        form = login_form(answer.text)
        if form is not None and not _leads_away(form, client.host):
            return LoginPage(path=place, form=form, html=answer.text)
        if not broken and answer.trace is not None and answer.trace.exception is not None:
            failure = answer.trace.exception
            broken, traceback = f"{path} failed with {failure.type}: {failure.message}", failure.traceback
        away = urlsplit(form.action if form is not None else answer.location).hostname or ""
        host = host or away
        said = f": {said}" if answer.status >= _REFUSED and (said := said_by(answer)) else ""
        tried.append(f"{path} ({answer.status}{said}" + (f", leads to {away})" if away else ")"))
        name_form = name_only_form(answer.text) if path != protected else None
        if first_step is None and name_form is not None:
            first_step = LoginPage(path=place, form=name_form, html=answer.text)
    if first_step is not None:
        return first_step
    text = f"no login form was found at {', '.join(tried) or 'any known path'}; name its page in LOADAUDIT['LOGIN']"
    return NoLoginPage(detail=text, host=host, broken=broken, traceback=traceback)


def login_form(html: str) -> HtmlForm | None:
    """Return the form of a page that takes a name and one password; of several the one that speaks of a login."""
    forms = [form for form in read_forms(html) if form.password_field and form.user_field and form.method == "POST"]
    return max(forms, key=_likeness) if forms else None


def name_only_form(html: str) -> HtmlForm | None:
    """Return the form of a page that asks for a name and nothing else, to ask for the password after it."""
    for form in read_forms(html):
        asked = [one for one in form.fields if one.kind not in _UNSEEN]
        if form.method == "POST" and len(asked) == 1 and form.user_field == asked[0].name and _likeness(form) >= 0:
            return form
    return None


def password_form(html: str) -> HtmlForm | None:
    """Return the form of a page that asks for one password, with or without a name."""
    forms = [form for form in read_forms(html) if form.password_field and form.method == "POST"]
    return max(forms, key=_likeness) if forms else None


def _likeness(form: HtmlForm) -> int:
    """Return how much a form with a password speaks for a login and against a sign-up."""
    told = {one.autocomplete for one in form.fields}
    likeness = 2 * bool(_LOGIN_WORDS.search(form.words)) + ("current-password" in told)
    return likeness - 3 * bool(_OTHER_WORDS.search(form.words)) - 2 * ("new-password" in told)


def _leads_away(form: HtmlForm, own_host: str) -> bool:
    host = urlsplit(form.action).hostname
    return host is not None and host != own_host


def action_of(page: str, form: HtmlForm) -> str:
    """Return path and query that a form on `page` is sent to; never another host, whatever the form says."""
    parts = urlsplit(urljoin(page, form.action))
    return without_prefix(parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def said_by(answer: Answer) -> str:
    """Return what a refusal says: what its page marks as an error, its JSON, or its text where that is all."""
    document = answer.json() if "json" in answer.content_type else None
    plain = answer.text if "<" not in answer.text else ""
    return error_text(answer.text) or (str(document) if document else plain.strip())[:_LONGEST_ERROR]


def error_text(html: str) -> str:
    """Return what a page shows as errors: texts whose element is marked as one, shortened."""
    parser = _Errors()
    parser.feed(html)
    parser.close()
    return " ".join(dict.fromkeys(parser.texts))[:_LONGEST_ERROR]


def followed(client: ControlClient, path: str) -> tuple[Answer, str]:
    """Return the page that a path leads to within the target, and its path; other hosts are not asked."""
    answer = client.get(path)
    for _ in range(_HOPS):
        if not answer.location.startswith("/"):
            break
        path = answer.location
        answer = client.get(path)
    return answer, path


class _Errors(PageParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        values = dict(attrs)
        marks = f"{values.get('class') or ''} {values.get('id') or ''}".lower()
        marked = values.get("role") == "alert" or any(word in marks for word in _ERROR_CLASSES)
        if self._depth or marked:
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        if self._depth and tag not in _VOID:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._depth and (text := " ".join(data.split())):
            self.texts.append(text)
