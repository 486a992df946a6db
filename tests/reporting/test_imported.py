"""How reports show where imported results come from and what they cannot tell."""

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from loadaudit.analysis.result import Analysis
from loadaudit.records import ImportedGroup, Limit
from loadaudit.reporting.audit_document.document import write_markdown
from loadaudit.reporting.html.page import write_html
from loadaudit.reporting.imported import limit_texts
from loadaudit.reporting.json_report import analysis_document
from loadaudit.reporting.terminal import print_analysis
from tests.analysis.test_imported import hollow, judged

EXPECTED = (
    "25 of 50 logins failed",
    "Left without known non-answers",
    "What these results cannot tell",
    "Names that fit no operation",
    "warm up",
    "averages do not tell how many",
)


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """Return an imported run with all kinds of limits and an unknown name."""
    unknown = ImportedGroup(method="GET", name="warm up", requests=7, failures=0, body_bytes_total=70)
    return judged(tmp_path_factory.mktemp("imported"), [*hollow(), unknown], limits=tuple(Limit))


def terminal(analysis: Analysis) -> str:
    """Return what the terminal shows."""
    stream = io.StringIO()
    print_analysis(analysis, Console(file=stream, width=400), infos=True)
    return stream.getvalue()


def page(analysis: Analysis) -> str:
    """Return the HTML page."""
    stream = io.StringIO()
    write_html(analysis, stream)
    return stream.getvalue()


def document(analysis: Analysis) -> str:
    """Return the Markdown document."""
    stream = io.StringIO()
    write_markdown(analysis, stream)
    return stream.getvalue()


@pytest.mark.parametrize("report", [terminal, page, document])
@pytest.mark.parametrize("text", EXPECTED)
def test_every_report_shows_it(analysis: Analysis, report: object, text: str) -> None:
    """Findings, the label of what is left, unknown names and limits."""
    assert callable(report)
    assert text in report(analysis)


def test_each_limit_has_words(analysis: Analysis) -> None:
    """None is left out, and none holds an unfilled placeholder."""
    texts = limit_texts(analysis)
    assert len(texts) == len(Limit)
    assert any("%(L)s" in text for text in texts)


def test_the_json_document_has_all_of_it(analysis: Analysis) -> None:
    """For programs that read on."""
    found = json.loads(json.dumps(analysis_document(analysis)))["imported"]
    assert found["tool"] == "Locust"
    assert [one["label"] for one in found["unmatched"]] == ["GET warm up"]
    assert found["non_answers"][0]["kind"] == "login"
    assert len(found["cannot_tell"]) == len(Limit)


def test_a_run_of_its_own_has_none(analysis: Analysis) -> None:
    """Traces prove there."""
    own = replace(analysis, imported=None)
    assert "Proven by traces" in terminal(own)
    assert analysis_document(own)["imported"] is None
