"""The options of `run`, `plan` and `inventory` that choose operations and shape what is sent."""

import argparse
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from loadaudit.audit.options import RunOptions, Selection
from loadaudit.errors import UsageError
from loadaudit.inventory.filters import ACCESS_WORDS, Filters
from loadaudit.load.endpoints import endpoint_of
from loadaudit.management.commands._durations import positive
from loadaudit.management.commands._shape import (
    add_shape_arguments,
    at_most_s_of,
    shape_of,
    timeouts_of,
    users_of_shape,
)
from loadaudit.records import Risk

_FACT_OPTIONS = {
    "apps": ("--app", "APP", "Only operations of this app"),
    "categories": ("--category", "CATEGORY", "Only this category"),
    "methods": ("--method", "METHOD", "Only this HTTP method"),
    "risks": ("--risk", "RISK", f"Only this risk: {', '.join(Risk)}"),
    "access": (
        "--access",
        "ACCESS",
        f"Only this access: {', '.join(ACCESS_WORDS)}, or the name of a permission, group or attribute",
    ),
}
"""Field of Filters → option, placeholder and help."""


def add_selection_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose operations."""
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PATTERN",
        help="Only operations whose id, name or category contains PATTERN; with * and ? it has to be all of one, or of"
        " the route; may be repeated",
    )
    parser.add_argument("--exclude", action="append", default=[], metavar="PATTERN", help="Not these; may be repeated")
    parser.add_argument("--include-admin", action="store_true", help="Include the admin and debugging tools")


def add_fact_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose operations by their facts, and the URLconfs to read."""
    for name, (option, metavar, explanation) in _FACT_OPTIONS.items():
        parser.add_argument(
            option, action="append", default=[], dest=name, metavar=metavar, help=f"{explanation}; a,b or repeated"
        )
    parser.add_argument(
        "--urlconf",
        action="append",
        default=[],
        dest="urlconfs",
        metavar="[HOST=]MODULE",
        help="Instead of ROOT_URLCONF; repeat it for URLconfs chosen by host, as in api.example.com=api.urls",
    )


MOST_ROWS = 10
"""Of an operation, with `--hot-rows` or without."""


def add_load_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that shape the load; `plan` takes them too, so that it shows what `run` would do."""
    add_shape_arguments(parser)
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help="The same seed gives the same plan; another one takes other rows, in another order",
    )
    parser.add_argument(
        "--hot-rows",
        # More would change nothing.
        type=partial(positive, most=MOST_ROWS, because="no operation is sent to more rows"),
        metavar="N",
        help=f"Send each operation to N rows only, so that users meet at the same ones (default and most: {MOST_ROWS})",
    )
    parser.add_argument("--anonymous", action="store_true", help="Audit without logging in")
    parser.add_argument("--reads-only", action="store_true", help="Send nothing that writes")
    parser.add_argument(
        "--writes", action="store_true", help="Send what writes, also to a target or database that is no clone"
    )
    parser.add_argument(
        "--destructive", action="store_true", help="Send what deletes and resets as well, where there is no clone"
    )
    _add_target_arguments(parser)
    parser.add_argument("--no-isolate", action="store_true", help="Run against the database itself, not a clone")


def _add_target_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--target", default="", metavar="URL", help="A remote target instead of the embedded server")
    parser.add_argument("--ca-file", default="", metavar="FILE", help="Certificates that sign the target's")
    parser.add_argument("--cert", default="", metavar="FILE", help="Certificate to show to the target")
    parser.add_argument("--key", default="", metavar="FILE", help="Its key, when it is not in the same file")
    parser.add_argument(
        "--proxy",
        default="",
        metavar="URL",
        help="Proxy before the target (default: the environment's); none: go without",
    )


def add_outgoing_argument(parser: argparse.ArgumentParser) -> None:
    """Add the option that opens the fence."""
    parser.add_argument(
        "--allow-outgoing",
        action="append",
        default=[],
        type=_outgoing,
        metavar="HOST",
        help="Let what is isolated connect to HOST or HOST:PORT (* is wild); may be repeated",
    )


def _outgoing(text: str) -> str:
    try:
        endpoint_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def selection_of(options: Mapping[str, Any]) -> Selection:
    """Return the selection of the command line."""
    return Selection(
        filters=Filters(
            only=tuple(options["only"]),
            exclude=tuple(options["exclude"]),
            **{name: tuple(options.get(name, ())) for name in _FACT_OPTIONS},
        ),
        include_admin=options["include_admin"],
        urlconfs=tuple(options.get("urlconfs", ())),
    )


def run_options_of(options: Mapping[str, Any]) -> RunOptions:
    """Return the options that `run` and `plan` share.

    On a throw-away clone everything may be sent; elsewhere only reads, unless the operator says otherwise.
    """
    if options["reads_only"] and (options["writes"] or options["destructive"]):
        raise UsageError("--reads-only forbids what --writes and --destructive ask for.", hint="Leave one out.")
    _check_target_options(options)
    cloned = not (options["target"] or options["no_isolate"])
    shape = shape_of(options)
    return RunOptions(
        selection=selection_of(options),
        users=users_of_shape(options, shape),
        shape=shape,
        timeouts=timeouts_of(options),
        http2=options["http2"],
        duration_s=options["duration"],
        at_most_s=at_most_s_of(options),
        think_time_s=options["think_time"],
        seed=options["seed"],
        hot_rows=options["hot_rows"],
        anonymous=options["anonymous"],
        isolate=not options["no_isolate"],
        target=options["target"],
        ca_file=options["ca_file"],
        cert_file=options["cert"],
        key_file=options["key"],
        proxy=options["proxy"],
        writes=not options["reads_only"] and (cloned or options["writes"]),
        destructive=not options["reads_only"] and (cloned or options["destructive"]),
    )


def _check_target_options(options: Mapping[str, Any]) -> None:
    for name in ("ca_file", "cert", "key", "proxy"):
        option = f"--{name.replace('_', '-')}"
        if options[name] and name != "proxy" and not Path(options[name]).is_file():
            raise UsageError(f"{option} {options[name]}: there is no such file.", hint="Correct the path.")
        if options[name] and not options["target"]:
            raise UsageError(f"{option} is about a remote target.", hint="Add --target URL, or leave it out.")
