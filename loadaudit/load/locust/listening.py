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


def install(hops: Hops, events: Any) -> None:
    """Follow every call of a client to the word that Locust has for it, and note what users raise."""
    sessions: tuple[Any, ...] = (HttpSession, FastHttpSession)
    for session in sessions:
        session.request = _followed(session.request)
        session._build_url = _led(hops, session._build_url)
    any_user: Any = User
    any_user.run = _as_user(any_user.run)
    events.request.add_listener(functools.partial(_judge, hops))
    events.user_error.add_listener(functools.partial(_note_error, hops))


def _followed(original: Any) -> Any:
    @functools.wraps(original)
    def request(self: Any, *args: Any, **options: Any) -> Any:
        call = Exchange(user=self.user, stream=bool(options.get("stream")))
        token = exchange.set(call)
        try:
            response = original(self, *args, **options)
        finally:
            exchange.reset(token)
        # With catch_response the word comes later, when other requests may have been sent meanwhile, and FastHttpUser
        # then hands over what is a copy of the response that the word is about.
        for one in (response, getattr(response, "request_meta", {}).get("response")):
            if one is not None:
                setattr(one, _ATTRIBUTE, call)
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


def _note_error(hops: Hops, user_instance: Any, exception: BaseException, **others: Any) -> None:
    text = f"{type(exception).__name__}: {exception}".splitlines()[0][:_LONGEST]
    # For what a task raises Locust hands over the task set.
    user = getattr(user_instance, "user", user_instance)
    hops.spool.count(f"a user {type(user).__name__} raised {text}")
