"""Names of fields in other languages."""

import pytest

from loadaudit.planning.languages.names import name_in_english
from loadaudit.runfile.redaction import is_secret_name


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


@pytest.mark.parametrize(
    "name", ["claveNueva", "senha_atual", "passwort", "wachtwoord", "mdp", "haslo", "heslo", "sifre"]
)
def test_what_gets_the_password_of_an_account_is_kept_out_of_run_files(name: str) -> None:
    """By its name: nothing in a value tells that it is one."""
    assert name_in_english(name).startswith("password")
    assert is_secret_name(name)
