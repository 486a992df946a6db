"""The options that say how a load goes over time, and their words: rates, stages, limits."""

import argparse
import math
from collections.abc import Mapping
from typing import Any

from loadaudit.audit.options import DEFAULT_MAX_DURATION_S, DEFAULT_USERS, Timeouts
from loadaudit.errors import UsageError
from loadaudit.management.commands._durations import parse_duration_s, positive, some_time_s
from loadaudit.records import Arriving, Ramp, Shape, Stage, steady

MOST_USERS_FOR_A_RATE = 200
"""Taken by themselves; each logs in, so more has to be asked for."""

_MOST_PER_S = 100_000.0


def add_shape_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--users",
        type=positive,
        default=None,
        metavar="N",
        help=f"Virtual users (default {DEFAULT_USERS}; with a rate one for each request per second, at most 200)",
    )
    parser.add_argument(
        "--duration",
        type=some_time_s,
        default=None,
        metavar="TIME",
        help="Such as 45, 45s or 2m; default: until every operation has 20 samples (heavy ones 3), see --at-most",
    )
    parser.add_argument(
        "--at-most",
        type=some_time_s,
        default=None,
        metavar="TIME",
        help="The longest that a load without --duration goes on for its samples (default 60s)",
    )
    parser.add_argument(
        "--rate",
        type=parse_rate,
        default=None,
        metavar="RATE",
        help="Begin so many requests per second (50, 50/s or 3000/m), whether the ones before have ended or not",
    )
    parser.add_argument(
        "--arrivals",
        choices=[one.value for one in Arriving],
        default=None,
        help="How requests of a rate come: evenly, or as independent users send them (default constant)",
    )
    parser.add_argument(
        "--stages",
        type=parse_stages,
        default=None,
        metavar="STAGES",
        help="Virtual users over time, such as 30s:10,2m:50,30s:0; or requests per second, such as 30s:10/s,2m:50/s",
    )
    parser.add_argument("--iterations", type=positive, default=None, metavar="N", help="End after N requests")
    parser.add_argument(
        "--warm-up",
        type=parse_duration_s,
        default=0.0,
        metavar="TIME",
        help="Before the load, and in none of its figures",
    )
    parser.add_argument(
        "--think-time", type=parse_duration_s, default=0.1, metavar="TIME", help="Mean pause of a user (default 0.1s)"
    )
    _add_timeouts(parser)


def _add_timeouts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--timeout",
        type=some_time_s,
        default=None,
        metavar="TIME",
        help="For a whole answer (default 30s, heavy ones 5m); for single operations: LOADAUDIT['LIMITS']",
    )
    parser.add_argument(
        "--first-byte-timeout", type=some_time_s, default=None, metavar="TIME", help="Until an answer begins"
    )
    parser.add_argument(
        "--connect-timeout", type=some_time_s, default=10.0, metavar="TIME", help="For a connection (default 10s)"
    )
    parser.add_argument("--http2", action="store_true", help="Speak HTTP/2 with a target that agrees to it (https)")


def shape_of(options: Mapping[str, Any]) -> Shape:
    """Return the shape that the options ask for. Raises UsageError when they contradict each other."""
    stages, rate = options["stages"], options["rate"]
    if stages is not None and rate is not None:
        raise UsageError("--stages and --rate both say how much is sent.", hint="Leave one out.")
    if stages is not None and options["duration"] is not None:
        raise UsageError("--stages say how long the load lasts; --duration does, too.", hint="Leave one out.")
    for name in ("duration", "stages", "iterations"):
        if options["at_most"] is not None and options[name] is not None:
            raise UsageError(f"--at-most is for a load that ends by itself; --{name} ends it.", hint="Leave one out.")
    of_users = stages[1] if stages is not None and stages[0] == "users" else None
    if of_users is not None and options["users"] is not None:
        raise UsageError("--stages say how many virtual users there are; --users does, too.", hint="Leave one out.")
    of_rate = stages[1] if stages is not None and stages[0] == "rate" else None
    if rate is not None:
        of_rate = steady(rate)
    if options["arrivals"] is not None and of_rate is None:
        raise UsageError("--arrivals is about a rate, and there is none.", hint="Add --rate 50, or leave it out.")
    return Shape(
        rate=of_rate,
        users=of_users,
        arriving=Arriving(options["arrivals"] or Arriving.CONSTANT),
        iterations=options["iterations"],
        warm_up_s=options["warm_up"],
    )


def users_of_shape(options: Mapping[str, Any], shape: Shape) -> int:
    """Return how many virtual users there are: as asked, the most of the stages, or one per request per second.

    By Little's law those are enough while answers take less than a second.
    """
    if options["users"] is not None:
        return int(options["users"])
    if shape.users is not None:
        return max(1, math.ceil(shape.users.highest))
    if shape.rate is not None:
        return min(max(DEFAULT_USERS, math.ceil(shape.rate.highest)), MOST_USERS_FOR_A_RATE)
    return DEFAULT_USERS


def at_most_s_of(options: Mapping[str, Any]) -> float:
    """Return the longest that a load that ends by itself may last."""
    return DEFAULT_MAX_DURATION_S if options["at_most"] is None else float(options["at_most"])


def timeouts_of(options: Mapping[str, Any]) -> Timeouts:
    """Return the limits that the options ask for. Raises UsageError when one can never be reached."""
    first_byte_s, total_s = options["first_byte_timeout"], options["timeout"]
    if first_byte_s is not None and total_s is not None and first_byte_s >= total_s:
        raise UsageError(
            f"--first-byte-timeout {first_byte_s:g}s is not shorter than --timeout {total_s:g}s.",
            hint="An answer begins before it ends: choose a shorter one, or leave it out.",
        )
    if options["http2"] and not options["target"].lower().startswith("https://"):
        raise UsageError(
            "--http2 needs TLS, by which both sides agree on it.",
            hint="Add --target https://…, or leave it out: the embedded server speaks HTTP/1.1.",
        )
    return Timeouts(connect_s=options["connect_timeout"], first_byte_s=first_byte_s, total_s=total_s)


def parse_rate(text: str) -> float:
    """Return requests per second from `50`, `50/s`, `3000/m` or `1000/h`."""
    number, _, unit = text.partition("/")
    per_s = {"": 1.0, "s": 1.0, "m": 1 / 60, "h": 1 / 3600}.get(unit)
    try:
        rate = float(number) * per_s if per_s is not None else -1.0
    except ValueError:
        rate = -1.0
    if not 0 < rate <= _MOST_PER_S:
        raise argparse.ArgumentTypeError(f"expected requests per second such as 50, 50/s or 3000/m, found {text!r}")
    return rate


def parse_stages(text: str) -> tuple[str, Ramp]:
    """Return `users` or `rate`, and the ramp, from `30s:10,2m:50,30s:0` or `30s:10/s,2m:50/s`.

    It begins at 0 and goes in straight lines.
    """
    stages: list[Stage] = []
    of_rate: set[bool] = set()
    for part in text.split(","):
        time, colon, target = part.strip().partition(":")
        if not colon:
            raise _no_stage(part)
        if target.strip() != "0":
            of_rate.add("/" in target)
        stages.append(Stage(duration_s=some_time_s(time), target=_target(target)))
    if len(of_rate) > 1:
        raise argparse.ArgumentTypeError(f"expected virtual users or requests per second, found both in {text!r}")
    if not any(one.target for one in stages):
        raise argparse.ArgumentTypeError(f"expected a stage that is above 0, found none in {text!r}")
    return "rate" if True in of_rate else "users", Ramp(start=0.0, stages=tuple(stages))


def _target(text: str) -> float:
    if "/" in text:
        return 0.0 if text.partition("/")[0].strip() == "0" else parse_rate(text)
    return 0.0 if text.strip() == "0" else float(positive(text.strip()))


def _no_stage(part: str) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(f"expected TIME:USERS or TIME:RATE/s such as 30s:10, found {part.strip()!r}")
