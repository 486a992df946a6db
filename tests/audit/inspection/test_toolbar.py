"""Where the project asked for a statement."""

from loadaudit.audit.inspection.toolbar import site_of

OWN = (__file__, 1, "view", "", None)
PACKAGE = ("/venv/lib/python3.12/site-packages/forum/topic/views.py", 7, "detail", "", None)
SERVER = ("/venv/lib/python3.12/site-packages/loadaudit/audit/inspection/in_process.py", 3, "send", "", None)


def test_the_projects_own_line_comes_first() -> None:
    """Although a package is further inside; with the line itself."""
    place, source = site_of([SERVER, OWN, PACKAGE])
    assert place == "tests/audit/inspection/test_toolbar.py:1 in view"
    assert source == '"""Where the project asked for a statement."""'


def test_an_installed_app_stands_for_it() -> None:
    """Where nothing of the project is on the stack; loadaudit is never named."""
    assert site_of([SERVER, PACKAGE])[0] == "forum/topic/views.py:7 in detail"
    assert site_of([SERVER]) == ("", "")
