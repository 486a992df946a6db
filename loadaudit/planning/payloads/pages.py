"""HTML forms of pages → payloads, filled as a person would: what is there stays, what is needed is added."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from loadaudit.load.csrf import FORM_FIELD
from loadaudit.load.payloads import is_marked
from loadaudit.planning.forms import DELETES, Field, HtmlForm
from loadaudit.planning.payloads.bodies import NoRow
from loadaudit.planning.payloads.changes import WITH_A_CHANGE, by_their_names, kept_by, with_a_change
from loadaudit.planning.payloads.files import upload
from loadaudit.planning.payloads.obeyed import obeying
from loadaudit.planning.payloads.values import NOTHING, Needs, apart, value_of
from loadaudit.records import Body, BodyField, BodyKind, Pair, Payload

ORIGIN = "the form of its page"
SHOWN = f"{ORIGIN} and what it shows"
"""With values that are, or may be, those of the page's row."""

_NEVER_SENT = frozenset({"submit", "button", "image", "reset", FORM_FIELD})
"""The header carries the token; a field would carry an old one."""

_TYPES = {
    "number": "integer",
    "range": "integer",
    "date": "date",
    "datetime-local": "date-time",
    "time": "time",
    "email": "email",
    "url": "uri",
}


_WRITTEN = frozenset({"text", "textarea", "search", "number"})
"""Kinds of controls in which a person writes freely."""

_WORD = re.compile(r"[^\W\d]*")
"""What a value begins with that says what is to be done."""

_MOST_BUTTONS = 4

_NAMES_A_ROW = re.compile(r"(?:^|[-_])(?:id|pk|uu?id|ptr)$", re.IGNORECASE)
"""Names of hidden fields, those of a formset's rows among them, by which the view finds rows of this page."""


def target_of(form: HtmlForm, page: str) -> str:
    """Return path and query that a form on `page` is sent to, whatever host it names."""
    parts = urlsplit(urljoin(page, form.action or page))
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def payloads_of_form(form: HtmlForm, body: Body, needs: Needs, path: str) -> Iterator[Payload]:
    """Yield what a person would send to a path: with what is needed filled, then with all; raises as for one of them.

    Where the page shows a row, and nothing is new, one field is changed first. Where nothing is needed, and so nothing
    would be said at all, what has all comes first: nobody sends an empty form.
    """
    sent: list[Payload] = []
    needed = payload_of_form(form, body, needs, all_fields=False)
    whole = (True, False) if _says_nothing(form, needed) else (False, True)
    for all_fields in whole:
        made = payload_of_form(form, body, needs, all_fields=True) if all_fields else needed
        for one in (_changed(form, body, made, path), made):
            if one is not None and one not in sent:
                sent.append(one)
                yield one
    for one in _by_other_buttons(form, sent[-1]):
        if one not in sent:
            sent.append(one)
            yield one


def _says_nothing(form: HtmlForm, made: Payload) -> bool:
    """Whether all that a person might write or choose in a form is left empty."""
    asked = {one.name for one in form.fields if one.kind in _WRITTEN}
    chosen = {one.name for one in form.fields if one.kind not in (*_NEVER_SENT, "hidden")}
    return bool(asked) and not made.uploads and not any(one.value for one in made.pairs if one.name in chosen)


def _by_other_buttons(form: HtmlForm, made: Payload) -> Iterator[Payload]:
    """Yield what other buttons send that have the name of one but another word: `join:7` beside `open:7`.

    Those of other rows have the same word; those that delete are for forms alone that have no others.
    """
    words: dict[tuple[str, str], Pair] = {}
    for one in [each for each in form.buttons if form.button is None or not DELETES.search(each.value)]:
        words.setdefault((one.name, _WORD.match(one.value)[0]), Pair(name=one.name, value=one.value))  # type: ignore[index]
    names = [name for name, _ in words]
    for pair in [one for (name, _), one in words.items() if names.count(name) > 1][:_MOST_BUTTONS]:
        kept = tuple(one for one in made.pairs if one.name != pair.name)
        yield replace(made, pairs=(*kept, pair))


def payload_of_form(form: HtmlForm, body: Body, needs: Needs, *, all_fields: bool) -> Payload:
    """Return what a person would send: initial values kept, empty fields filled when needed, or all of them.

    `body` has what the inventory knows of the fields: types, limits and models that the page does not show. Raises
    NoRow when the page offers nothing for a field that has to be chosen.
    """
    known = {one.name: one for one in body.fields}
    of_row = any(_is_of_a_row(one, known.get(one.name)) for one in form.fields)
    pairs: list[Pair] = []
    uploads = []
    ticked: set[str] = {one.name for one in form.fields if one.kind == "radio" and not one.off}
    for one in form.fields:
        if one.name == FORM_FIELD or one.kind in _NEVER_SENT or one.name.endswith("__prefix__"):
            continue
        fact = known.get(one.name)
        required = one.required or (fact is not None and fact.required) or one.name in needs.given
        if one.kind == "file":
            if required or all_fields:
                uploads.append(upload(one.name, fact, one.limits.get("accept", "")))
            continue
        if one.off:
            if one.kind == "radio" and one.name not in ticked:
                ticked.add(one.name)
            elif not (one.kind == "checkbox" and (required or all_fields) and not _deletes(one.name)):
                continue
        pairs += _pair(one, fact, needs, fill=required or all_fields, all_fields=all_fields)
    pairs = _obeying(form, known, _set_apart(form, known, pairs, needs), needs)
    # A form with one button alone is for what that does, be it to delete.
    button = form.button or (form.buttons[0] if len(form.buttons) == 1 and not form.plain_button else None)
    if button is not None:
        pairs.append(Pair(name=button.name, value=button.value))
    is_multipart = form.multipart or bool(uploads)
    return Payload(
        kind=BodyKind.MULTIPART if is_multipart else BodyKind.FORM,
        pairs=tuple(pairs),
        uploads=tuple(uploads),
        origin=SHOWN if of_row else ORIGIN,
    )


def _is_of_a_row(one: Field, fact: BodyField | None) -> bool:
    """Whether a control sends what the page shows of a row, or may; most that are hidden hold what all pages have."""
    if one.typed:
        return True
    if not one.value or one.off or one.kind in _NEVER_SENT or one.name == FORM_FIELD or one.name.endswith("__prefix__"):
        return False
    if one.kind != "hidden":
        return True
    return bool(_NAMES_A_ROW.search(one.name)) or (fact is not None and bool(fact.unique or fact.column or fact.model))


def _changed(form: HtmlForm, body: Body, made: Payload, path: str) -> Payload | None:
    """Return a payload that shows a row with another value in one field, None where there is none or one differs."""
    if made.origin != SHOWN or any(is_marked(one.value) for one in made.pairs):
        return None
    known = {one.name: one for one in body.fields}
    names = [one.name for one in form.fields]
    shown = {
        one.name: one
        for one in form.fields
        if one.kind in _WRITTEN and one.value and "readonly" not in one.limits and names.count(one.name) == 1
    }
    guessed = by_their_names({one.name: _plain(one, "") for one in shown.values()}, {})
    facts = [one for one in body.fields or guessed if one.name in shown]
    held = {one.name: _plain(shown[one.name], one.type) for one in facts}
    fields = [replace(_field_of(shown[one.name], known.get(one.name)), type=one.type) for one in facts]
    # What is chosen has the words of the code.
    texts = (one.value for one in form.fields if one.kind in (*_WRITTEN, "hidden"))
    change = with_a_change(fields, held, kept_by(texts, path))
    named = next((name for name, value in change.items() if value != held[name]), None)
    if named is None:
        return None
    pairs = tuple(replace(one, value=str(change[named])) if one.name == named else one for one in made.pairs)
    return replace(made, pairs=pairs, origin=f"{SHOWN}{WITH_A_CHANGE}")


def _plain(one: Field, type_: str) -> str | float:
    """Return the value of a control, as a number where it takes only those."""
    if one.kind != "number" and type_ not in ("integer", "number"):
        return one.value
    try:
        number = float(one.value)
    except ValueError:
        return one.value
    return int(number) if number.is_integer() and "." not in one.value else number


def _set_apart(form: HtmlForm, known: Mapping[str, BodyField], pairs: list[Pair], needs: Needs) -> list[Pair]:
    """Return the pairs with marks for what must not go together twice, where the form is for a row that is new.

    One that shows a row has what that row has in all such fields.
    """
    fields = [one for one in form.fields if one.name in known and known[one.name].column]
    if all(one.value for one in fields):
        return pairs
    free = [known[one.name] for one in fields if one.kind == "select" or not one.value]
    shown = {one.name: [text for text in one.options if text] for one in fields if one.kind == "select"}
    marks = apart(free, {one.name: one.value for one in pairs if one.value}, needs, shown)
    return [replace(one, value=marks.get(one.name, one.value)) for one in pairs]


def _obeying(form: HtmlForm, known: Mapping[str, BodyField], pairs: list[Pair], needs: Needs) -> list[Pair]:
    """Return the pairs with the values that check constraints of a model take; what is to be NULL is left empty."""
    fields = [known[one.name] for one in form.fields if one.name in known and known[one.name].checked]
    if not fields:
        return pairs
    shown = {one.name: [text for text in one.options if text] for one in form.fields if one.kind == "select"}
    present = {one.name: one.value for one in pairs}
    values = obeying(fields, present, needs, shown)
    changed = {one.name: str(values.get(one.name, "")) for one in fields if one.name in present}
    return [replace(one, value=changed.get(one.name, one.value)) for one in pairs]


def _pair(one: Field, fact: BodyField | None, needs: Needs, *, fill: bool, all_fields: bool) -> list[Pair]:
    given = needs.given.get(one.name)
    if given is not None:
        return [Pair(name=one.name, value=str(given))]
    if one.typed:
        return [Pair(name=one.name, value=one.typed)]
    if fill and fact is not None and fact.type == "json" and one.value in ("", "null", "{}", "[]"):
        return [Pair(name=one.name, value=str(value_of(fact, needs)))]
    # What is hidden and empty a script of the page fills, if the view reads it.
    is_for_a_script = one.kind == "hidden" and all_fields and fact is not None and not one.value
    if one.value or not fill or (one.kind in ("hidden", "checkbox", "radio") and not is_for_a_script):
        # A unique field keeps what it has when a row is changed, and gets a new value when one is made.
        return [Pair(name=one.name, value=one.value)]
    if one.kind == "select":
        options = [value for value in one.options if value]
        if options:
            free = needs.free.of(fact, options, needs.today) if fact is not None and fact.unique else ""
            return [Pair(name=one.name, value=free or options[needs.variant % len(options)])]
        if fact is None or not fact.model:
            if one.required:
                raise NoRow(f"its page offers nothing to choose for {one.name}; add a row that may be chosen there")
            return []
        # A script of the page fetches the options.
    value = value_of(_field_of(one, fact), needs)
    if value is NOTHING:
        return [Pair(name=one.name, value="")]
    return [Pair(name=one.name, value=str(value[0] if isinstance(value, list) and value else value))]


def _field_of(one: Field, fact: BodyField | None) -> BodyField:
    if fact is not None and (fact.type not in ("string", "any") or fact.choices or fact.model):
        return fact
    limits = one.limits
    return BodyField(
        # Whatever a page calls its two fields for a new password, both get the same.
        name=one.name if one.kind != "password" or "password" in one.name.lower() else f"password_{one.name}",
        type=_TYPES.get(one.kind, "string"),
        max_length=_whole(limits.get("maxlength", "")) or (fact.max_length if fact else None),
        min_length=_whole(limits.get("minlength", "")),
        minimum=_whole(limits.get("min", "")),
        maximum=_whole(limits.get("max", "")),
        pattern=f"^(?:{limits['pattern']})$" if limits.get("pattern") else (fact.pattern if fact else ""),
        unique=fact.unique if fact else False,
        column=fact.column if fact else None,
    )


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _deletes(name: str) -> bool:
    return name.endswith("DELETE") or "delete" in name.lower() or name.endswith("-clear")
