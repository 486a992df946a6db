"""`loadaudit runs`: the runs of the runs folder: list, show, label, delete, prune."""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from loadaudit.analysis.result import RunSummary
from loadaudit.audit.counting import counted
from loadaudit.audit.keeping import Limits, chosen, relabelled, remove, stale_inspections, superfluous
from loadaudit.audit.summaries import summaries
from loadaudit.conf import Config, read_config
from loadaudit.errors import ExitCode, UsageError
from loadaudit.management.commands._durations import positive
from loadaudit.management.commands._shared import Context, add_format_argument
from loadaudit.reporting import units
from loadaudit.reporting.runs_table import print_runs

_ACTIONS = ("list", "show", "label", "delete", "prune")
_AGES_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_SIZES = {"B": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("action", nargs="?", choices=_ACTIONS, default="list", help="Default: list")
    parser.add_argument("runs", nargs="*", metavar="RUN", help="Labels, ids or files; for label: RUN and the new label")
    parser.add_argument("--note", default=None, metavar="TEXT", help="label: also store this note")
    parser.add_argument("--keep", type=positive, default=None, metavar="N", help="prune: keep the newest N runs")
    parser.add_argument("--older-than", type=_age_s, default=None, metavar="AGE", help="prune: such as 30d or 12h")
    parser.add_argument("--max-size", type=_size_bytes, default=None, metavar="SIZE", help="prune: such as 2G or 500M")
    parser.add_argument("--yes", action="store_true", help="delete, prune: do not ask")
    add_format_argument(parser, "table", "json")


def handle(context: Context, options: Mapping[str, Any]) -> ExitCode:
    """Do what the action says; works without touching the project's database or URLconf."""
    action, config = options["action"], read_config()
    if action not in ("label", "delete", "show") and options["runs"]:
        raise UsageError(f"runs {action} takes no RUN, found {' '.join(options['runs'])}.", hint="Leave it out.")
    if action == "list":
        _list(context, config, options)
    elif action == "show":
        _show(context, config, options)
    elif action == "label":
        _label(context, config, options)
    elif action == "delete":
        if not options["runs"]:
            raise UsageError("runs delete takes the runs to delete.", hint="See them with: manage.py loadaudit runs")
        _remove(context, chosen(config.runs_dir, options["runs"]), (), ask=not options["yes"])
    else:
        _remove(context, *_doomed(config, options), ask=not options["yes"])
    return ExitCode.PASSED


def _list(context: Context, config: Config, options: Mapping[str, Any]) -> None:
    found = list(summaries(config.runs_dir))
    with context.output(options["output"]) as stream:
        if options["format"] == "json":
            from loadaudit.reporting.json_report import runs_document, write_json

            write_json(runs_document(found), stream)
        else:
            print_runs(found, context.console(stream))


def _show(context: Context, config: Config, options: Mapping[str, Any]) -> None:
    if len(options["runs"]) > 1:
        raise UsageError("runs show takes one RUN.", hint="Compare several with: manage.py loadaudit compare RUN RUN")
    # Only here: what analyses and prints takes longer to import than a thousand runs to list.
    from loadaudit.audit.runs import analyse_run
    from loadaudit.reporting.json_report import analysis_document, write_json
    from loadaudit.reporting.terminal import print_criteria, print_facts, print_verdict

    _, analysis = analyse_run(config.runs_dir, "".join(options["runs"]), slow_ms=config.slow_ms)
    with context.output(options["output"]) as stream:
        if options["format"] == "json":
            write_json(analysis_document(analysis), stream)
            return
        console = context.console(stream)
        print_verdict(analysis, console)
        print_criteria(analysis, console)
        print_facts(analysis, console)


def _label(context: Context, config: Config, options: Mapping[str, Any]) -> None:
    given: Sequence[str] = options["runs"]
    if not given or len(given) > 2 or (len(given) == 1 and options["note"] is None):
        raise UsageError(
            "runs label takes a RUN and its new label, or a RUN and --note.",
            hint="For example: manage.py loadaudit runs label 20261128-0645 before-index",
        )
    label = given[1] if len(given) == 2 else None
    path = relabelled(config.runs_dir, given[0], label=label, note=options["note"])
    context.say(f"Changed: {path}")


def _doomed(config: Config, options: Mapping[str, Any]) -> tuple[Sequence[RunSummary], Sequence[Path]]:
    limits = Limits(count=options["keep"], age_s=options["older_than"], size_bytes=options["max_size"])
    if limits == Limits():
        raise UsageError(
            "runs prune takes a limit: --keep N, --older-than AGE or --max-size SIZE.",
            hint="For example: manage.py loadaudit runs prune --keep 20",
        )
    now = datetime.now().astimezone()
    runs = summaries(config.runs_dir)
    dropped = superfluous(runs, limits, now=now)
    return dropped, stale_inspections(config.runs_dir, limits, runs, dropped, now=now)


def _remove(context: Context, runs: Sequence[RunSummary], inspections: Sequence[Path], *, ask: bool) -> None:
    if not runs and not inspections:
        context.say("There is nothing to delete.")
        return
    names = [one.info.label or one.info.id if one.info else one.path for one in runs]
    if inspections:
        names.append(counted(len(inspections), "inspection"))
    if ask:
        print_runs(runs, context.console(context.command.stderr))
        if inspections:
            context.say(f"and {counted(len(inspections), 'inspection')}, older than what stays")
        if not sys.stdin.isatty():
            raise UsageError("Nobody is there to ask.", hint="Delete without asking: --yes")
        if not _agreed(f"Delete {counted(len(runs) + len(inspections), 'file')}? [y/N] "):
            context.say("Nothing was deleted.")
            return
    freed_bytes = remove(runs, inspections)
    context.say(f"Deleted {counted(len(runs), 'run')}, {units.size(freed_bytes)}: {', '.join(names)}")


def _agreed(question: str) -> bool:
    """Ask; the end of the input and Ctrl-C are a no."""
    try:
        return input(question).strip().lower() in ("y", "yes")
    except (EOFError, KeyboardInterrupt):
        sys.stderr.write("\n")
        return False


def _age_s(text: str) -> float:
    # Without a unit 30 might mean days, and as seconds it would delete everything.
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhdw])", text.strip(), re.ASCII)
    if found is None:
        raise argparse.ArgumentTypeError(f"expected an age such as 30d, 12h or 2w, found {text!r}")
    return float(found[1]) * _AGES_S[found[2]]


def _size_bytes(text: str) -> int:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(?:([KMGT])(?:i?B)?|B)", text.strip(), re.ASCII | re.IGNORECASE)
    if found is None:
        raise argparse.ArgumentTypeError(f"expected a size such as 500M or 2G, found {text!r}")
    return int(float(found[1]) * _SIZES[(found[2] or "B").upper()])
