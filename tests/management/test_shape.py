"""Rates, stages and limits as they stand on the command line."""

import argparse
from typing import Any

import pytest

from loadaudit.errors import UsageError
from loadaudit.management.commands._shape import (
    add_shape_arguments,
    parse_rate,
    parse_stages,
    shape_of,
    timeouts_of,
    users_of_shape,
)
from loadaudit.records import Arriving, Ramp, Stage


def options(*arguments: str) -> dict[str, Any]:
    """Return what argparse makes of a command line."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_shape_arguments(parser)
    return {**vars(parser.parse_args(arguments)), "target": ""}


@pytest.mark.parametrize(("text", "rate"), [("50", 50.0), ("50/s", 50.0), ("3000/m", 50.0), ("1800/h", 0.5)])
def test_rates_have_units(text: str, rate: float) -> None:
    """Per second where nothing is said."""
    assert parse_rate(text) == pytest.approx(rate)


@pytest.mark.parametrize("text", ["", "0", "-1", "fast", "5/d", "nan", "inf", "1e9"])
def test_impossible_rates_are_refused(text: str) -> None:
    """The message shows one that is right."""
    with pytest.raises(argparse.ArgumentTypeError, match="50/s"):
        parse_rate(text)


def test_stages_of_users() -> None:
    """They begin with nobody."""
    stages = (Stage(duration_s=30, target=10), Stage(duration_s=120, target=50), Stage(duration_s=30, target=0))
    assert parse_stages("30s:10, 2m:50,30s:0") == ("users", Ramp(start=0.0, stages=stages))


def test_stages_of_a_rate() -> None:
    """The end of a ramp needs no unit."""
    stages = (Stage(duration_s=10, target=5), Stage(duration_s=10, target=0))
    assert parse_stages("10s:300/m,10s:0/s") == ("rate", Ramp(start=0.0, stages=stages))


@pytest.mark.parametrize("text", ["", "10", "10s", "10s:", "0s:5", "10s:0", "10s:x", "10s:5,10s:5/s", "10s:-1"])
def test_impossible_stages_are_refused(text: str) -> None:
    """Each with what was expected there."""
    with pytest.raises(argparse.ArgumentTypeError, match="expected"):
        parse_stages(text)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--rate", "5", "--stages", "10s:5"], "--rate"),
        (["--duration", "5s", "--stages", "10s:5"], "--duration"),
        (["--users", "5", "--stages", "10s:5"], "--users"),
        (["--arrivals", "poisson"], "--arrivals"),
        (["--at-most", "5m", "--duration", "5s"], "--at-most"),
    ],
)
def test_what_contradicts_itself_is_refused(arguments: list[str], word: str) -> None:
    """Before anything is sent."""
    with pytest.raises(UsageError, match=word):
        shape_of(options(*arguments))


@pytest.mark.parametrize(
    ("arguments", "users"),
    [
        ([], 10),
        (["--users", "3"], 3),
        (["--rate", "5"], 10),
        (["--rate", "35.5"], 36),
        (["--rate", "2000"], 200),
        (["--rate", "2000", "--users", "400"], 400),
        (["--stages", "5s:4,5s:25,5s:0"], 25),
        (["--stages", "5s:4/s,5s:25/s,5s:0"], 25),
    ],
)
def test_users_follow_from_the_shape(arguments: list[str], users: int) -> None:
    """A rate needs as many as requests are under way."""
    made = options(*arguments)
    assert users_of_shape(made, shape_of(made)) == users


def test_arrivals_are_even_unless_asked() -> None:
    """Both kinds can be chosen."""
    assert shape_of(options("--rate", "5")).arriving is Arriving.CONSTANT
    assert shape_of(options("--rate", "5", "--arrivals", "poisson")).arriving is Arriving.POISSON


def test_limits_that_are_never_reached_are_refused() -> None:
    """An answer begins before it ends."""
    with pytest.raises(UsageError, match="--first-byte-timeout"):
        timeouts_of(options("--timeout", "5s", "--first-byte-timeout", "5s"))


def test_http2_needs_tls() -> None:
    """The embedded server has none."""
    with pytest.raises(UsageError, match="https"):
        timeouts_of(options("--http2"))
