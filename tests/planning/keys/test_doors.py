"""Which header a view wants a key in is read from its code, its decorators and its permissions."""

import pytest

from loadaudit.planning.keys.doors import door_at, door_of_challenge, takes_no_session, with_challenge
from tests.planning.keys.models import Access

pytestmark = pytest.mark.usefixtures("site")


def test_the_header_that_a_decorator_of_a_method_reads() -> None:
    """The decorator is held in a list, reads the header in one helper and looks the key up in another."""
    door = door_at("/jobs/?page=1")
    assert door is not None
    assert (door.header, door.schemes[0]) == ("Authorization", "Bearer")
    assert door.models[0].__name__ == "ApiKey"


def test_a_header_that_is_compared_with_a_setting() -> None:
    door = door_at("/partners/")
    assert door is not None
    assert list(door.values()) == [("PARTNER_KEY", "a key of the settings")]
    assert next(door.lines("k")) == {"X-Partner-Key": "k"}


def test_the_word_before_the_key_of_a_permission() -> None:
    door = door_at("/tokens/")
    assert door is not None
    assert next(door.lines("k")) == {"Authorization": "Partner k"}
    assert door.models[0].__name__ == "PartnerToken"


def test_a_header_that_rows_are_looked_up_by() -> None:
    """Neither the header nor the model has a name of keys; the look-up is in a helper."""
    door = door_at("/tenants/")
    assert door is not None
    assert door.header == "X-Tenant"
    assert [(one.__name__, name) for one, name in door.columns] == [("PartnerToken", "id")]


def test_a_model_that_keeps_hashes_of_keys_keeps_keys() -> None:
    """And the answer tells the word that stands before one."""
    door = door_at("/accesses/")
    assert door is not None
    assert Access in door.models
    assert next(with_challenge(door, "Client").lines("k")) == {"Authorization": "Client k"}
    assert with_challenge(door, 'Basic realm="x"') == door


@pytest.mark.parametrize(("path", "known"), [("/silent/", True), ("/jobs/", False), ("/partners/", False)])
def test_code_that_speaks_of_basic_takes_a_password(path: str, known: bool) -> None:
    """No challenge has to say so."""
    door = door_at(path)
    assert door is not None
    assert door.by_password is known


@pytest.mark.parametrize(("path", "known"), [("/accesses/", True), ("/tokens/", False), ("/nowhere/", False)])
def test_authenticators_that_look_at_no_session(path: str, known: bool) -> None:
    """REST framework's own do where a view names none."""
    assert takes_no_session(path) is known


@pytest.mark.parametrize("path", ["/plain/", "/signed/", "/nowhere/"])
def test_no_door(path: str) -> None:
    """A token in a body, a signature of the body, and an address that leads nowhere."""
    assert door_at(path) is None


def test_a_challenge_tells_the_header_and_the_app_the_keys() -> None:
    door = door_of_challenge("/plain/", 'Bearer realm="api"')
    assert door is not None
    assert next(door.lines("k")) == {"Authorization": "Bearer k"}
    assert [one.__name__ for one in door.models] == ["ApiKey", "PartnerToken", "Access", "Kept", "Minted"]


@pytest.mark.parametrize(
    ("path", "challenge"), [("/plain/", 'Basic realm="x"'), ("/plain/", ""), ("/nowhere/", "Bearer")]
)
def test_a_challenge_that_no_key_meets(path: str, challenge: str) -> None:
    assert door_of_challenge(path, challenge) is None
