"""Where links of accounts lead to."""

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.led_to import led_to
from tests.analysis.factories import trace


def test_only_the_first_that_leads_on_is_opened() -> None:
    """The session keeps the key of the last link that was opened; one that is refused comes last."""
    answers = {
        "/old/": Answer(status=200, text="", location="", trace=trace(refusals=("F: __all__ (invalid)",))),
        "/elsewhere/": Answer(status=302, text="", location="/home/", trace=trace()),
        "/key/": Answer(status=302, text="", location="/set/?x=1", trace=trace()),
    }
    opened: list[str] = []

    def page(path: str) -> Answer | None:
        opened.append(path)
        return answers.get(path)

    links = [("/old/", "mail"), ("/elsewhere/", "mail"), ("/key/", "mail"), ("/other/", "account")]
    found = [(one.path, one.origin) for one in led_to(links, page, lambda path: path == "/set/")]
    assert found == [("/elsewhere/", "mail"), ("/set/?x=1", "mail"), ("/other/", "account"), ("/old/", "mail")]
    assert opened == ["/old/", "/elsewhere/", "/key/"]
