"""Names of fields in other languages, word by word in English."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from loadaudit.planning.languages.errors import without_accents

_WORDS: Mapping[str, str] = {
    word: english
    for english, words in {
        "password": "contrasena clave senha passwort kennwort wachtwoord motdepasse mdp haslo heslo sifre",
        "username": "usuario utilisateur utilizador benutzer benutzername utente gebruiker gebruikersnaam",
        "email": "correo courriel correoelectronico emailadresse",
        "phone": "telefono telefone telefon telephone celular movil handy rufnummer cellulare numtel telefoonnummer",
        "name": "nombre nome nom naam bezeichnung",
        "first_name": "nombres prenom vorname voornaam",
        "last_name": "apellido apellidos sobrenome nachname cognome achternaam",
        "date": "fecha datum",
        "time": "hora heure uhrzeit ora",
        "start": "desde inicio debut beginn anfang inizio ab",
        "end": "hasta fin fim ende fine bis",
        "month": "mes mois monat mese",
        "year": "anio ano annee jahr anno",
        "age": "edad idade alter eta",
        "amount": "monto importe betrag montant valor importo montante",
        "price": "precio preco preis prix prezzo tarifa costo",
        "quantity": "cantidad quantidade menge anzahl quantite quantita stueckzahl",
        "count": "numero nummer",
        "score": "puntaje puntuacion nota pontuacao punktzahl voto",
        "country": "pais land paese",
        "currency": "moneda moeda waehrung devise valuta",
        "language": "idioma sprache langue lingua",
        "address": "direccion endereco adresse anschrift indirizzo",
        "zip_code": "codigopostal cep plz codepostal",
        "color": "cor farbe couleur colore",
        "url": "enlace webseite lien",
        "old": "antigua anterior antiga alte altes ancien vecchia",
        "current": "actual atual aktuell aktuelles actuel attuale",
        "new": "nueva nuevo nova novo neu neue neues nouveau nouvelle nuova nuovo",
        "confirm": "confirmar confirmacion repetir repita confirmacao repetida bestaetigung wiederholung conferma",
    }.items()
    for word in words.split()
}
"""English word by words of Spanish, Portuguese, French, German, Italian, and some of Dutch, Polish and Czech."""

_DOUBTFUL = frozenset(
    {"ab", "actual", "alter", "anterior", "bis", "cor", "eta", "fine", "handy", "land", "lien", "nova"}
)
"""Words of English names, too: they are of another language only beside a word that is."""

_PARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_-]")
_ARTICLES = frozenset({"de", "do", "da", "del", "della", "di", "du", "der", "la", "el", "des"})
_TURNED = {
    "time_start": "start_time",
    "time_end": "end_time",
    "date_start": "start_date",
    "date_end": "end_date",
}


def names_in_english(names: Iterable[str]) -> dict[str, str]:
    """Return each of the names of one body with what it is in English: beside `nueva`, `actual` is `current`."""
    called = {name: name_in_english(name) for name in names}
    if all(name == plain for name, plain in called.items()):
        return called
    return {name: name_in_english(name, is_other=True) for name in called}


@lru_cache(maxsize=1024)
def name_in_english(name: str, *, is_other: bool = False) -> str:
    """Return a name of a field with the words of other languages in English, or itself where it has none.

    `hora_fin` is `end_time`, and `claveNueva` is `password_new`. `is_other` tells that it is in another language.
    """
    parts = [one.lower() for one in _PARTS.split(without_accents(name)) if one]
    is_sure = any(one in _WORDS and (is_other or one not in _DOUBTFUL) for one in parts)
    if not is_sure and not _are_beside_a_password(parts):
        return name
    found = "_".join(_WORDS.get(one, one) for one in parts if one not in _ARTICLES)
    return _TURNED.get(found, found)


def _are_beside_a_password(parts: Sequence[str]) -> bool:
    """Whether a name has the English word that most languages use, as `password_actual` has."""
    return "password" in parts and any(one in _WORDS for one in parts)
