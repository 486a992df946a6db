"""Logins that answer a token: which operations those are told of, and how the token is shown."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from loadaudit.planning.control import ControlClient
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.steps import Sent, Step, failed
from loadaudit.records import LoginCause, LoginWay

_TOKEN_KEYS = ("access", "access_token", "token", "auth_token", "key", "jwt", "id_token")
_SCHEMES = {"access": "Bearer", "access_token": "Bearer", "jwt": "Bearer", "id_token": "Bearer"}
_OWN_HEADER = re.compile(r"^(?!csrf|refresh|reset)([a-z]+)_token$")
"""Tokens that have a header of their own, as in `session_token` and X-Session-Token."""

_NESTED_KEYS = ("data", "result", "tokens", "auth", "user", "meta")
_DEFAULT_SCHEME = "Token"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLogin:
    """An operation that takes a name and a password as JSON and answers a token."""

    path: str
    user_field: str
    password_field: str
    envelope: str = ""
    """Key of the object that holds the two, where the body does not hold them itself."""
    beside: tuple[tuple[str, Any], ...] = ()
    """What the body has to have beside the two, as the name of a device."""
    pages: tuple[str, ...] = ()
    """Pages of the same API, which may want this very token."""


NO_TOKEN = Step(cause=LoginCause.NO_FORM, detail="no operation answers a token", way=LoginWay.TOKEN)


def by_tokens(
    client: ControlClient, credential: Credential, logins: Sequence[TokenLogin], *, cookies_count: bool = True
) -> Iterator[Step]:
    """Yield a step for each of the logins: one project may have several, whose tokens open different doors."""
    yield from (by_token(client, credential, login, cookies_count=cookies_count) for login in logins)


def by_token(client: ControlClient, credential: Credential, login: TokenLogin, *, cookies_count: bool = True) -> Step:
    """Send name and password as JSON, and put the token that comes back into the headers of the session.

    With `cookies_count` an answer without a token but with a cookie counts as well.
    """
    values = {login.user_field: _name_for(login, credential), login.password_field: credential.password}
    values |= dict(login.beside)
    answer = client.post_json(login.path, {login.envelope: values} if login.envelope else values)
    refused = failed(answer, login.path)
    if refused is not None:
        return replace(refused, way=LoginWay.TOKEN)
    sent = (Sent(path=login.path, answer=answer),)
    found = _token_in(answer.json())
    if found is not None:
        first, *others = _headers_for(*found)
        client.headers |= first
        return Step(way=LoginWay.TOKEN, other_headers=tuple(others), sent=sent)
    if cookies_count and any("csrf" not in one.name.lower() for one in client.session().cookies):
        # What lets in is a cookie then, which the proof will show.
        user_id = answer.trace.user_id if answer.trace is not None else ""
        return Step(way=LoginWay.TOKEN, user_id=user_id, sent=sent)
    detail = f"{login.path} answered {answer.status} without a token"
    return Step(cause=LoginCause.REJECTED, detail=detail, way=LoginWay.TOKEN)


def _name_for(login: TokenLogin, credential: Credential) -> str:
    username = credential.identity.username
    return credential.email if "mail" in login.user_field.lower() and credential.email else username


def _token_in(document: object, depth: int = 2) -> tuple[str, str] | None:
    """Return key and value of the token in a JSON answer."""
    if not isinstance(document, dict):
        return None
    for key in (*_TOKEN_KEYS, *(one for one in document if _OWN_HEADER.match(str(one)))):
        value = document.get(key)
        if isinstance(value, str) and len(value) >= 8:
            return key, value
    if depth:
        for key in _NESTED_KEYS:
            found = _token_in(document.get(key), depth - 1)
            if found is not None:
                return found
    return None


def _headers_for(key: str, token: str) -> list[dict[str, str]]:
    """Return the headers that may carry the token, the most likely first; a JWT has three parts."""
    likely = "Bearer" if token.count(".") == 2 else _SCHEMES.get(key, _DEFAULT_SCHEME)
    schemes = dict.fromkeys((likely, "Bearer", "Token", "JWT"))
    own = _OWN_HEADER.match(key) if key not in _TOKEN_KEYS else None
    return [
        *([{f"X-{own[1].title()}-Token": token}] if own else []),
        *({"Authorization": f"{scheme} {token}"} for scheme in schemes),
    ]
