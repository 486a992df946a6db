"""`loadaudit report`: the analysis of a run as a document."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO

from loadaudit.analysis.result import Analysis
from loadaudit.audit.runs import analyse_run
from loadaudit.conf import read_config
from loadaudit.errors import ExitCode, UsageError
from loadaudit.management.commands._shared import Context, add_output_argument, add_run_argument
from loadaudit.reporting.audit_document.document import write_markdown
from loadaudit.reporting.html.page import write_html
from loadaudit.reporting.json_report import analysis_document, write_json
from loadaudit.reporting.junit import write_junit


def _write_json(analysis: Analysis, stream: TextIO) -> None:
    write_json(analysis_document(analysis), stream)


_WRITERS: Mapping[str, Callable[[Analysis, TextIO], None]] = {
    "html": write_html,
    "markdown": write_markdown,
    "json": _write_json,
    "junit": write_junit,
}
_FORMAT_OF_SUFFIX = {
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".json": "json",
    ".xml": "junit",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_run_argument(parser)
    add_output_argument(parser)
    parser.add_argument("--format", choices=_WRITERS, help="Default: what the ending of FILE asks for, else html")


def handle(context: Context, options: Mapping[str, Any]) -> ExitCode:
    """Write the report to standard output or to a file."""
    config = read_config()
    kind = options["format"] or _FORMAT_OF_SUFFIX.get(Path(options["output"]).suffix.lower(), "html")
    if kind == "html" and not options["output"] and context.on_terminal:
        raise UsageError("A page in the terminal helps nobody.", hint="Write it to a file: -o report.html")
    _, analysis = analyse_run(config.runs_dir, options["run"], slow_ms=config.slow_ms, detailed=kind == "html")
    with context.output(options["output"]) as stream:
        _WRITERS[kind](analysis, stream)
    if options["output"]:
        context.say(f"Report: {options['output']}")
    return ExitCode.PASSED


def report_format(path: str) -> str:
    """Return the format that a file's ending asks for. Raises UsageError when it asks for none."""
    suffix = Path(path).suffix.lower()
    if suffix not in _FORMAT_OF_SUFFIX:
        raise UsageError(
            f"--report {path} does not tell the format of the report.",
            hint="End it in .html, .md, .json or .xml (JUnit).",
        )
    return _FORMAT_OF_SUFFIX[suffix]


def is_page(path: str) -> bool:
    """Return whether a file's ending asks for the HTML page."""
    return bool(path) and report_format(path) == "html"


def write_report(context: Context, analysis: Analysis, path: str) -> None:
    """Write the report of a run in the format of the file's ending."""
    with context.output(path) as stream:
        _WRITERS[report_format(path)](analysis, stream)
