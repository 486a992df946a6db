"""`loadaudit run`: plan, log in, load, capture; print coverage and findings, write the run file."""

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from loadaudit.analysis.comparison.result import Comparison
from loadaudit.audit.comparing import compared_with, readable_run
from loadaudit.audit.locustfile import Locustfile, run_locustfile
from loadaudit.audit.options import Observer, RunOptions
from loadaudit.audit.run import FinishedRun, run
from loadaudit.audit.thresholds import is_failed
from loadaudit.conf import Config
from loadaudit.errors import ExitCode, UsageError
from loadaudit.load.locust.distributed import Workers
from loadaudit.management.commands._compare import COVERAGE_DROP_HELP, name_worse, say_conditions
from loadaudit.management.commands._durations import parse_duration_s, positive
from loadaudit.management.commands._load_options import (
    add_load_arguments,
    add_outgoing_argument,
    add_selection_arguments,
    run_options_of,
)
from loadaudit.management.commands._progress import progress
from loadaudit.management.commands._project import checked_config
from loadaudit.management.commands._report import is_page, report_format, write_report
from loadaudit.management.commands._shared import Context, add_format_argument, add_threshold_arguments
from loadaudit.management.commands._streams import check_writable
from loadaudit.reporting.comparison_table import print_changes
from loadaudit.reporting.json_report import analysis_document, write_json
from loadaudit.reporting.terminal import print_analysis, print_facts, print_findings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_selection_arguments(parser)
    add_load_arguments(parser)
    add_threshold_arguments(parser)
    parser.add_argument("--quiet", action="store_true", help="Say nothing while the run goes on, as -v 0 does")
    parser.add_argument("--label", default="", metavar="NAME", help="Name the run; default: its id")
    parser.add_argument("--note", default="", metavar="TEXT", help="What should be remembered about the run")
    parser.add_argument(
        "--report", default="", metavar="FILE", help="Also write a report: .html, .md, .json or .xml (JUnit)"
    )
    parser.add_argument(
        "--baseline",
        default="",
        metavar="RUN",
        help="Then compare with this run (label, id or file), and exit with 1 when an operation got worse",
    )
    parser.add_argument("--fail-on-coverage-drop", action="store_true", help=COVERAGE_DROP_HELP)
    parser.add_argument("--no-preflight", action="store_true", help="Do not try each operation alone before the load")
    add_outgoing_argument(parser)
    parser.add_argument(
        "--login-vus",
        type=positive,
        default=None,
        metavar="N",
        help="Log in for real with N virtual users; the others get sessions made on the server side",
    )
    parser.add_argument(
        "--locustfile",
        default="",
        metavar="FILE[,FILE]",
        help="Send the load of this locustfile, or of several, by Locust",
    )
    parser.add_argument("locust_options", nargs="*", metavar="-- LOCUST OPTIONS", help="Options of Locust itself")
    parser.add_argument(
        "--engine",
        choices=("loadaudit", "locust"),
        default="loadaudit",
        help="Who carries the load of the plan: loadaudit's own processes (default), or Locust's master and workers",
    )
    parser.add_argument(
        "--expect-workers",
        type=positive,
        default=None,
        metavar="N",
        help="With --engine locust: wait for N workers that you start, on other machines too",
    )
    parser.add_argument(
        "--bind",
        type=_bind,
        default=None,
        metavar="HOST[:PORT]",
        help="Where the master listens (default: 127.0.0.1, any port; * for all interfaces)",
    )
    parser.add_argument(
        "--workers-wait", type=parse_duration_s, default=600.0, metavar="TIME", help="For all of them (default 10m)"
    )
    _add_server_arguments(parser)
    add_format_argument(parser, "table", "json")


def _add_server_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, default=0, metavar="N", help="Port of the embedded server (default: any)")
    parser.add_argument("--workers", type=positive, default=2, metavar="N", help="Its worker processes (default 2)")
    parser.add_argument("--threads", type=positive, default=4, metavar="N", help="Threads of each worker (default 4)")
    parser.add_argument("--server-config", default="", metavar="FILE", help="Load the project's gunicorn.conf.py")
    parser.add_argument(
        "--tag-sql",
        action="store_true",
        help="Let statements carry their operation as a comment, for the database's logs",
    )
    parser.add_argument(
        "--same-servers",
        action="store_true",
        help="With --target: databases and caches of the settings here are the target's; read them beside the load",
    )
    parser.add_argument(
        "--apm-sampled",
        action="store_true",
        help="Let an APM in the server store each request (default: none, because that costs more than the probe)",
    )


def handle(context: Context, options: Mapping[str, Any]) -> ExitCode:
    """Make the run and print what came of it."""
    _check_together(options)
    config = checked_config(context)
    _check_files(options, config)
    # Now, because the run itself may be given the same label, and a wrong one should not cost a run.
    baseline = readable_run(config.runs_dir, options["baseline"]) if options["baseline"] else None
    if options["quiet"]:
        context = replace(context, verbosity=0)
    with progress(context) as observer:
        finished = _made(config, options, observer)
    _print(context, options, finished)
    if finished.aborted is not None:
        raise finished.aborted
    failed = is_failed(finished.analysis.criteria, declared_only=True, strict=options["strict"])
    if baseline is not None:
        failed |= _is_worse(context, options, compared_with(baseline, finished.path, slow_ms=config.slow_ms))
    return ExitCode.THRESHOLD_FAILED if failed else ExitCode.PASSED


def _is_worse(context: Context, options: Mapping[str, Any], comparison: Comparison) -> bool:
    """Say what is not the same since the baseline, print what changed, name what got worse, and say if anything did."""
    say_conditions(context, comparison)
    if options["format"] == "table" and not options["output"]:
        with context.output("") as stream:
            print_changes(comparison, context.console(stream))
    return name_worse(context, comparison, worse=True, uncovered=options["fail_on_coverage_drop"])


def _check_together(options: Mapping[str, Any]) -> None:
    """Refuse options that contradict each other."""
    if options["locust_options"] and not options["locustfile"]:
        raise UsageError(
            f"Unknown arguments: {' '.join(options['locust_options'])}",
            hint="Options of Locust go with --locustfile FILE, behind --",
        )
    if options["allow_outgoing"] and (options["no_isolate"] or options["target"]) and not options["locustfile"]:
        raise UsageError(
            "--allow-outgoing opens the fence of an isolated run, and this run has none.",
            hint="Leave it out: with --no-isolate or --target nothing is held back.",
        )
    if options["tag_sql"] and options["target"]:
        raise UsageError(
            "--tag-sql is for the embedded server; at a remote target nothing of its statements is changed.",
            hint="Leave it out.",
        )
    if options["fail_on_coverage_drop"] and not options["baseline"]:
        raise UsageError("--fail-on-coverage-drop needs a run to compare with.", hint="Add --baseline RUN.")
    if options["same_servers"] and not options["target"]:
        raise UsageError(
            "--same-servers is for a remote target; the embedded server's databases are always observed.",
            hint="Leave it out, or add --target URL.",
        )


def _made(config: Config, options: Mapping[str, Any], observer: Observer) -> FinishedRun:
    if not options["locustfile"]:
        return run(config, _options(options), observer)
    locustfile = Locustfile(
        files=tuple(Path(one.strip()) for one in options["locustfile"].split(",") if one.strip()),
        arguments=tuple(options["locust_options"]),
        users=options["users"],
    )
    return run_locustfile(config, _options(options), locustfile, observer)


def _check_files(options: Mapping[str, Any], config: Config) -> None:
    """Refuse now what would otherwise fail after the load, when there is nothing left to correct."""
    for name in ("report", "output"):
        # The runs folder is made by the run itself.
        if options[name] and Path(options[name]).parent.resolve() != config.runs_dir.resolve():
            check_writable(options[name])
    if options["report"]:
        report_format(options["report"])
    if options["server_config"] and not Path(options["server_config"]).is_file():
        raise UsageError(
            f"--server-config {options['server_config']}: there is no such file.", hint="Correct the path."
        )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"expected a port from 0 (any) to 65535, found {text!r}")
    return int(text)


def _bind(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":") if text.count(":") == 1 else (text, "", "0")
    if not host or any(one.isspace() or one == "/" for one in host):
        raise argparse.ArgumentTypeError(f"expected HOST or HOST:PORT, found {text!r}")
    return host, _port(port)


def _workers(options: Mapping[str, Any]) -> Workers | None:
    if options["engine"] != "locust":
        for name in ("expect_workers", "bind"):
            if options[name]:
                raise UsageError(f"--{name.replace('_', '-')} is about Locust.", hint="Add --engine locust.")
        return None
    if options["locustfile"]:
        raise UsageError(
            "--engine locust sends the plan, --locustfile what a file says.", hint="Leave one of them out."
        )
    host, port = options["bind"] or ("127.0.0.1", 0)
    return Workers(expected=options["expect_workers"], host=host, port=port, wait_s=options["workers_wait"])


def _options(options: Mapping[str, Any]) -> RunOptions:
    return replace(
        run_options_of(options),
        label=options["label"],
        note=options["note"],
        preflight=not options["no_preflight"],
        allow_outgoing=tuple(options["allow_outgoing"]),
        login_vus=options["login_vus"],
        load_workers=_workers(options),
        port=options["port"],
        workers=options["workers"],
        threads=options["threads"],
        server_config=options["server_config"],
        tag_sql=options["tag_sql"],
        apm_sampled=options["apm_sampled"],
        same_servers=options["same_servers"],
        thresholds=tuple(options["thresholds"]),
        detailed=is_page(options["report"]),
    )


def _print(context: Context, options: Mapping[str, Any], finished: FinishedRun) -> None:
    with context.output(options["output"]) as stream:
        if options["format"] == "json":
            write_json(analysis_document(finished.analysis), stream)
        else:
            _print_table(context, finished, context.console(stream))
    context.say(f"Run file: {finished.path}")
    if options["report"]:
        write_report(context, finished.analysis, options["report"])
        context.say(f"Report: {options['report']}")


def _print_table(context: Context, finished: FinishedRun, console: Console) -> None:
    """Print the whole analysis, or of a run that sent nothing only what stopped it."""
    if finished.aborted is not None and not finished.analysis.reported.sent:
        print_findings(finished.analysis, console)
        print_facts(finished.analysis, console)
    else:
        print_analysis(finished.analysis, console, infos=context.verbosity > 1)
