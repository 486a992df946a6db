"""An analysis as a JUnit file, which CI servers show: one case per threshold and per failing operation."""

import re
from collections.abc import Mapping
from typing import TextIO
from xml.etree import ElementTree

from django.utils.translation import ngettext

from loadaudit.analysis.result import Analysis, OperationResult
from loadaudit.records import Level, Verdict
from loadaudit.reporting.criteria import CriterionRow, criteria_rows
from loadaudit.reporting.wording import reasons_text

# What XML 1.0 section 2.2 does not allow, escaped or not; a hostile path may hold it.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(
    analysis: Analysis, stream: TextIO, *, strict: bool = False, worse: Mapping[str, str] | None = None
) -> None:
    """Write the suites `thresholds` and `operations`, and `compared` where there is a run to compare with.

    Operations fail that were sent without a proven success. A threshold without enough data is skipped, or with
    `strict` fails. `worse` has what got worse since that run, by operation.
    """
    root = ElementTree.Element("testsuites", name=_text(f"loadaudit {analysis.info.label or analysis.info.id}"))
    thresholds = [_threshold(row, strict=strict) for row in criteria_rows(analysis)]
    _add_suite(root, "thresholds", thresholds)
    failing = [one for one in analysis.operations if one.requests and one.level < Level.SUCCEEDED]
    _add_suite(root, "operations", [_operation(one) for one in failing])
    if worse is not None:
        _add_suite(root, "compared", [_worse(*one) for one in worse.items()])
    stream.write(ElementTree.tostring(root, encoding="unicode", xml_declaration=True))
    stream.write("\n")


def _add_suite(root: ElementTree.Element, name: str, cases: list[ElementTree.Element]) -> None:
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=str(sum(one.find("failure") is not None for one in cases)),
        skipped=str(sum(one.find("skipped") is not None for one in cases)),
        errors="0",
    )
    suite.extend(cases)


def _threshold(row: CriterionRow, *, strict: bool) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname=f"thresholds.{'declared' if row.declared else 'default'}")
    case.set("name", _text(row.limit))
    message = _text(f"{row.word}: {row.current}")
    if row.verdict is Verdict.FAILED or (strict and row.verdict is Verdict.NOT_ENOUGH_DATA):
        ElementTree.SubElement(case, "failure", message=message, type="threshold")
    elif row.verdict is Verdict.NOT_ENOUGH_DATA:
        ElementTree.SubElement(case, "skipped", message=message)
    return case


def _operation(result: OperationResult) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname=_text(f"operations.{result.operation.category}"))
    case.set("name", _text(result.operation.id))
    failure = ElementTree.SubElement(case, "failure", message=_text(reasons_text(result)), type=result.level.word)
    sent = ngettext("%(n)s request", "%(n)s requests", result.requests) % {"n": result.requests}
    place = f", {result.operation.file}:{result.operation.line}" if result.operation.file else ""
    failure.text = _text(f"{sent}{place}")
    return case


def _worse(operation_id: str, what: str) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname="compared", name=_text(operation_id))
    ElementTree.SubElement(case, "failure", message=_text(what), type="worse")
    return case


def _text(text: str) -> str:
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
