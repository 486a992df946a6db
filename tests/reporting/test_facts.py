"""The facts of a run that every report begins with."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from loadaudit.analysis.result import Analysis
from loadaudit.records import LoginAttempt, LoginCause, LoginWay
from loadaudit.reporting.audit_document.document import write_markdown
from loadaudit.reporting.facts import logins_text
from loadaudit.reporting.html.page import write_html
from loadaudit.reporting.json_report import analysis_document
from loadaudit.reporting.terminal import print_analysis
from tests.analysis.factories import analysed, login, operation

RATE = "2 of 3 proven (67 %)"


def attempts() -> list[LoginAttempt]:
    """Return a login that met a rate limit, its repetition, and one that was made."""
    limited = replace(login(0, proven=False, detail="429"), cause=LoginCause.RATE_LIMITED)
    return [limited, replace(login(0), retry=1), replace(login(1), way=LoginWay.SESSION)]


@pytest.fixture(scope="module")
def with_logins(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """A run with these logins and nothing else."""
    return analysed(tmp_path_factory.mktemp("logins"), [operation()], logins=attempts())


def test_the_share_of_logins_has_attempts_retries_and_causes(with_logins: Analysis) -> None:
    """And the ways, where it was not the form alone."""
    assert logins_text(with_logins) == (
        f"{RATE}, by login form, by session made on the server side, 1 of them repeated, 1 rate limited"
    )


def test_the_form_alone_goes_without_saying(tmp_path: Path) -> None:
    """It is what users do."""
    assert "form" not in logins_text(analysed(tmp_path, [operation()], logins=[login(0)]))


@pytest.mark.parametrize("report", ["terminal", "markdown", "html"])
def test_every_report_for_people_shows_the_share(with_logins: Analysis, report: str) -> None:
    """It is a first-class number."""
    stream = io.StringIO()
    if report == "terminal":
        print_analysis(with_logins, Console(file=stream, width=200, no_color=True, highlight=False))
    else:
        {"markdown": write_markdown, "html": write_html}[report](with_logins, stream)
    assert RATE in " ".join(stream.getvalue().replace("\u00a0", " ").split())


def test_json_has_it_as_numbers(with_logins: Analysis) -> None:
    """For CI."""
    logins = json.loads(json.dumps(analysis_document(with_logins)))["logins"]
    assert (logins["attempts"], logins["proven"], logins["retries"]) == (3, 2, 1)
    assert logins["success_rate"] == pytest.approx(2 / 3)
    assert logins["causes"] == {"rate_limited": 1}
