"""What errors say in other languages is read like what they say in English."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from loadaudit.load.payloads import UNIQUE_TEXT
from loadaudit.planning.languages.errors import in_english, in_english_document
from loadaudit.planning.preflight.hints import hinted


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("El ISBN debe tener 10 o 13 dígitos.", "El ISBN must have 10 or 13 digits."),
        ("La fecha debe ser futura.", "La fecha must be in the future."),
        ("Este campo es obligatorio.", "Este campo is required."),
        ("La sala ya está ocupada en ese horario.", "La sala is already taken at that time."),
        ("Formato de fecha inválido, use dd/mm/aaaa", "format de fecha invalid, use dd/mm/yyyy"),
        ("O valor deve ser maior que 10.", "O valor must be greater than 10."),
        ("Usuário não encontrado", "Usuario does not exist"),
        ("A senha deve ter pelo menos 8 caracteres", "A senha must have at least 8 characters"),
        ("Le montant doit être supérieur à 100", "Le montant must be greater than 100"),
        ("Ce champ est obligatoire.", "Ce champ is required."),
        ("Das Passwort muss mindestens 8 Zeichen lang sein", "Das Passwort must be at least 8 characters lang "),
        ("Der Betrag muss größer als 5 sein.", "Der Betrag must be greater than 5 ."),
        ("Benutzer nicht gefunden", "Benutzer does not exist"),
        ("La data deve essere nel futuro", "La data must be in the future"),
        ("Il campo è obbligatorio", "Il campo is required"),
        ("Сумма должна быть больше 100", "Сумма must be greater than 100"),
        ("Это поле обязательно.", "Это поле is required."),
        ("Пользователь не найден", "Пользователь does not exist"),
        ("手机号格式不正确", "phone has an invalid format"),
        ("数量必须大于0", "quantity must be greater than 0"),
        ("密码至少8个字符", "password must be at least 8 characters"),
        ("用户名已存在", "username already exists"),
        ("Das Feld darf nicht leer sein.", "Das Feld is required."),
        ("El estado debe ser 'pasado' o «más tarde».", "El estado must be 'pasado' o «más tarde»."),
        ("类型必须是'数字'", "类型 must be '数字'"),
    ],
)
def test_what_is_wanted_is_said_in_english(said: str, expected: str) -> None:
    """Names of fields stay, as they are looked for in what was sent."""
    assert in_english(said) == expected


@pytest.mark.parametrize(
    "said",
    [
        "You cannot bid on your own listing.",
        "This field is required.",
        "Ensure this value has at least 5 characters (it has 3).",
        "“loadaudit” is not a valid choice.",
        "The minimum is zero and the maximum 4",
        "obligatorio",
        "必",
        "エラーです。",
        "no such column: el",
        "Incorrect password.",
        "Use a different email address",
        "Choose a future date",
        "Positive integer",
        '{"error": "Unsupported locale ja", "code": null}',
    ],
)
def test_what_is_in_english_or_in_no_known_language_stays(said: str) -> None:
    """To the letter."""
    assert in_english(said) == said


def test_of_a_document_sentences_are_turned() -> None:
    """Keys of fields stay; what holds the sentence about the whole is called so, unless it is a field itself."""
    document: Any = {"detalle": "El libro no existe.", "errores": [{"nombre": ["Este campo es obligatorio."]}]}
    turned: Any = {"errores": [{"nombre": ["Este campo is required."]}]}
    assert in_english_document(document) == {"detail": "El libro does not exist.", **turned}
    assert in_english_document(document, {"detalle"}) == {"detalle": "El libro does not exist.", **turned}


def test_of_a_large_document_the_first_sentences_are_turned() -> None:
    """Thousands of rows are no errors, and what is nested without an end is left alone."""
    rows: Any = in_english_document([f"El libro {number} no existe." for number in range(300)])
    assert (rows[0], rows[-1]) == ("El libro 0 does not exist.", "El libro 299 no existe.")
    deep: Any = "El libro no existe."
    for _ in range(900):
        deep = [deep]
    assert in_english_document(deep)


@pytest.mark.parametrize(
    ("said", "sent", "expected"),
    [
        ("El monto debe ser 5.50", "1", 5.5),
        ("The amount must be 12.5%", "1", None),
        ("Debe tener exactamente 4 dígitos", "la", "1111"),
        ("Informe uma data no formato dd/mm/aaaa", "2026-03-01", "01/03/2026"),
        ("Die Menge muss zwischen 3 und 9 liegen", "1", 3),
        ("Le code doit commencer par FR", f"la-{UNIQUE_TEXT}", f"FR{UNIQUE_TEXT}"),
    ],
)
def test_readers_of_errors_know_what_is_meant(said: str, sent: str, expected: Any) -> None:
    """As they do of the same sentence in English."""
    assert hinted(in_english(said), sent, date(2026, 3, 1)) == expected
