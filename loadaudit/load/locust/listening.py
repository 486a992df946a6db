"""Keeps what Locust itself says about each request, and which user sends it."""

import functools
from typing import Any

from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession
from locust.user.users import User

from loadaudit.load.locust.hops import Exchange, Hops, acting, exchange
from loadaudit.records import ToolVerdict

_ATTRIBUTE = "_loadaudit_exchange"
_LONGEST = 300


def install(hops: Hops, request_event: Any) -> None:
    """Follow every call of a client to the word that Locust has for it."""
    sessions: tuple[Any, ...] = (HttpSession, FastHttpSession)
    for session in sessions:
        session.request = _followed(session.request)
        session._build_url = _led(hops, session._build_url)
    any_user: Any = User
    any_user.run = _as_user(any_user.run)
    request_event.add_listener(functools.partial(_judge, hops))


def _followed(original: Any) -> Any:
    @functools.wraps(original)
    def request(self: Any, *args: Any, **options: Any) -> Any:
        call = Exchange(user=self.user, stream=bool(options.get("stream")))
        token = exchange.set(call)
        try:
            response = original(self, *args, **options)
        finally:
            exchange.reset(token)
        # With catch_response the word comes later, when other requests may have been sent meanwhile.
        setattr(response, _ATTRIBUTE, call)
        return response

    return request


def _led(hops: Hops, original: Any) -> Any:
    @functools.wraps(original)
    def build_url(self: Any, path: Any) -> Any:
        return hops.led(original(self, path))

    return build_url


def _as_user(original: Any) -> Any:
    @functools.wraps(original)
    def run(self: Any) -> Any:
        acting.set(self)
        return original(self)

    return run


def _judge(
    hops: Hops,
    request_type: Any = "",
    name: Any = "",
    response: Any = None,
    exception: Any = None,
    **others: Any,
) -> None:
    call = getattr(response, _ATTRIBUTE, None) or exchange.get()
    if call is None or call.judged or not call.numbers:
        if call is None or call.judged:
            hops.spool.count(f"{request_type}: measured by a client that is not looked into")
        return
    call.judged = True
    failure = (str(exception) or type(exception).__name__)[:_LONGEST] if exception else ""
    hops.spool.judge(
        ToolVerdict(
            number=call.numbers[0],
            numbers=tuple(call.numbers),
            method=str(request_type),
            name=str(name),
            failure=failure,
        )
    )
