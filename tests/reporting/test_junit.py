"""The JUnit file."""

import io
from dataclasses import replace
from xml.etree import ElementTree

from loadaudit.analysis.result import Analysis
from loadaudit.reporting.junit import write_junit
from tests.reporting.samples import BROKEN, STAFF


def document(analysis: Analysis, *, strict: bool = False) -> ElementTree.Element:
    """Return the file as a CI server reads it."""
    stream = io.StringIO()
    write_junit(analysis, stream, strict=strict)
    return ElementTree.fromstring(stream.getvalue())


def test_a_case_per_threshold(analysis: Analysis) -> None:
    """A limit that is broken is a failure; one without enough data is skipped, or with `strict` fails."""
    suite = document(analysis).find("testsuite[@name='thresholds']")
    assert suite is not None
    assert suite.find("testcase[@name='coverage > 75%']/failure") is not None
    assert suite.find("testcase[@name='p99 < 2s']/skipped") is not None
    strict = document(analysis, strict=True).find("testsuite/testcase[@name='p99 < 2s']/failure")
    assert strict is not None


def test_a_case_per_failing_operation(analysis: Analysis) -> None:
    """Those that were sent without a proven success, with the reason; covered and excluded ones are none."""
    suite = document(analysis).find("testsuite[@name='operations']")
    assert suite is not None
    assert {one.get("name") for one in suite} == {BROKEN, STAFF}
    assert suite.get("failures") == "2"


def test_an_operation_whose_file_is_not_known_names_none(analysis: Analysis) -> None:
    """As in an import with a list of routes that somebody wrote."""
    nowhere = tuple(replace(one, operation=replace(one.operation, file="", line=0)) for one in analysis.operations)
    texts = [one.text or "" for one in document(replace(analysis, operations=nowhere)).iter("failure")]
    assert not [one for one in texts if ":0" in one]


def test_what_xml_does_not_allow_is_replaced(empty_analysis: Analysis) -> None:
    """A label with a control character still makes a file that can be read."""
    hostile = replace(empty_analysis, info=replace(empty_analysis.info, label="a\x00b"))
    assert "a\ufffdb" in (document(hostile).get("name") or "")
