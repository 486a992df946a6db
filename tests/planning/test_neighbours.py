"""Values of other addresses fill the parameters of a route of which no model is known."""

from datetime import date
from typing import Any

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.harvest import Harvest
from loadaudit.planning.neighbours import Neighbours

DAY = date(2026, 3, 5)


def test_values_that_stood_together_go_first() -> None:
    """Two firms, and a unit of the second one only."""
    known = Neighbours()
    known.note("/firm/<firm_slug>/", {"firm_slug": "a"})
    known.note("/firm/<firm_slug>/unit/<unit_slug>/", {"firm_slug": "b", "unit_slug": "u"})
    found = known.values_for("/report/<firm_slug>/<unit_slug>/", ["firm_slug", "unit_slug"], DAY)
    assert found == [{"firm_slug": "b", "unit_slug": "u"}]


def test_parts_of_a_date_are_those_of_the_day() -> None:
    known = Neighbours()
    known.note("/firm/<firm_slug>/", {"firm_slug": "a"})
    found = known.values_for("/firm/<firm_slug>/<year>/<quarter>/", ["firm_slug", "year", "quarter"], DAY)
    assert found == [{"firm_slug": "a", "year": 2026, "quarter": 1}]


def test_a_general_name_counts_only_where_the_routes_are_alike() -> None:
    """Every `pk` is a `pk` of something else."""
    known = Neighbours()
    known.note("/orders/<pk>/", {"pk": 7})
    assert known.values_for("/orders/<pk>/lines/", ["pk"], DAY) == [{"pk": 7}]
    assert known.values_for("/invoices/<pk>/", ["pk"], DAY) == []


def test_what_else_is_done_to_the_same_row_has_its_address_beside() -> None:
    """One word apart, but not the first, and only where nothing else is known."""
    known = Neighbours()
    known.note("/inbox/read/<slug>/", {"slug": 110910})
    assert known.values_for("/inbox/delete/<slug>/", ["slug"], DAY) == [{"slug": 110910}]
    assert known.values_for("/outbox/read/<slug>/", ["slug"], DAY) == []
    known.note("/inbox/delete/<slug>/", {"slug": 7})
    assert known.values_for("/inbox/delete/<slug>/", ["slug"], DAY) == [{"slug": 7}]


def test_addresses_beside_help_where_others_know_only_a_part() -> None:
    """That a kind is known does not keep from trying a row of it that stands beside."""
    known = Neighbours()
    known.note("/api/data/<kind>/", {"kind": "a"}, worked=True)
    known.note("/api/data/<kind>/<pk>/", {"kind": "a", "pk": 7})
    assert known.values_for("/api/tree/<kind>/<pk>/", ["kind", "pk"], DAY) == [{"kind": "a", "pk": 7}]
    assert known.some_of("/api/children/<kind>/<pk>/<accessor>/", ["kind", "pk", "accessor"]) == {"kind": "a"}
    assert known.some_of("/other/<pk>/", ["pk"]) == {}


def test_what_worked_goes_first() -> None:
    known = Neighbours()
    known.note("/a/<firm_slug>/", {"firm_slug": "a"})
    known.note("/b/<firm_slug>/", {"firm_slug": "b"}, worked=True)
    found = known.values_for("/c/<firm_slug>/", ["firm_slug"], DAY)
    assert [one["firm_slug"] for one in found] == ["b", "a"]


def test_a_value_that_is_missing_gives_none() -> None:
    known = Neighbours()
    known.note("/a/<firm_slug>/", {"firm_slug": "a"})
    assert known.values_for("/c/<firm_slug>/<unit_slug>/", ["firm_slug", "unit_slug"], DAY) == []


def test_queries_of_links_forms_and_selects_are_kept(settings: Any) -> None:
    """A view may answer nothing without them; the admin's script puts its select's attributes into the query."""
    settings.ROOT_URLCONF = "tests.planning.preflight.site"
    harvest = Harvest(index=RouteIndex.from_urlconf(None), host="testserver")
    page = b"""<a href="/rows/?page=2&amp;of=3">2</a><a href="/rows/?page=9&of=1">9</a>
    <form action="/search/"><input name=q type=search><input type=hidden name=in value=all></form>
    <select name=x data-ajax--url="/typed/" data-app-label="auth" data-model-name="user"
    data-field-name="x"></select>"""
    harvest.feed("/", "/", "text/html", page)
    assert list(harvest.queries["/rows/"].values()) == ["/rows/?page=2&of=3"]
    assert list(harvest.queries["/search/"].values()) == ["/search/?q=a&in=all"]
    assert list(harvest.queries["/typed/"].values()) == ["/typed/?app_label=auth&model_name=user&field_name=x"]


def test_a_select_tells_the_key_that_its_script_sends(settings: Any) -> None:
    """What only the server makes up, and not how the select looks."""
    settings.ROOT_URLCONF = "tests.planning.preflight.site"
    harvest = Harvest(index=RouteIndex.from_urlconf(None), host="testserver")
    harvest.feed(
        "/",
        "/",
        "text/html",
        b"""<select data-ajax--url="/typed/" data-placeholder="Choose one of 2" data-minimum-input-length="2"
    data-field_id="IjI5NmJmM2Y4:1xXqoX:y-p4H83y"></select>""",
    )
    assert list(harvest.queries["/typed/"].values()) == ["/typed/?field_id=IjI5NmJmM2Y4%3A1xXqoX%3Ay-p4H83y"]


def test_links_at_the_address_of_a_setting_are_the_projects_own(settings: Any) -> None:
    """An API links to its rows where its settings say that it stands; other hosts' addresses mean nothing."""
    settings.ROOT_URLCONF = "tests.planning.preflight.site"
    settings.SHOP = {"SITE_URL": "https://shop.example.com/api"}
    harvest = Harvest(index=RouteIndex.from_urlconf(None), host="testserver")
    rows = b'["https://shop.example.com/rows/1/", "http://localhost:8000/rows/2/", "https://else.example.com/rows/3/"]'
    harvest.feed("/rows/", "/rows/", "application/json", rows)
    assert sorted(harvest.paths["/rows/<int:number>/"]) == ["/rows/1/", "/rows/2/"]


def test_routes_that_worked_with_the_same_values() -> None:
    """What names the row itself counts before what it hangs on; `pk` means the same below the same part only."""
    known = Neighbours()
    known.note("/<slug:event>/", {"event": "one"}, worked=True)
    known.note("/<slug:event>/talks/<int:pk>/", {"event": "two", "pk": 5}, worked=True)
    known.note("/<slug:event>/rooms/<int:pk>/", {"event": "two", "pk": 6}, worked=True)
    route = "/<slug:event>/talks/<int:pk>/edit/"
    found = [known.routes_worked(route, {"event": event, "pk": 5}) for event in ("two", "one", "three")]
    assert found[0] > found[1] > found[2] == 0
