"""What an error writes of a text that was sent."""

import pytest

from loadaudit.planning.preflight.hints import hinted
from loadaudit.planning.preflight.told_texts import told_texts

TEXT = "load audit xxLAxx"


@pytest.mark.parametrize(
    ("said", "sent", "told"),
    [
        ("The CSV lacks columns: a, b", {"csv_text": TEXT}, {"csv_text": "a,b\nla-xxLAxx,la-xxLAxx\n"}),
        ("Missing fields: b", {"csv": "a\nx\n"}, {"csv": "a,b\nla-xxLAxx,la-xxLAxx\n"}),
        ("Missing fields: a", {"csv": "a\nx\n"}, {}),
        ("Missing fields: a, b", {"title": TEXT}, {}),
        ('{"csv_text": ["Missing fields: a"]}', {"csv_text": TEXT}, {"csv_text": "a\nla-xxLAxx\n"}),
        ("load-audit-00a1 != load audit 00a1", {"slug": TEXT}, {"slug": "load-audit-xxLAxx"}),
        ("'load audit 00a1' should be 'load_audit_00a1'", {"slug": TEXT}, {"slug": "load_audit_xxLAxx"}),
        ("load-audit-00a1 is taken", {"slug": TEXT}, {}),
        ("load audit 00a1 is too long", {"slug": TEXT}, {}),
    ],
)
def test_a_text_as_an_error_writes_it(said: str, sent: dict[str, str], told: dict[str, str]) -> None:
    assert dict(told_texts(said, sent)) == told


def test_a_text_with_what_people_fill_in() -> None:
    """A template of a form has to have fields."""
    assert "<input" in hinted("Include at least one field (input, select, or textarea).", TEXT)
    assert hinted("Wrong input in the input", TEXT) is None
