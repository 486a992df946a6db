"""Takes what is secret or personal out of recorded requests, by name and by shape; marks say what is made instead."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from loadaudit.planning.payloads.words import in_snake_case
from loadaudit.planning.recorded.shapes import LAYOUT, layout_of
from loadaudit.records import Pair
from loadaudit.runfile.shapes import ISSUED, WEB_TOKEN, is_opaque

MADE = "__loadaudit_made__"
"""Stands for a value that was a secret or somebody's own: one is made when it is sent."""
_OPENING = "__loadaudit_made"
MARK = re.compile(rf"__loadaudit_made(?::(?P<kind>[a-z]+)|(?P<of>[=~]){LAYOUT})?__")
"""The same with the kind of value that is made, or its layout, behind `~` where it was a number."""

ROW = re.compile(r"__loadaudit_row(?P<of>~?):(?P<model>\w+\.\w+)\.(?P<field>\w+)__")
"""Stands for a value that named a row of the tests: the model and the column, and `~` where it was a number."""

_SECRET = re.compile(
    r"""pass(word|wd|phrase|code|wort)|kennwort|contrase(n|ñ)a|senha|mot_?de_?passe|wachtwoord|parol(a|e)|has(l|ł)o|l(o|ö)senord
    |salasana|adgangskode|heslo|sifre|şifre|пароль|密码|密碼|パスワード|비밀번호
    |(^|_)(pass|pw|pwd|mdp|psw|clave|geslo|jelszo)(\d|_|$)
    |secret|geheim|token|jeton|authori[sz]ation
    |(api|access|private|client|licen[cs]e|encryption|signing|shared|auth|account|service|app|ssh)_?key
    |credential|zugangsdaten|cookie|session|csrf|xsrf|signature
    |(^|_)(sig|hmac|mac_key|bearer|jwt|auth|nonce|salt|mnemonic|saml_?response)$
    |seed_?phrase|recovery_?(code|phrase|key)|backup_?code|verification_?code|one_?time_?(code|pass)
    |(^|_)[ht]?otp(_|\d|$)|(^|_)(pin|puk|tan|mfa_code|totp)(_code)?$
    |(^|_)(cvc|cvv|csc|cvn|ccv)\d?(_|$)|security_?code""",
    re.IGNORECASE | re.VERBOSE,
)
_NUMBERED = re.compile(
    r"""iban|card_?(number|no|num|code|holder)|(credit|debit|bank)_?card|kreditkarte|kartennummer
    |(^|_)(cc|card|pan)(_?num(ber)?)?$|(account|konto|routing|sort)_?(number|nummer|no|nr|code)|kontonummer|numero_de_(compte|cuenta)""",
    re.IGNORECASE | re.VERBOSE,
)
"""Of cards and accounts, whose form says nothing of them."""

_PERSONAL = re.compile(
    r"""e?_?mail|courriel|correo|phone|telefon|mobile|handy|rufnummer|celular|(^|_)(tel|fax|gsm|cell)(_|\d|$)|whatsapp
    |(^|_)(first|last|full|sur|middle|given|family|maiden|nick|user)_?name
    |(^|_)(legal|real|contact|customer|patient|holder|owner|display|sender|recipient)_?name
    |(vor|nach|familien)name
    |(^|_)(prenom|prénom|nom_de_famille|apellidos?|cognome|voornaam|achternaam|sobrenome|imie|nazwisko|surname)(_|$)
    |birth|(^|_)dob(_|$)|geburt|naissance|nacimiento|nascimento|nascita|geboorte
    |street|stra(ss|ß)e|(^|_)(rue|calle|rua|straat)(_|$)|address|adresse
    |direcci(o|ó)n|endere(c|ç)o|indirizzo|(^|_)adres(_|$)
    |(^|_)(ssn|sin|nin|nino|tin|itin|ein|cpf|cnpj|nif|nie|dni|rut|curp|bsn|pesel|aadhaar|ahv|vat|vatin|siret|svnr)(_?(number|no|id|nr))?$
    |social_?security|sozialversicherung
    |(tax|steuer|national|citizen|insurance|passport|license|licence|identity|personal|driver|health)
     _?(id|number|no|nr|nummer)(_|$)
    |steuernummer|passport|ausweis|pasaporte|codice_?fiscale|personalausweis""",
    re.IGNORECASE | re.VERBOSE,
)
_HOLDS_SECRETS = re.compile(r"pass(word|wort|phrase)|secret|credential|private_?key", re.IGNORECASE)
"""Whatever such an object holds is one; of a `session` or a `card` its keys tell."""
_OF_PERSONS = re.compile(
    r"(^|_)(contact|person|attn|signed_by|salutation|beneficiary|patient|emergency\w*)$", re.IGNORECASE
)
"""Where a text is somebody's; a number is the key of a row."""

_SHAPES = re.compile(
    rf"""-----BEGIN\ |\bPuTTY-User-Key-File
    |{WEB_TOKEN}
    |{ISSUED}
    |\b(Bearer|Basic|Digest|Token)\ +(?=\S*[\d=])[\w.~+/=-]{{6,}}
    |\b(pbkdf2_\w+|scrypt|argon2\w*|bcrypt\w*)\$|\$2[abxy]\$\d\d\$|\$argon2|\$[156]\$[^\s$]+\$
    |(?<![\w-])\d{{3}}-\d{{2}}-\d{{4}}(?![\w-])
    |(?<!\w)\+\d[\d\ ()/-]{{6,}}\d
    |(?<![^@\s])[^@\s]+@[^@\s]+\.[^@\s]
    |(?i:\b(pass(word|wd|wort)?|pwd|secret|token|api_?key)["']?\s*[:=]\s*["']?[^\s"']{{4,}})""",
    re.VERBOSE,
)
"""Keys and tokens as their issuers begin them, hashes of passwords, numbers of persons and phones, mail addresses.

Bodies are long, and often without a space: no part may start anew at each character and read on without bounds.
"""

_OF_PHONES = re.compile(r"phone|mobile|tel|fax|handy|cell|gsm|whatsapp|rufnummer")
_WHOLE_PHONE = re.compile(r"\+\d[\d ()/-]{6,}\d")
_SHORTEST_NUMBER = 8
"""Digits; of fewer no check digit is one."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s][^@\s.]*\.[^@\s]+")
_URL = re.compile(r"\b[a-z][a-z0-9+.-]{0,40}://[^\s\"'<>]+", re.IGNORECASE)
_RELATIVE_URL = re.compile(r"/[^\s\"'<>?]*\?[^\s\"'<>]+")
_DIGITS = re.compile(r"[ ()+./-]*[0-9][0-9 ()+./-]*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CARD = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")
_IBAN = re.compile(r"(?<!\w)[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]){11,30}(?!\w)")
_OPAQUE = re.compile(r"[A-Za-z0-9+/_=-]{24,}")
_DATA_URL = re.compile(r"data:[\w.+-]+/[\w.+-]+[;,]", re.IGNORECASE)
_WITH_VARIABLES = re.compile(r"\b(query|mutation|subscription)\b\s*(\w+\s*)?\(\s*\$\w+\s*:")
"""A GraphQL document whose values are sent beside it (GraphQL specification, 2.10: variables)."""
_VARIABLE = re.compile(r"\$\w+\s*:\s*\[*\w+[]!]*|\b\w+\s*:\s*\$\w+")
_LONGEST_NAME = 100
_LARGEST_OPAQUE = 200


def without_secrets(value: Any, name: str = "") -> Any:
    """Return a JSON value in which secrets and personal values are marks, as is what lies too deep to be looked at."""
    try:
        return _without_secrets(value, name)
    except RecursionError:
        return MADE


def _without_secrets(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        outer = f"{name}_" if _HOLDS_SECRETS.search(name) else ""
        names = {key: _named_beside(value) if str(key).lower() == "value" else "" for key in value}
        return {
            _without_shapes(str(key)): _without_secrets(entry, f"{outer}{names[key] or key}")
            for key, entry in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_without_secrets(entry, name) for entry in value]
    if value in (None, "") or isinstance(value, bool) or (isinstance(value, str) and ROW.fullmatch(value)):
        return value
    snake = in_snake_case(name.replace("-", "_"))
    if is_secret(snake) or _PERSONAL.search(snake) or (isinstance(value, str) and _OF_PERSONS.search(snake)):
        return _mark_of(value, snake)
    if isinstance(value, (int, float)):
        return _marked("card") if _is_card(str(value)) else value
    return _without_shapes(value) if isinstance(value, str) else value


def is_personal(name: str) -> bool:
    """Whether a name is that of somebody's own value."""
    return _PERSONAL.search(in_snake_case(name.replace("-", "_"))) is not None


def is_secret(name: str) -> bool:
    """Whether a name is that of a secret."""
    snake = in_snake_case(name.replace("-", "_"))
    return _SECRET.search(snake) is not None or _NUMBERED.search(snake) is not None


def row_mark(model: str, field: str, *, is_number: bool) -> str:
    """Return what stands for a value of a column of rows."""
    return f"__loadaudit_row{'~' if is_number else ''}:{model}.{field}__"


def redacted_pair(name: str, value: str) -> Pair:
    """Return a pair of a form or a query string without what is secret or personal."""
    return Pair(name=_without_shapes(name), value=str(without_secrets(value, name)))


def _named_beside(entries: Mapping[Any, Any]) -> str:
    """Return what a `value` is called where its name is one too, as lists of headers and of settings have it."""
    beside = (entry for key, entry in entries.items() if str(key).lower() in ("name", "key"))
    return next((one for one in beside if isinstance(one, str) and len(one) <= _LONGEST_NAME), "")


def _mark_of(value: Any, name: str) -> str:
    """Return what stands for a value that its name gives away: with its kind, as far as the value shows it."""
    text = str(value)
    if MARK.fullmatch(text):
        return text
    if _is_card(text) and (not isinstance(value, str) or text.isdigit()):
        return _marked("card")
    if _DATE.fullmatch(text):
        return _marked("date")
    if _EMAIL.fullmatch(text) and "mail" not in name:
        return _marked("email")
    if _DIGITS.fullmatch(text) and not re.search(r"pass|phone|mobile|tel|fax", name):
        check = text if not isinstance(value, str) or len(text) < _SHORTEST_NUMBER else ""
        layout = re.sub(r"[0-9]", "9", check) or layout_of(text)
        return f"{_OPENING}{'=' if isinstance(value, str) else '~'}{layout}__" if layout else MADE
    has_form = re.search(r"\d", text) is not None or (" " in text and text.istitle())
    if isinstance(value, str) and has_form and not _SECRET.search(name) and not _EMAIL.fullmatch(text):
        return _shaped(text, is_phone=_OF_PHONES.search(name) is not None)
    return MADE


def _shaped(text: str, *, is_phone: bool = False) -> str:
    """Return what stands for a text of which nothing but its form is kept."""
    layout = layout_of(text, is_phone=is_phone)
    return f"{_OPENING}={layout}__" if layout else MADE


def _marked(kind: str) -> str:
    return f"{_OPENING}:{kind}__"


def _without_shapes(text: str) -> str:
    """Return a text whose name tells nothing: as it is, with its URLs and its JSON cleaned, or a mark."""
    if MARK.search(text):
        return text
    if _DATA_URL.match(text):
        return _marked("byte")
    if text[:1] in ("{", "["):
        try:
            return json.dumps(without_secrets(json.loads(text)), ensure_ascii=False)
        except ValueError:
            pass
        except RecursionError:
            return MADE
    cleaned = _URL.sub(lambda found: _cleaned_url(found[0]), text)
    if cleaned == text and _RELATIVE_URL.fullmatch(text):
        cleaned = _cleaned_url(text)
        if cleaned != text:
            return cleaned
    rest = _URL.sub("", cleaned)
    if _WITH_VARIABLES.search(rest):
        rest = _VARIABLE.sub("", rest)
    if _EMAIL.fullmatch(rest.strip()):
        return _marked("email")
    if any(map(_is_card, _CARD.findall(rest))):
        return _shaped(rest.strip()) if _CARD.fullmatch(rest.strip()) else MADE
    if any(map(_is_iban, _IBAN.findall(rest))):
        return _shaped(rest.strip()) if _IBAN.fullmatch(rest.strip()) else MADE
    if _WHOLE_PHONE.fullmatch(rest.strip()):
        return _shaped(rest.strip(), is_phone=True)
    if _SHAPES.search(rest) or any(map(is_opaque, _OPAQUE.findall(rest))):
        return _marked("byte") if _OPAQUE.fullmatch(rest) and len(rest) > _LARGEST_OPAQUE else MADE
    return cleaned


def _cleaned_url(url: str) -> str:
    """Return a URL without user and password, and with marks for what its path and its parameters keep secret."""
    try:
        parts = urlsplit(url)
        segments = [MADE if _tells(unquote(one)) else one for one in parts.path.split("/")]
        query, fragment = _cleaned_query(parts.query), _cleaned_query(parts.fragment)
    except ValueError:
        return MADE
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "/".join(segments), query, fragment))


def _cleaned_query(query: str) -> str:
    if "=" not in query:
        return MADE if _tells(query) else query
    pairs = [redacted_pair(name, value) for name, value in parse_qsl(query, keep_blank_values=True)]
    cleaned = urlencode([(one.name, one.value) for one in pairs], safe=":=", quote_via=quote)
    return query if _OPENING not in cleaned else cleaned


def _tells(text: str) -> bool:
    return bool(_SHAPES.search(text)) or any(map(is_opaque, _OPAQUE.findall(text)))


def _is_card(text: str) -> bool:
    """Whether digits pass the check of card numbers (ISO/IEC 7812-1, Luhn) and begin as those of a network do."""
    if _CARD.fullmatch(text) is None:
        return False
    digits = [int(one) for one in text if one.isdigit()]
    doubled = [sum(divmod(2 * one, 10)) for one in digits[-2::-2]]
    return digits[0] in (2, 3, 4, 5, 6) and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_iban(text: str) -> bool:
    """Whether a text passes the check of ISO 13616: modulo 97 of its digits, country and check digits last."""
    plain = text.replace(" ", "")
    return int("".join(str(int(one, 36)) for one in plain[4:] + plain[:4])) % 97 == 1
