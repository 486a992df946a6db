"""Locks that earlier requests still hold, and answers, are waited for, and not for ever."""

import pytest
from django.core.signing import TimestampSigner, dumps

from loadaudit.planning.lanes import alone_timeout_s_of
from loadaudit.planning.patience import Patience, Silence
from loadaudit.records import BodyKind, Pair, Payload, Risk, ServerException
from tests.analysis.factories import operation, trace

LOCKED = trace(exception=ServerException(type="OperationalError", message="database is locked", fingerprint="x"))


def test_a_run_waits_a_minute_in_all() -> None:
    """Each wait counts with the request that it follows."""
    now = [0.0]
    patience = Patience(left_s=12.0, clock=lambda: now[0], pause=lambda s: now.append(now.pop() + s))
    assert not patience.again(trace(), 0.0)
    sent = []
    for begun_s in (0.0, 8.0, 16.0):
        now[:] = [begun_s + 5.0]
        sent.append(patience.again(LOCKED, begun_s))
    assert sent == [True, True, False]


@pytest.mark.parametrize(
    ("value", "waited"),
    [
        ("signed", [3.0]),
        ("dumped", [3.0]),
        ("1700000000", [3.0]),
        ("1700000000.25", [3.0]),
        ("1699990000", []),
        ("a:b:c", []),
        ("", []),
    ],
)
def test_a_form_that_notes_when_it_was_shown_is_filled_in_first(
    value: str, waited: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sent at once, it would be taken for that of a robot."""
    monkeypatch.setattr("time.time", lambda: 1700000000.0)
    made = {"signed": TimestampSigner().sign("x"), "dumped": dumps({"shown": True})}
    paused: list[float] = []
    patience = Patience(pause=paused.append, now=lambda: 1700000001.0)
    patience.read(Payload(kind=BodyKind.FORM, pairs=(Pair(name="at", value=made.get(value, value)),)))
    patience.read(None)
    assert paused == waited


def test_answers_that_do_not_come_take_little_from_others() -> None:
    """Up to a bound, behind which the time for all is over when it is."""
    silence = Silence(spare_s=20.0)
    assert [silence.note(15.0), silence.note(15.0), silence.note(15.0)] == [15.0, 5.0, 0.0]
    write = operation("POST /a/", risk=Risk.MUTATING)
    assert [alone_timeout_s_of(write, count) for count in (0, silence.count)] == [15.0, 5.0]
    heavy = operation("POST /a/copy/", risk=Risk.HEAVY)
    assert [alone_timeout_s_of(heavy, count) for count in (0, 2, 7, 9)] == [60.0, 30.0, 15.0, 5.0]
