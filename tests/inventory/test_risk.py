"""What sending an operation may do."""

import pytest

from loadaudit.conf import read_config
from loadaudit.inventory.risk import declared_risk, kind_of, risk_of
from loadaudit.records import Evidence, Kind, Risk


@pytest.mark.parametrize(
    ("method", "route", "risk"),
    [
        ("GET", "/projects/", "safe"),
        ("POST", "/projects/save/", "mutating"),
        ("PATCH", "/projects/<int:pk>/", "mutating"),
        ("DELETE", "/projects/<int:pk>/", "destructive"),
        ("POST", "/projects/<int:pk>/delete/", "destructive"),
        ("GET", "/projects/<int:pk>/delete/", "safe"),
        ("POST", "/budget/reset/", "destructive"),
        ("POST", "/payments/webhook/", "destructive"),
        ("POST", "/send-mail/", "destructive"),
        ("GET", "/accounts/logout/", "destructive"),
        ("GET", "/cuenta/salir/", "destructive"),
        ("POST", "/libros/<pk>/eliminar/", "destructive"),
        ("GET", "/export/pdf/", "heavy"),
        ("GET", "/export.xlsx", "heavy"),
        ("GET", "/export/csv/", "safe"),
        ("GET", "/export/json/", "safe"),
        ("GET", "/reports/generate/", "heavy"),
        ("POST", "/projects/<int:pk>/copy/", "heavy"),
        ("POST", "/bulk-save/", "heavy"),
        ("POST", "/batch/delete/", "destructive"),
        ("POST", "/<delete>/", "mutating"),
    ],
)
def test_words_and_methods(method: str, route: str, risk: str) -> None:
    """Destructive words count for unsafe methods, heavy formats for reads."""
    assert risk_of(method, Evidence.DECLARED, route, "", "app.views.page")[0].value == risk


def test_a_get_that_may_not_look_at_the_method_may_delete() -> None:
    """A confirmation page tells methods apart; a view that does not may delete on GET."""
    assert risk_of("GET", Evidence.ASSUMED, "/x/<int:pk>/delete/", "", "v")[0].value == "destructive"
    assert risk_of("GET", Evidence.ASSUMED, "/payments/", "", "v")[0].value == "safe"


def test_the_name_of_the_view_counts() -> None:
    """A function called purge_cache purges."""
    assert risk_of("POST", Evidence.DECLARED, "/x/", "", "app.views.purge_cache")[0].value == "destructive"


@pytest.mark.parametrize(
    ("method", "names", "kind", "evidence"),
    [
        ("GET", None, Kind.READ, Evidence.ASSUMED),
        ("GET", frozenset({"render"}), Kind.READ, Evidence.INFERRED),
        ("GET", frozenset({"save"}), Kind.READ, Evidence.ASSUMED),
        ("POST", frozenset({"save"}), Kind.WRITE, Evidence.INFERRED),
        ("POST", frozenset({"search"}), Kind.WRITE, Evidence.ASSUMED),
        ("DELETE", None, Kind.WRITE, Evidence.ASSUMED),
    ],
)
def test_kind(method: str, names: frozenset[str] | None, kind: Kind, evidence: Evidence) -> None:
    """GET reads, all else writes; code that names what it writes with, or does not, makes that more than assumed."""
    assert kind_of(method, names) == (kind, evidence)


def test_a_mail_in_the_source_is_destructive() -> None:
    """Whatever the route is called: what is sent cannot be taken back."""
    risk = risk_of(
        "POST", Evidence.DECLARED, "/orders/<int:pk>/", "", "shop.views.order", names=frozenset({"send_mail"})
    )
    assert risk == (Risk.DESTRUCTIVE, Evidence.INFERRED)


def test_the_settings_decide_first() -> None:
    """The first rule that matches the id wins, and the fact is declared."""
    rules = ((r"GET /bye/", "safe"), (r"/bye/", "heavy"))
    config = read_config({"RISKS": rules})
    assert declared_risk("GET /bye/", config.risks) is Risk.SAFE
    assert declared_risk("POST /bye/", config.risks) is Risk.HEAVY
    assert declared_risk("POST /hello/", config.risks) is None


@pytest.mark.parametrize(
    ("route", "names", "risk"),
    [
        ("/rows/<int:pk>/delete/", {"delete", "redirect"}, ("destructive", "inferred")),
        ("/counter/<int:pk>/reset/", {"objects", "update"}, ("destructive", "inferred")),
        ("/draws/<int:pk>/undo/", {"objects", "delete"}, ("destructive", "inferred")),
        ("/password/reset/done/", {"update", "render"}, ("safe", "assumed")),
        ("/reminders/", {"send_mail"}, ("destructive", "inferred")),
        ("/jobs/<int:pk>/stop/", {"redirect"}, ("mutating", "assumed")),
        ("/requests/<int:pk>/apply/", {"save", "redirect"}, ("mutating", "inferred")),
        ("/apply/", {"render", "redirect"}, ("safe", "inferred")),
        ("/start/", {"redirect"}, ("safe", "inferred")),
        ("/cart/clear/", {"session", "pop", "redirect"}, ("destructive", "inferred")),
        ("/cart/clear/", {"session", "redirect"}, ("destructive", "inferred")),
        ("/cart/clear/", {"session", "clear", "render"}, ("destructive", "inferred")),
        ("/password/reset/done/", {"session", "pop", "render"}, ("safe", "inferred")),
        ("/cart/", {"session", "redirect"}, ("safe", "inferred")),
        ("/bye/", {"session", "flush", "render"}, ("destructive", "inferred")),
        ("/enter/", {"session", "flush", "cycle_key", "redirect"}, ("safe", "inferred")),
    ],
)
def test_a_view_that_answers_get_alone_does_on_get_what_it_is_for(
    route: str, names: set[str], risk: tuple[str, str]
) -> None:
    """There is no POST that could do it: what its words say and its code can do is done."""
    found = risk_of("GET", Evidence.DECLARED, route, "", "v", names=frozenset(names), alone=True)
    assert (found[0].value, found[1].value) == risk


def test_a_get_beside_a_post_only_asks() -> None:
    """The code that both share deletes for the POST."""
    found = risk_of("GET", Evidence.DECLARED, "/rows/<int:pk>/delete/", "", "v", names=frozenset({"delete"}))
    assert found[0] is Risk.SAFE


@pytest.mark.parametrize("route", ["/log-out/", "/desk/log_out/", "/sign-out/"])
def test_leaving_in_two_words(route: str) -> None:
    """A session ends, however that is written."""
    assert risk_of("GET", Evidence.DECLARED, route, "", "v")[0] is Risk.DESTRUCTIVE
    assert risk_of("GET", Evidence.DECLARED, "/change-log/out-of-date/", "", "v")[0] is Risk.SAFE


def test_a_page_that_a_mail_leads_to_may_do_what_its_word_says() -> None:
    """What it calls (`invitation.accept(user)`, `welcome.delay(code)`) may write under a name of the project's own."""
    assert _of_invite({"get_object_or_404", "accept", "render"}) == (Risk.DESTRUCTIVE, Evidence.ASSUMED)
    assert _of_invite({"welcome", "delay", "HttpResponse"}) == (Risk.DESTRUCTIVE, Evidence.ASSUMED)
    assert _of_invite({"send_mail"})[0] is Risk.DESTRUCTIVE
    assert _of_invite({"save", "render"})[0] is Risk.DESTRUCTIVE
    assert _of_invite(None) == (Risk.DESTRUCTIVE, Evidence.ASSUMED)


def _of_invite(names: set[str] | None) -> tuple[Risk, Evidence]:
    code = None if names is None else frozenset(names)
    return risk_of("GET", Evidence.ASSUMED, "/invite/<slug:code>/", "", "v", names=code)
