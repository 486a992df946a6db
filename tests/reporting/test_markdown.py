"""The Markdown report and the texts inside it."""

import io
import re
from dataclasses import replace

import pytest

from loadaudit.analysis.result import Analysis
from loadaudit.reporting.audit_document.document import write_markdown
from loadaudit.reporting.markdown_text import block, code, plain, table
from tests.reporting.samples import LIST, SCRIPT, WIPE


def written(analysis: Analysis) -> str:
    """Return the document."""
    stream = io.StringIO()
    write_markdown(analysis, stream)
    return stream.getvalue()


def test_the_parts_of_the_document(analysis: Analysis) -> None:
    """Everything that a reader looks for has a heading."""
    headings = [line for line in written(analysis).splitlines() if line.startswith("## ")]
    assert headings == [
        "## Summary",
        "## Critical issues",
        "## Coverage by category",
        "## Not covered, and why",
        "## Performance issues",
        "## Other observations",
        "## Prioritised actions",
        "## Success criteria",
        "## What is good",
        "## Next steps",
        "## Limits of this run",
        "## Errors",
        "## Conditions",
    ]


def test_health_checks_are_counted_apart(analysis: Analysis) -> None:
    """They were sent, and are in no share."""
    checked = replace(analysis, reported=replace(analysis.reported, requests=50, health_requests=7))
    assert "57 requests were sent" in written(checked)
    assert "7 health checks among them are left out" in written(checked)
    assert "left out of the shares" not in written(analysis)


def test_operations_are_code(analysis: Analysis) -> None:
    """Angle brackets of converters survive."""
    text = written(analysis)
    assert f"- `{WIPE}`" in text
    assert f"| `{LIST}` | loaded | 30 |" in text


def test_hostile_texts_are_not_html(analysis: Analysis) -> None:
    """Outside of code every bracket is escaped; inside of code it is inert."""
    text = written(analysis)
    assert SCRIPT in text
    without_blocks = re.sub(r"^(`{3,})\w*\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    without_spans = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", without_blocks)
    assert SCRIPT not in without_spans


def test_every_row_of_a_table_has_all_cells(analysis: Analysis) -> None:
    """A bar in a statement or path does not add a cell."""
    rows = [line for line in written(analysis).splitlines() if line.startswith("|")]
    widths = {len(row.replace("\\|", "").split("|")) for row in rows}
    assert widths <= {10, 11, 8, 7, 6, 4}


def test_a_run_that_sent_nothing(empty_analysis: Analysis) -> None:
    """No data is said in words."""
    assert "- **Coverage:** no data" in written(empty_analysis)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("GET /a/", "`GET /a/`"), ("a`b", "`` a`b ``"), ("a|b", "`a\\|b`"), ("a\n b", "`a b`"), ("", "")],
)
def test_code_spans(text: str, expected: str) -> None:
    """Ticks get a longer fence, bars a backslash, line breaks a space."""
    assert code(text) == expected


def test_plain_text_is_escaped() -> None:
    """Nothing in it is interpreted."""
    assert plain("<b> *a* [x] a|b\n_c_ &lt;") == r"\<b\> \*a\* \[x\] a\|b \_c\_ &amp;lt;"


def test_a_block_outlives_its_content() -> None:
    """A traceback with a fence in it does not end the block."""
    assert block("```\nx").splitlines()[0] == "````"


def test_a_table() -> None:
    """Numbers are aligned to the right."""
    assert table(("a", "b"), [("x", "1")], right=[1]) == "| a | b |\n| --- | --: |\n| x | 1 |\n"
