"""Pages that work as somebody tell somebody else, who sees more on them, of addresses that nothing else tells."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from loadaudit.planning.control import Answer
from loadaudit.planning.naming import ORIGIN as BY_NAME
from loadaudit.planning.preflight.judge import judged
from loadaudit.planning.preflight.shown_to import PagesOfOthers
from loadaudit.records import Identity, Operation, Outcome, Parameter, PlannedPath
from tests.analysis.factories import operation

USER, STAFF = Identity(role="user", user_id="2"), Identity(role="staff", user_id="1", staff=True)
EDIT = replace(
    operation("GET /notes/edit/<name>/", parameters=(Parameter(name="name", converter="str"),)), view="notes.views.edit"
)


class Visitor:
    """Knows the address of a page's link once it has seen the page."""

    def __init__(self, identity: Identity, shows: str, guess: str = "") -> None:
        self.identity, self.shows, self.seen = identity, shows, list[str]()
        self.known = [PlannedPath(path=guess, origin=BY_NAME)] if guess else []
        self.harvest = SimpleNamespace(worked=lambda path, method, made_up: None)

    def paths(self, one: Operation) -> tuple[list[PlannedPath], str]:
        """Return what was seen."""
        return list(self.known), "" if self.known else "nothing is known"

    def page(self, path: str) -> None:
        """See a page."""
        self.seen.append(path)
        if path == self.shows:
            self.known.append(PlannedPath(path="/notes/edit/a/", origin="link in an answer"))


def worked(
    pages: PagesOfOthers, route: str, path: str, kind: str = "text/html", duration_ns: int = 1, location: str = ""
) -> None:
    """Note a page that has worked as the user."""
    one = replace(operation(f"GET {route}"), view=f"{route.split('/')[1]}.views.page")
    answer = Answer(status=200, text="", location=location, trace=None, content_type=kind, duration_ns=duration_ns)
    found = judged(one, USER, PlannedPath(path=path, origin="x"), None, answer, traces_expected=False)
    visitor: Any = Visitor(USER, "")
    pages.worked(one, replace(found, outcome=Outcome.OK), visitor)


def test_who_may_do_more_is_shown_the_pages_of_others() -> None:
    """Once each, those near the operation alone; who has seen them already is not, nor where an address is known."""
    pages = PagesOfOthers()
    worked(pages, "/notes/", "/notes/")
    worked(pages, "/notes/<int:pk>/", "/notes/7/")
    worked(pages, "/notes/export/", "/notes/export/", "text/csv")
    worked(pages, "/notes/slow/", "/notes/slow/", duration_ns=3_000_000_000)
    worked(pages, "/notes/step-down/", "/notes/step-down/", location="/notes/")
    worked(pages, "/shop/", "/shop/")
    staff: Any = Visitor(STAFF, "/notes/7/", guess="/notes/edit/1/")
    found, _ = pages.paths(EDIT, staff)
    assert staff.seen == ["/notes/", "/notes/7/"]
    assert [one.path for one in found] == ["/notes/edit/1/", "/notes/edit/a/"]
    assert pages.paths(EDIT, staff)[0] == found
    user: Any = Visitor(USER, "/notes/7/")
    assert pages.paths(EDIT, user) == ([], "nothing is known")
    assert staff.seen == ["/notes/", "/notes/7/"]
    assert user.seen == []
