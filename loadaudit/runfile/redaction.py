"""Takes secrets out of texts before they reach a run file."""

import json
import re
from typing import Any

from loadaudit.runfile.database_messages import HIDDEN, without_values
from loadaudit.runfile.shapes import without_opaque, without_signed

_SECRET_NAMES = (
    r"(?:pass(?:word|wd)?|pwd|passcode|secret|token|(?:api|private|access)[_-]?key|credential|authorization|cookie"
    r"|session(?:id)?|csrf|signature|otp|cvv|cvc"
    r"|contrase(?:n|ñ)a|senha|kennwort|mot_?de_?passe|wachtwoord|has(?:l|ł)o|heslo|(?:s|ş)ifre"
    # As words of their own, of which `claveNueva` has one as well, and `enclave` none.
    r"|(?-i:(?<![A-Za-z])(?:clave|mdp)(?![a-z])|(?:Clave|Mdp)(?![a-z])|(?<![A-Za-z])(?:CLAVE|MDP)(?![A-Za-z])))"
)
_SECRET_NAME = re.compile(
    rf"{_SECRET_NAMES}|(?:^|[_-])(?:pin|sig|hmac|jwt|bearer)(?:[_-]|$)"
    r"|(?:invit\w*|access|join|activat\w*|verif\w*|confirm\w*|reset|log[_-]?in|magic|unlock|recover\w*|backup|shar\w*)"
    r"[_-]?(?:code|key|hash)",
    re.IGNORECASE,
)
_NAMED_SECRET = re.compile(
    rf"""(["']?\b\w{{0,60}}{_SECRET_NAMES}\w{{0,60}}["']?\s*[:=]\s*)"""
    r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?:Bearer|Basic|Token)\s+\S+|[^\s,;&)}\]]+)""",
    re.IGNORECASE | re.DOTALL,
)
_SENTENCE = re.compile(
    rf"""(?:["']?\b\w{{0,60}}{_SECRET_NAMES}\w{{0,60}}["']?\s*[:=]\s*[\[("'\s]*)"""
    r"""(?P<said>(?:this|the|that|these|your|you|please|enter|invalid|must|an?|not|no|is|field|value|cannot|could|should|it)\s"""
    r"""[^"\]}\n]*|\((?:required|invalid\w*)\))"""
    rf"""|\b\w{{0,60}}{_SECRET_NAMES}\w{{0,60}}(?:Form|Serializer|Schema|View|Error)\w*:""",
    re.IGNORECASE,
)
"""What is said of a field that is called like a secret, and classes that are."""

_LOOKS_SECRET = re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{12,}")
_COOKIE_HEADER = re.compile(r"(\b(?:set-)?cookie:\s*)[^\r\n]+", re.IGNORECASE)
_URL_CREDENTIALS = re.compile(r"(\b[a-z][a-z0-9+.-]{0,40}://)[^/\s?#\"'<>]*@", re.IGNORECASE)
_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@(?!(?:[\w-]{1,63}\.){0,5}(?:example(?:\.(?:com|net|org))?|test|invalid)(?![\w.-]*\w))"
    r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"
)
"""An address of somebody's; what ends as RFC 2606 reserves it belongs to nobody, and the run's own do."""

_PHONE = re.compile(r"(?<!\w)\+\d[\d ()/-]{6,20}\d(?!\w)")
_QUERY_VALUE = re.compile(r"([?&#][^=&#]*)=[^&#]*")
_SQL_TOKEN = re.compile(
    r"""
      (?P<comment> /\*.*?(?:\*/|\Z) | --[^\n]* )
    | (?P<identifier> "(?:[^"]|"")*" | `[^`]*` )
    | (?P<literal>
        (?<!\w)[eE]'(?:\\.|''|[^'\\])*(?:'|\Z)
      | (?:(?<!\w)(?:[bBxXnN]|[uU]&))?'(?:[^']|'')*(?:'|\Z)
      | (?<!\w)\$(?P<tag>(?:[a-zA-Z_]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z)
      | (?<![\w.$?%"`])-?(?:0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?![\w"`])
      )
    """,
    re.DOTALL | re.VERBOSE,
)


def redact_text(text: str) -> str:
    """Return `text` without values behind secret names, signed ones, credentials in URLs and what databases repeat."""
    text = _URL_CREDENTIALS.sub(rf"\1{HIDDEN}@", text)
    text = _COOKIE_HEADER.sub(rf"\g<1>{HIDDEN}", text)
    text = without_signed(without_values(text), _hidden)
    return _storable(_NAMED_SECRET.sub(rf"\g<1>{HIDDEN}", text))


def redact_message(text: str) -> str:
    """Return what the project's code says without secrets, nor what looks like the key of a row; checksums do, too."""
    return without_opaque(redact_text(text), _hidden)


def redact_said(text: str) -> str:
    """Return what a server said without secrets, and without addresses and telephones of persons.

    Sentences about a field that is called like a secret stay, but for words that look like one.
    """
    end, found = 0, list[str]()
    for match in _SENTENCE.finditer(text):
        found += [redact_message(text[end : match.start()]), _LOOKS_SECRET.sub(HIDDEN, match[0])]
        end = match.end()
    return _PHONE.sub(HIDDEN, _EMAIL.sub(HIDDEN, "".join([*found, redact_message(text[end:])])))


def redact_pair(name: str, value: str) -> str:
    """Return `name=value` of a form, the whole value hidden behind a secret-looking name: it may have spaces in it."""
    return redact_message(f"{name}={HIDDEN if is_secret_name(name) else value}")


def is_secret_name(name: str) -> bool:
    """Whether a name is that of a secret, whatever its value."""
    return _SECRET_NAME.search(name) is not None


def redact_json(document: str) -> str:
    """Return a JSON text with everything that lies behind a secret-looking key hidden, however deep."""
    try:
        return json.dumps(_without_secrets(json.loads(document)), ensure_ascii=False)
    except ValueError:
        return redact_message(document)


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: HIDDEN if is_secret_name(key) else _without_secrets(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_secrets(one) for one in value]
    return redact_message(value) if isinstance(value, str) else value


def redact_path(path: str) -> str:
    """Return a path with the values of its query and fragment replaced, and what looks like a key in it; names stay."""
    return _storable(without_opaque(_QUERY_VALUE.sub(rf"\1={HIDDEN}", path), _hidden))


def _hidden(_: str) -> str:
    return HIDDEN


def redact_sql(sql: str) -> str:
    """Return `sql` with text and number literals replaced by `?` and comments removed; identifiers stay.

    One pass over the tokens, because a quote in an identifier or `--` in a text must not be taken for its own kind.
    Text that never ends counts as text up to the end.
    """
    return _storable(_SQL_TOKEN.sub(_without_value, sql)).strip()


def _without_value(token: re.Match[str]) -> str:
    if token["literal"] is not None:
        return "?"
    return token["identifier"] or ""


def _storable(text: str) -> str:
    """Return `text` without half characters, as names of files can carry them; SQLite refuses those."""
    return text.encode("utf-8", "replace").decode("utf-8")
