"""What is sent behind the forms of the pages to which it was sent on."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.judge import Trial, Try, unanswered
from loadaudit.planning.preflight.led_steps import led_through
from loadaudit.records import LEFT_EARLY, Identity, Outcome, PlannedPath, Risk
from tests.analysis.factories import operation, trace

USER = Identity(role="user", username="one", user_id="1")
WANTS = {"/pay/": ("cart", "address"), "/address/": ("cart",)}
PUTS = {"/cart/add/1/": "cart", "/cart/clear/": "", "/address/": "address"}
PAGES = {"cart": "/cart/", "address": "/address/"}


@dataclass
class _Shop:
    """A session that goes on."""

    has: set[str] = field(default_factory=set)
    sent: list[str] = field(default_factory=list)

    def send(self, method: str, path: str, payload: Any, **more: Any) -> Answer:
        self.sent.append(f"{method} {path}")
        missing = next((one for one in WANTS.get(path, ()) if one not in self.has), "")
        if not missing and method == "POST":
            self.has.add(PUTS[path])
        return _answer(PAGES[missing] if missing else "")


@dataclass
class _Candidates:
    client: Any


class _Preflight:
    """Sends each address once."""

    def __init__(self, shop: _Shop) -> None:
        self.candidates = {"user": _Candidates(shop)}

    def over(self) -> bool:
        return False

    def attempt_as(self, one: Any, candidates: Any, most: int, known: Sequence[PlannedPath]) -> Trial:
        answer = candidates.client.send(one.method, known[0].path, None)
        return _trial(f"{one.method} {known[0].path}", answer.location)


def _answer(location: str) -> Answer:
    refusals = (f"{LEFT_EARLY}views.py:1",) if location else ()
    return Answer(status=302, text="", location=location, trace=trace(refusals=refusals), number=1)


def _trial(id_: str, location: str = "", risk: Risk = Risk.SAFE) -> Trial:
    one = replace(operation(id_), risk=risk)
    best: Try = unanswered(one, USER, PlannedPath(path=id_.partition(" ")[2]), None, 1, "")
    answer = _answer(location)
    outcome = Outcome.DENIED if location else Outcome.OK
    return Trial(operation=one, best=replace(best, outcome=outcome, trace=answer.trace, answer=answer), tries=1)


def _led(shop: _Shop, *trials: Trial) -> dict[str, Trial]:
    @contextmanager
    def opened(one: Any) -> Iterator[Any]:
        yield shop

    preflight: Any = _Preflight(shop)
    failed = {one.operation.id: one for one in trials if not one.works}
    return led_through(failed, trials, preflight, opened)


def test_an_empty_cart_is_filled_and_the_steps_before_are_taken() -> None:
    """What destroys is a step of its own page alone; what works so is not sent under load."""
    shop = _Shop()
    others = _trial("POST /cart/add/1/"), _trial("POST /cart/clear/", risk=Risk.DESTRUCTIVE)
    found = _led(shop, *others, _trial("GET /pay/", "/cart/"), _trial("POST /address/", "/cart/"))
    # The page is asked for before it is known that the form before it works.
    assert shop.sent == ["POST /cart/add/1/", "GET /pay/", "POST /cart/add/1/", "POST /address/", *shop.sent[4:]]
    assert shop.sent[4:] == ["POST /cart/add/1/", "GET /pay/"]
    assert {id_: one.repeatable for id_, one in found.items()} == {"POST /address/": False, "GET /pay/": False}
    best = found["POST /address/"].best
    assert best is not None
    assert best.path.origin.endswith(", behind POST /cart/add/1/")


def test_steps_that_are_sent_on_themselves_come_behind_others() -> None:
    """As far as something works at the pages that they lead to."""
    address, pay = _trial("POST /address/"), _trial("GET /pay/", "/address/")
    assert not _led(shop := _Shop(), address, pay)
    assert shop.sent == ["POST /address/"]
    found = _led(shop := _Shop(), address, _trial("POST /cart/add/1/"), pay)
    assert shop.sent == ["POST /address/", "POST /cart/add/1/", "POST /address/", "GET /pay/"]
    best = found["GET /pay/"].best
    assert best is not None
    assert best.path.origin.endswith(", behind POST /cart/add/1/, POST /address/")


def test_nothing_is_sent_where_nothing_works_at_the_page() -> None:
    """Nor for what was not sent on."""
    assert not _led(shop := _Shop(), _trial("GET /pay/", "/cart/"), _trial("POST /address/"))
    assert not shop.sent
