"""Names of fields in other languages."""

import pytest

from loadaudit.planning.languages.names import name_in_english


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("contraseña", "password"),
        ("claveNueva", "password_new"),
        ("senha_atual", "password_current"),
        ("hora_fin", "end_time"),
        ("fecha_de_inicio", "start_date"),
        ("Benutzername", "username"),
        ("start_date", "start_date"),
        ("data", "data"),
        ("userName", "userName"),
        ("", ""),
        ("ora_fine", "end_time"),
        ("password_actual", "password_current"),
        *((name, name) for name in ("fine_amount", "eta", "actual_cost", "land", "lien_holder", "alter", "price_new")),
    ],
)
def test_words_of_a_name_are_turned(name: str, expected: str) -> None:
    """What is English already, or might be, stays as it is written."""
    assert name_in_english(name) == expected
