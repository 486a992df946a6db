"""Settings and variables that exceptions say are not there."""

import pytest

from loadaudit.analysis.lacking import setting_lacked, variable_lacked
from loadaudit.records import ServerException

LOOKED_UP = 'File "/app/views.py", line 3, in page\n  File "<frozen os>", line 679, in __getitem__\nKeyError'


@pytest.mark.parametrize(
    ("message", "setting", "variable"),
    [
        ("'Settings' object has no attribute 'MAP_KEY'", "MAP_KEY", ""),
        ("STRIPE_KEY is not set in your settings", "STRIPE_KEY", ""),
        ("The SECRET_KEY setting must not be empty.", "SECRET_KEY", ""),
        ("Set the MAP_KEY environment variable", "", "MAP_KEY"),
        ("MAP_KEY not found. Declare it as envvar or define a default value.", "", "MAP_KEY"),
        ("'Order' object has no attribute 'total'", "", ""),
        ("the paid setting must be on", "", ""),
    ],
)
def test_what_an_exception_lacks(message: str, setting: str, variable: str) -> None:
    raised = ServerException(type="ImproperlyConfigured", message=message, fingerprint="f")
    assert (setting_lacked(raised), variable_lacked(raised)) == (setting, variable)


@pytest.mark.parametrize(("traceback", "name"), [(LOOKED_UP, "MAP_KEY"), ("", "")])
def test_a_key_of_the_environment(traceback: str, name: str) -> None:
    """Any dictionary may miss a key of capitals: the traceback tells which one did."""
    raised = ServerException(type="KeyError", message="'MAP_KEY'", fingerprint="f", traceback=traceback)
    assert variable_lacked(raised) == name
