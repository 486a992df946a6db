"""HTML forms as a browser sees them: where they go and what they would send unchanged."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

from loadaudit.planning.typed_words import confirming, words_to_type

_LIMITS = ("min", "max", "maxlength", "minlength", "pattern", "accept", "step", "readonly")
DELETES = re.compile(r"delete|remove|cancel|clear|löschen|logout|log.?out", re.IGNORECASE)
_GOES_BACK = re.compile(r"(?:^|[\W_])(?:prev|previous|back|goto)(?:$|[\W_])", re.IGNORECASE)
_NOT_SENT = frozenset({"submit", "button", "image", "reset", "file"})
_NAMES_A_USER = re.compile(r"user|e-?mail|log[-_]?in|ident|account|name|phone", re.IGNORECASE)
_VISIBLE = frozenset({"text", "email", "tel"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One control of a form."""

    name: str
    kind: str
    """The input's type, `textarea` or `select`."""
    value: str
    options: tuple[str, ...] = ()
    """Values of a select."""
    required: bool = False
    off: bool = False
    """A box or a radio button that is not ticked, which is not sent."""
    limits: Mapping[str, str] = field(default_factory=dict)
    """`min`, `max`, `maxlength`, `minlength`, `pattern`, `accept`, `step`, `readonly`, as the page has them."""
    autocomplete: str = ""
    """What the page tells password managers, such as `current-password`."""
    typed: str = ""
    """What the page says is to be typed to go on, as the name of what is deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlForm:
    """A form of a page."""

    action: str
    method: str
    fields: tuple[Field, ...]
    multipart: bool = False
    plain_button: bool = False
    """Whether it is also sent by a button without a name, which sends nothing of its own."""
    words: str = ""
    """Id, name, class and path of the form and the texts of its buttons: what it says that it is for."""

    @property
    def password_field(self) -> str:
        """Name of the only password field, or empty: a sign-up form has two, a search form none."""
        names = [one.name for one in self.fields if one.kind == "password"]
        return names[0] if len(names) == 1 else ""

    @property
    def user_field(self) -> str:
        """Name of the visible text or e-mail field before the password that names a user, else the last; or empty."""
        before: list[Field] = []
        for one in self.fields:
            if one.kind == "password":
                break
            if one.kind in _VISIBLE:
                before.append(one)
        naming = [one for one in before if one.kind == "email" or _NAMES_A_USER.search(one.name)]
        return (naming or before or [_NO_FIELD])[-1].name

    def filled(self, values: dict[str, str]) -> dict[str, str]:
        """Return what the form sends: hidden and initial values, and `values` over them."""
        sent = {one.name: one.value for one in self.fields if one.kind not in _NOT_SENT and not one.off}
        button = self.button
        return sent | ({button.name: button.value} if button is not None else {}) | values

    def ticked(self) -> dict[str, str]:
        """Return the boxes that the page requires to be ticked, such as that of terms to agree to."""
        return {one.name: one.value for one in self.fields if one.off and one.required and one.kind == "checkbox"}

    @property
    def button(self) -> Field | None:
        """The button that a press of Enter would click, if it is sent: the first that goes on and deletes nothing."""
        named = ((one, f"{one.name} {one.value}") for one in self.buttons)
        return next((one for one, words in named if not (DELETES.search(words) or _GOES_BACK.search(words))), None)

    @property
    def buttons(self) -> list[Field]:
        """All buttons that are sent by whoever clicks them."""
        return [one for one in self.fields if one.kind == "submit"]


_NO_FIELD = Field(name="", kind="", value="")


def read_forms(html: str) -> Sequence[HtmlForm]:
    """Return the forms of a page in order; broken HTML gives what a lenient parser finds."""
    parser = _FormParser()
    parser.feed(html)
    parser.close()
    found = parser.forms()
    word = next(words_to_type(html), "") if any(one.method == "POST" for one in found) else ""
    return [_with_typed(one, word) for one in found] if word else found


def _with_typed(form: HtmlForm, word: str) -> HtmlForm:
    """Return a form with the word that the page wants typed in the field for it, if it has one."""
    empty = [one.name for one in form.fields if one.kind == "text" and not one.value]
    name = confirming(empty) if form.method == "POST" else ""
    fields = tuple(replace(one, typed=word) if name and one.name == name else one for one in form.fields)
    return replace(form, fields=fields)


class PageParser(HTMLParser):
    """Python's parser, which raises in front of some of what browsers take for a comment, such as `<![ 1 ]>`."""

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Return where a section ends that is taken for one of SGML, or else for a comment; -1 where it does not."""
        try:
            return super().parse_marked_section(i, report)
        except AssertionError:
            return self.parse_bogus_comment(i)


class _FormParser(PageParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._forms: list[tuple[str, str, bool, list[Field]]] = []
        self._words: list[list[str]] = []
        self._plain: set[int] = set()
        """Numbers of the forms with a button that has no name."""
        self._open = False
        self._in_button = False
        self._text_of = ""
        """`textarea` or `select` whose content is being read."""
        self._chosen = False

    def forms(self) -> Sequence[HtmlForm]:
        return [
            HtmlForm(
                action=action,
                method=method,
                multipart=multipart,
                fields=tuple(fields),
                plain_button=number in self._plain,
                words=" ".join(words),
            )
            for number, ((action, method, multipart, fields), words) in enumerate(
                zip(self._forms, self._words, strict=True)
            )
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            multipart = values.get("enctype", "").lower() == "multipart/form-data"
            self._forms.append((values.get("action", ""), values.get("method", "get").upper(), multipart, []))
            path = values.get("action", "").partition("?")[0]
            self._words.append([*(values.get(name, "") for name in ("id", "name", "class")), path])
            self._open = True
        elif tag == "option" and self._text_of == "select":
            self._choose(values)
        elif self._open and tag == "button" and "disabled" not in values:
            self._in_button = True
            if values.get("type", "submit").lower() not in ("submit", ""):
                return
            if not values.get("name"):
                self._plain.add(len(self._forms) - 1)
            else:
                self._fields.append(Field(name=values["name"], kind="submit", value=values.get("value", "")))
        elif self._open and tag in ("input", "textarea", "select"):
            if values.get("type", "").lower() == "submit":
                self._words[-1] += [values.get("name", ""), values.get("value", "")]
                self._plain |= set() if values.get("name") else {len(self._forms) - 1}
            if "disabled" in values or not values.get("name"):
                return
            kind = values.get("type", "text").lower() if tag == "input" else tag
            box = kind in ("checkbox", "radio")
            found = Field(
                name=values["name"],
                kind=kind,
                value=values.get("value", "on" if box else ""),
                required="required" in values,
                off=box and "checked" not in values,
                limits={name: values[name] for name in _LIMITS if name in values},
                autocomplete=values.get("autocomplete", "").lower(),
            )
            self._fields.append(found)
            self._text_of, self._chosen = (tag if tag != "input" else ""), False

    def handle_data(self, data: str) -> None:
        if self._text_of == "textarea":
            # A browser drops the line break behind the tag, which Django's widget always writes.
            before = self._fields[-1].value
            self._set_value(before + data if before else re.sub(r"^\r?\n", "", data))
        elif self._in_button:
            self._words[-1].append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False
        if tag in ("form", "button"):
            self._in_button = False
        if tag in ("form", self._text_of):
            self._text_of = ""

    def _choose(self, option: dict[str, str]) -> None:
        """Take the selected option, or the first as long as none is."""
        last = self._fields[-1]
        self._fields[-1] = replace(last, options=(*last.options, option.get("value", "")))
        if "selected" in option or not self._chosen:
            self._set_value(option.get("value", ""))
            self._chosen = True

    def _set_value(self, value: str) -> None:
        self._fields[-1] = replace(self._fields[-1], value=value)

    @property
    def _fields(self) -> list[Field]:
        return self._forms[-1][3]
