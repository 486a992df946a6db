"""What a complaint makes of a field."""

from loadaudit.planning.preflight.complaint import as_sent
from loadaudit.records import BodyField


def test_what_an_earlier_complaint_has_led_to_stays() -> None:
    """A list of numbers stays one, and what is known of a field counts more than what was sent."""
    unknown = BodyField(name="rows", type="any")
    assert (as_sent(unknown, [1]).type, as_sent(unknown, [1]).many) == ("integer", True)
    assert (as_sent(unknown, ["a"]).type, as_sent(unknown, ["a"]).many) == ("any", True)
    assert as_sent(unknown, True) == unknown
    known = BodyField(name="rows", type="string")
    assert as_sent(known, [1]) == known
