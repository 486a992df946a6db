"""HTML forms as a browser sees them: where they go and what they would send unchanged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser

_NOT_SENT = frozenset({"submit", "button", "image", "reset", "file"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One control of a form."""

    name: str
    kind: str
    """The input's type, `textarea` or `select`."""
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlForm:
    """A form of a page."""

    action: str
    method: str
    fields: tuple[Field, ...]

    @property
    def password_field(self) -> str:
        """Name of the only password field, or empty: a sign-up form has two, a search form none."""
        names = [field.name for field in self.fields if field.kind == "password"]
        return names[0] if len(names) == 1 else ""

    @property
    def user_field(self) -> str:
        """Name of the visible text or e-mail field before the password, or empty."""
        name = ""
        for field in self.fields:
            if field.kind == "password":
                break
            if field.kind in ("text", "email", "tel"):
                name = field.name
        return name

    def filled(self, values: dict[str, str]) -> dict[str, str]:
        """Return what the form sends: hidden and initial values, and `values` over them."""
        sent = {field.name: field.value for field in self.fields if field.kind not in _NOT_SENT}
        return sent | values


def read_forms(html: str) -> Sequence[HtmlForm]:
    """Return the forms of a page in order; broken HTML gives what a lenient parser finds."""
    parser = _FormParser()
    parser.feed(html)
    parser.close()
    return parser.forms()


class _FormParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._forms: list[tuple[str, str, list[Field]]] = []
        self._open = False
        self._text_of = ""
        """`textarea` or `select` whose content is being read."""
        self._chosen = False

    def forms(self) -> Sequence[HtmlForm]:
        return [HtmlForm(action=action, method=method, fields=tuple(fields)) for action, method, fields in self._forms]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._forms.append((values.get("action", ""), values.get("method", "get").upper(), []))
            self._open = True
        elif tag == "option" and self._text_of == "select":
            self._choose(values)
        elif self._open and tag in ("input", "textarea", "select") and values.get("name"):
            if "disabled" in values:
                return
            kind = values.get("type", "text").lower() if tag == "input" else tag
            if kind in ("checkbox", "radio") and "checked" not in values:
                return
            default = "on" if kind in ("checkbox", "radio") else ""
            field = Field(name=values["name"], kind=kind, value=values.get("value", default))
            self._forms[-1][2].append(field)
            self._text_of, self._chosen = (tag if tag != "input" else ""), False

    def handle_data(self, data: str) -> None:
        if self._text_of == "textarea":
            self._set_value(self._forms[-1][2][-1].value + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False
        if tag in ("form", self._text_of):
            self._text_of = ""

    def _choose(self, option: dict[str, str]) -> None:
        """Take the selected option, or the first as long as none is."""
        if "selected" in option or not self._chosen:
            self._set_value(option.get("value", ""))
            self._chosen = True

    def _set_value(self, value: str) -> None:
        fields = self._forms[-1][2]
        fields[-1] = replace(fields[-1], value=value)
