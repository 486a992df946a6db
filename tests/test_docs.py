"""The documentation says what the code does."""

import re
import runpy
from pathlib import Path

import pytest

from loadaudit import conf
from loadaudit.reporting.finding_words import WORDS
from tests.audit.site import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\((?!https?://)([^)#\s]+)")


def test_every_option_is_in_the_reference() -> None:
    """docs/commands.md is written anew by scripts/make_reference.py after a change."""
    script = runpy.run_path(str(ROOT / "scripts" / "make_reference.py"))
    assert script["REFERENCE"].read_text(encoding="utf-8") == script["reference"]()


def test_every_setting_is_in_the_configuration() -> None:
    """And none that does not exist."""
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE)) == set(conf._READERS)


def test_every_finding_is_explained() -> None:
    """By its code, as the heading of a part."""
    text = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    missing = {code.partition(".")[0] for code in WORDS} - set(re.findall(r"LA\d{3}", text))
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: str(one.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    """Between the documents, and to pictures."""
    missing = [
        one for one in LINK.findall(document.read_text(encoding="utf-8")) if not (document.parent / one).exists()
    ]
    assert not missing
