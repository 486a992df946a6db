"""What statements say about values of which nothing else is known."""

from loadaudit.planning.preflight.looked_up import looked_up_with
from loadaudit.records import Trace
from tests.analysis.factories import trace, use


def _looked_for(where: str, table: str = "auth_group") -> Trace:
    return trace(statements=(use("SELECT 1"), use(f'SELECT "{table}"."id" FROM "{table}" WHERE {where} LIMIT 21')))


def test_the_only_name_is_what_was_looked_up() -> None:
    """A view that takes one value and compares one column with something compares it with that."""
    assert looked_up_with(["key"], _looked_for('"auth_group"."name" = %s')) == {"key": ("auth.Group", "name")}


def test_of_several_names_the_one_like_the_model_counts() -> None:
    """And none where nothing tells which."""
    seen = _looked_for('"auth_group"."id" = %s')
    assert looked_up_with(["color", "group_id"], seen) == {"group_id": ("auth.Group", "pk")}
    assert looked_up_with(["color", "size"], seen) == {}


def test_the_look_up_of_who_is_logged_in_says_nothing() -> None:
    """Each request begins with it."""
    assert looked_up_with(["key"], _looked_for('"auth_user"."id" = %s', "auth_user")) == {}


def test_flags_tell_no_row_from_another() -> None:
    """A column of yes and no is no key."""
    assert looked_up_with(["key"], _looked_for('"auth_user"."is_active" = %s', "auth_user")) == {}
