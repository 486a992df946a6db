"""The HTML report: whole, self-contained, and safe with hostile data."""

import base64
import io
import json
import re
import zlib
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import override_settings

from loadaudit.analysis.result import Analysis
from loadaudit.analysis.time_split import PARTS
from loadaudit.reporting.html.page import vendored, write_html
from tests.reporting.samples import BROKEN, SCRIPT

VOID = {"meta", "link", "input", "br"}


class Structure(HTMLParser):
    """Collects tags and refuses wrong nesting."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def page(analysis: Analysis) -> str:
    """Return the page as text."""
    stream = io.StringIO()
    write_html(analysis, stream)
    return stream.getvalue()


def parsed(analysis: Analysis) -> Structure:
    """Return the structure of the page."""
    structure = Structure()
    structure.feed(page(analysis))
    structure.close()
    return structure


def unpacked(analysis: Analysis) -> dict[str, Any]:
    """Return what the pages of operations show."""
    found = re.search(r'id="details">(.*?)</script>', page(analysis))
    assert found is not None
    details: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(found[1])))
    return details


def test_tags_are_well_nested(analysis: Analysis) -> None:
    """Every element is closed where it belongs."""
    assert parsed(analysis).open == []


def test_hostile_texts_are_escaped(analysis: Analysis) -> None:
    """Paths, SQL, errors, tracebacks, labels, messages and environment hold a script; the page has its own four."""
    assert [tag for tag, _ in parsed(analysis).seen].count("script") == 4
    assert SCRIPT not in page(analysis)
    assert page(analysis).count("&lt;script&gt;alert(1)") >= 6
    assert "\\u003Cscript\\u003Ealert(1)" in page(analysis)
    assert json.dumps(unpacked(analysis)).count(SCRIPT) >= 4


def test_hostile_texts_cannot_leave_an_attribute(analysis: Analysis) -> None:
    """A quote in an id does not add an attribute to a cell."""
    quoted = tuple(
        replace(one, operation=replace(one.operation, id='GET /" onmouseover="alert(1)')) for one in analysis.operations
    )
    structure = parsed(replace(analysis, operations=quoted))
    assert not any("onmouseover" in attributes for _, attributes in structure.seen)


def test_nothing_is_loaded_from_anywhere(analysis: Analysis) -> None:
    """It opens from disk and from a CI artifact."""
    for tag, attributes in parsed(analysis).seen:
        for name in ("src", "href", "action", "data"):
            value = attributes.get(name) or ""
            assert value.startswith(("#", "data:")) or not value, (tag, value)
    assert not re.search(r"@import|url\(", page(analysis).replace(vendored().read_text(encoding="utf-8"), ""))


def test_every_operation_and_error_is_there(analysis: Analysis) -> None:
    """Nothing is left to another page."""
    text = parsed(analysis).text
    found = re.search(r'id="document">(.*?)</script>', page(analysis), re.DOTALL)
    assert found is not None
    ids = [one["id"] for one in json.loads(found[1])["operations"]]
    assert ids == [result.operation.id for result in analysis.operations]
    assert "Traceback" in text
    assert BROKEN in text


def test_every_part_of_the_time_has_a_colour(analysis: Analysis) -> None:
    """Of its own, by its name: a part that is added moves no colour to another one."""
    text = page(analysis)
    colours = dict(re.findall(r"--split-(\w+): ([^;]+);", text))
    assert set(colours) == set(PARTS)
    assert len(set(colours.values())) == len(PARTS)
    assert all(f".split-{name} {{ background: var(--split-{name}); }}" in text for name in PARTS)


def test_an_empty_run_says_no_data(empty_analysis: Analysis) -> None:
    """Neither 0 % nor a chart."""
    structure = parsed(empty_analysis)
    assert "no data" in structure.text
    assert "course" not in [attributes.get("id") for _, attributes in structure.seen]


def test_a_cut_short_run_says_so(analysis: Analysis) -> None:
    """Before anything else."""
    cut_short = replace(analysis, info=replace(analysis.info, finish_reason=""))
    assert "This run was cut short" in parsed(cut_short).text


@pytest.mark.parametrize("templates", [[], [{"BACKEND": "django.template.backends.dummy.TemplateStrings"}]])
def test_the_projects_templates_do_not_matter(analysis: Analysis, templates: list[dict[str, str]]) -> None:
    """A project may have no template engine at all."""
    with override_settings(TEMPLATES=templates):
        assert "</html>" in page(analysis)


def test_a_finding_of_very_many_operations_is_cut_and_says_so(analysis: Analysis) -> None:
    """Sixty entries of one kind are written out, and of one entry two hundred names."""
    model = next(one for one in analysis.findings if one.operations)
    ids = tuple(f"GET /{number:03}/" for number in range(203))
    findings = (*(replace(model, operations=(one,)) for one in ids[:100]), replace(model, operations=ids))
    text = parsed(replace(analysis, findings=findings)).text
    assert "41 more like these stand on the pages of their operations and in the JSON." in text
    text = parsed(replace(analysis, findings=findings[-1:])).text
    assert "and 3 more" in text
