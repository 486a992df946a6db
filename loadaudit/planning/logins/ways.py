"""Which ways to a session a project offers: settings, its loadtests module, its login page, its token operations."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from itertools import islice, takewhile

from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured

from loadaudit.conf import SESSION_LOGIN, Config
from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.languages.names import name_in_english
from loadaudit.planning.logins.attempts import SessionSource, Ways
from loadaudit.planning.logins.pages import admin_login, key_page, login_paths, open_pages, proof_page
from loadaudit.planning.logins.server_side import can_make_keys
from loadaudit.planning.logins.steps import LoginFunction
from loadaudit.planning.logins.tokens import TokenLogin
from loadaudit.planning.payloads.values import Needs, value_of
from loadaudit.planning.project.discovery import load_modules
from loadaudit.planning.project.sources import has_declared_body
from loadaudit.planning.values import fill
from loadaudit.records import BodyKind, Identity, Kind, Operation

_USER_FIELDS = ("username", "email", "login", "user", "identifier")
_PAGES = 5
"""Pages that are looked at for a user where none asks for one."""

_PAGES_BESIDE = 2
"""Pages of a login's API that are looked at for whether they want its token."""

_PASSWORD_FIELDS = ("password", "passwd", "pass", "pwd")
_A_PASSWORD = re.compile(r"pass|pwd|secret|pin\b|credential", re.IGNORECASE)
_LOGIN_VIEWS = frozenset({"django.contrib.auth.views.LoginView", "django.contrib.admin.sites.AdminSite.login"})
_TOKEN_WORDS = re.compile(
    r"token|log[-_]?in|sign[-_]?in|jwt|auth|session|sesion|sessao|ingres|entrar|acce[ds]|connexion|anmeld|einlogg|inlogg",
    re.IGNORECASE,
)
_SURE = re.compile(r"token|log[-_]?in|sign[-_]?in|jwt", re.IGNORECASE)
_NAMED = re.compile(r"/(?:log|sign)[-_]?in/?$|/token/?$", re.IGNORECASE)
_OF_THE_CLIENT = re.compile(
    r"device|platform|user_?agent|(?:client|app)_?(?:name|type|kind|version)|grant_?type|remember|locale|language"
    r"|fingerprint|push|scope",
    re.IGNORECASE,
)
"""Names of what a login may ask beside name and password of the program that logs in, and of nobody's account."""

_GRANT = "password"
"""What OAuth calls a login by name and password (RFC 6749, 4.3.2)."""

_PARAMETER = re.compile(r"<[^>]*>")
_NOT_A_LOGIN = re.compile(r"refresh|verify|revoke|blacklist|logout|sign_?up|register|reset|change", re.IGNORECASE)


def ways_of(
    config: Config, operations: Sequence[Operation], sessions: SessionSource | None, *, isolated: bool = False
) -> Ways:
    """Return every way to a session. Raises UsageError when the project's loadtests module cannot be imported."""
    proof = proof_page(operations, Identity(role=""))
    server_side = config.login == SESSION_LOGIN
    paths = login_paths(config.login)
    return Ways(
        paths=paths,
        pages=tuple(islice(open_pages(operations), _PAGES)),
        api=key_page(operations),
        admin=admin_login(),
        makes_keys=isolated and can_make_keys(),
        protected=proof.path if proof and proof.is_page else "",
        function=login_function(),
        tokens=tuple(token_logins(operations)),
        sessions=sessions,
        server_side=server_side,
        retries=config.login_retries,
    )


def login_function() -> LoginFunction | None:
    """Return `login` of the first loadtests module that has one. Raises UsageError when one cannot be imported."""
    for module in load_modules():
        function = getattr(module, "login", None)
        if callable(function):
            return function  # type: ignore[no-any-return]
    return None


def token_logins(operations: Sequence[Operation]) -> Iterator[TokenLogin]:
    """Yield the operations that take a name and a password as JSON and may answer a token, best first."""
    found = []
    for operation in operations:
        words = _words_of(operation)
        is_open = any(not one.choices for one in operation.parameters)
        if operation.method != "POST" or is_open or _NOT_A_LOGIN.search(words):
            continue
        login = _token_login(operation) or _by_its_name(operation)
        if login is not None and _TOKEN_WORDS.search(words):
            pages = tuple(islice(pages_beside(operation, operations), _PAGES_BESIDE))
            found.append((not operation.body.fields, "token" not in words.lower(), replace(login, pages=pages)))
    yield from (login for *_, login in sorted(found, key=lambda one: one[:2]))


def _words_of(operation: Operation) -> str:
    """Return what an operation is called, without its parameters: the token of an invitation makes no login."""
    return f"{_PARAMETER.sub('', operation.route)} {operation.name} {operation.view}"


def is_login(operation: Operation) -> bool:
    """Whether an operation takes the name and the password of an account, of which a wrong one may lock it out."""
    words = _words_of(operation)
    if operation.method in SAFE_METHODS or _NOT_A_LOGIN.search(words) or not _TOKEN_WORDS.search(words):
        return False
    return operation.view in _LOGIN_VIEWS or _fields_of(operation) is not None


def may_take_password(operation: Operation) -> bool:
    """Whether an operation of a login page takes a password by all that is known: one may only send a link by mail."""
    names = [each.name for one in operation.body.fields for each in (one, *one.fields)]
    return not names or any(_A_PASSWORD.search(name) for name in names)


def sent_by_logins(config: Config, operations: Sequence[Operation]) -> frozenset[str]:
    """Return the ids of operations that take the passwords of accounts: only the logins of a run send them.

    What the project has declared a body for is sent like anything else: a person has said with which password.
    """
    tokens = (one.path for one in token_logins(operations))
    routes = {*login_paths(config.login), *tokens, *(one.route for one in operations if is_login(one))}
    writes = (one for one in operations if one.kind is Kind.WRITE and one.route in routes)
    return frozenset(one.id for one in writes if may_take_password(one) and not has_declared_body(one))


def only_at(ways: Ways, path: str) -> Ways:
    """Return the ways of a run with the login at this path alone, and nothing put into a session beside it."""
    token = tuple(one for one in ways.tokens if one.path == path)
    alone = replace(ways, function=None, api=None, makes_keys=False, server_side=False, admin="", retries=0, kept={})
    return replace(alone, paths=() if token else (path,), tokens=token, protected="")


def pages_beside(login: Operation, operations: Sequence[Operation]) -> Iterator[str]:
    """Yield pages that ask for a login and stand nearest to it in the URLs: an API lets in by its own login."""
    found = []
    for one in operations:
        shared = shared_segments(one.route, login.route)
        if one.access.login and not one.access.staff and shared:
            found.append((-shared, one))
    found.sort(key=lambda pair: pair[0])
    yield from (page.path for page in open_pages(one for _, one in found))


def shared_segments(first: str, second: str) -> int:
    """Return how many parts two addresses have in common, from the left."""
    pairs = zip(first.strip("/").split("/"), second.strip("/").split("/"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _token_login(operation: Operation) -> TokenLogin | None:
    # REST framework's views parse JSON and forms alike; its own token views declare no schema.
    fields = _fields_of(operation) if operation.body.kind is BodyKind.JSON else None
    if fields is None:
        return None
    first = operation.body.fields[0]
    needs = Needs(rows=lambda *_: [], today=date.today(), known={"grant_type": _GRANT})
    others = [one for one in first.fields or operation.body.fields if one.required and one.name not in fields]
    return TokenLogin(
        path=_path_of(operation),
        user_field=fields[0],
        password_field=fields[1],
        envelope=first.name if first.fields else "",
        beside=tuple((one.name, value_of(one, needs)) for one in others),
    )


def _path_of(operation: Operation) -> str:
    """Return the address of a login, in the first of several versions of an API."""
    return fill(operation.route, {one.name: one.choices[0] for one in operation.parameters})


def _by_its_name(operation: Operation) -> TokenLogin | None:
    """Return the login that an address speaks of whose body is beyond reading, with the names that are usual."""
    if operation.body.kind is not BodyKind.JSON or operation.body.fields or not _NAMED.search(operation.route):
        return None
    user_field = "username"
    with suppress(ImproperlyConfigured):  # A project may do without users of Django's.
        user_field = get_user_model().USERNAME_FIELD
    return TokenLogin(path=_path_of(operation), user_field=user_field, password_field="password")


def _fields_of(operation: Operation) -> tuple[str, str] | None:
    """Return the names of the fields for name and password, where a body needs no others about the account."""
    fields = operation.body.fields
    if len(fields) == 1 and fields[0].fields:
        fields = fields[0].fields
    names = [one.name for one in fields]
    # A project may write them in its own language.
    called = {name_in_english(name): name for name in reversed(names)} | {name: name for name in names}
    password = next((called[name] for name in _PASSWORD_FIELDS if name in called), "")
    user = next((called[name] for name in (*_USER_FIELDS, *names) if name in called and called[name] != password), "")
    others = [one for one in fields if one.required and one.name not in (user, password)]
    others = [one for one in others if one.unique or one.model or one.fields or not _OF_THE_CLIENT.search(one.name)]
    # What nobody may have yet, as a name, is of a new account, unless the address leaves no doubt: a schema made from
    # the model of users says so of every name.
    is_sure = _SURE.search(_PARAMETER.sub("", f"{operation.route} {operation.name}"))
    others += [one for one in fields if one.unique and not is_sure]
    return (user, password) if password and user and not others else None
