"""What one login has to wait for, all wait for."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from loadaudit.planning.logins.pace import Pace


@dataclass
class Time:
    """A clock that sleeping moves on."""

    now_s: float = 0.0
    slept_s: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Move the clock."""
        self.slept_s.append(seconds)
        self.now_s += seconds


def pace(time: Time, said: list[str] | None = None, **limits: float) -> Pace:
    """Return a pace on this clock."""
    say = said.append if said is not None else lambda text: None
    return Pace(say=say, clock_s=lambda: time.now_s, sleep=time.sleep, **limits)


@pytest.mark.parametrize(("asked_s", "waits_s"), [(None, [5.0, 10.0, 20.0]), (3.0, [3.0, 3.0, 3.0])])
def test_waits_as_asked_else_longer_each_time(asked_s: float | None, waits_s: list[float]) -> None:
    """Retry-After is believed."""
    time, said = Time(), list[str]()
    gate = pace(time, said)
    for earlier in range(3):
        assert gate.hold(earlier, asked_s)
        gate.pass_gate()
    assert time.slept_s == waits_s
    assert gate.waited_s == sum(waits_s)
    assert said[0].startswith(f"The login is rate-limited; it goes on in {waits_s[0]:.0f} s")


def test_two_that_meet_a_limit_at_once_wait_once() -> None:
    """The second finds the gate closed."""
    time, said = Time(), list[str]()
    gate = pace(time, said)
    assert gate.hold(0, None)
    assert gate.hold(0, None)
    assert (gate.waited_s, len(said)) == (5.0, 1)


def test_an_hour_is_not_waited_for() -> None:
    """The run says what limits the login instead."""
    time = Time()
    gate = pace(time)
    assert not gate.hold(0, 3600.0)
    gate.pass_gate()
    assert time.slept_s == []


def test_patience_ends() -> None:
    """All waits of a run together are bounded."""
    time = Time()
    gate = pace(time, patience_s=20)
    assert [gate.hold(earlier, None) for earlier in range(2)] == [True, True]
    gate.pass_gate()
    assert not gate.hold(2, None)
