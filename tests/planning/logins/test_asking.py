"""Pages that turn strangers away, found by asking."""

from __future__ import annotations

from dataclasses import replace

from loadaudit.planning.control import ControlClient
from loadaudit.planning.logins.asking import ordered_by_asking
from loadaudit.planning.logins.pages import ProofPage

LOGIN = ("/accounts/login/",)


def pages(*paths: str) -> list[ProofPage]:
    """Return pages at these paths."""
    return [ProofPage(path=path, operation_id=f"GET {path}") for path in paths]


def test_pages_that_turn_strangers_away(client: ControlClient) -> None:
    """Those that speak of a person are asked for first; the others may show who asks, too."""
    shown, asking = pages("/hard/several/", "/dashboard/")
    found = ordered_by_asking(client, [shown, asking], LOGIN)
    assert found == ((asking,), (shown,))
    # Another turns away, so that the cache of an export stays cold.
    export = replace(shown, is_export=True)
    assert ordered_by_asking(client, [export, asking], LOGIN) == ((asking,), ())
