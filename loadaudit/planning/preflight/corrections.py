"""Reads what a server said was wrong with a body, for another try."""

import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from typing import Any

from loadaudit.load.payloads import is_marked
from loadaudit.planning.control import Answer
from loadaudit.planning.languages.errors import in_english, in_english_document
from loadaudit.planning.making.checked import told_by_checks
from loadaudit.planning.payloads.files import KINDS
from loadaudit.planning.preflight.beside import alike, beside, named_in
from loadaudit.planning.preflight.complaint import Complaint, in_place, of_its_field
from loadaudit.planning.preflight.error_documents import complaints_of
from loadaudit.planning.preflight.error_words import named_value, wanted
from loadaudit.planning.preflight.hints import described_alone, hinted, hinted_by_name
from loadaudit.planning.preflight.json_rpc import about_the_method, error_of_rpc
from loadaudit.planning.preflight.page_words import words_of_fields
from loadaudit.planning.preflight.plain_words import (
    absent,
    formatted_times,
    held_already,
    lacked,
    moved_dates,
    names_in,
    not_found,
    taken,
    unique_together,
)
from loadaudit.planning.preflight.refusing import words_of_validators
from loadaudit.planning.preflight.repeated_texts import as_repeated, repeated_in
from loadaudit.planning.preflight.said import ABOUT_THE_ERROR, is_json, plain_text, said_of, texts_of
from loadaudit.planning.preflight.told_by_exception import from_exception
from loadaudit.planning.preflight.told_on_page import told_beside
from loadaudit.planning.preflight.told_texts import told_texts

_REFUSAL = re.compile(r"(?:^|[:,] )([\w-]+) \(([\w -]+)\)")
_SUBJECT = re.compile(r'"([A-Za-z_][\w-]*): ')
_PICTURES = ("image", "picture")
_FILE_KIND = re.compile(rf"\b({'|'.join((*KINDS, *_PICTURES))})\b", re.I)
"""Kinds of files that there are small ones of."""

_OPENED_AS = {
    "BadZipFile": "zip",
    "InvalidFileException": "xlsx",
    "ReadError": "gz",
    "BadGzipFile": "gz",
    "UnidentifiedImageError": "png",
    "JSONDecodeError": "json",
    "UnicodeDecodeError": "csv",
}
"""Kind of file that a view has opened by the exception that another one causes: of Python, openpyxl and Pillow."""

_IN_TEXT = re.compile(r"\bbase ?64\b|\bdata[ :-]ur[il]\b", re.IGNORECASE)
_ABOUT_A_FILE = re.compile(r"\bfile|extension|mime|upload|content.?type", re.IGNORECASE)
_KINDS = ("png", "pdf", "csv")
_LONGEST = 20_000
_LONGEST_PAGE = 500_000
_OF_THE_ANSWER = ABOUT_THE_ERROR | {"reason", "id", "version", "level", "severity", "index"}
"""The same, and what may hold a sentence or tells of the error itself."""

_CHOICES_OF = re.compile(
    r"(?<![\w.])['\"`]?(?P<name>[A-Za-z_]\w*)['\"`]? (?:must|has to|needs to|should|can only) be (?:one of|either)\b"
)
_SENTENCES = ("error", "message", "detail", "msg", "error_description")
_MOST_NAMES = 20


def complaints(
    answer: Answer | None, sent: Mapping[str, Any] | None = None, *, as_said: bool = False
) -> list[Complaint]:
    """Return what the answer to a request that failed, its trace's refusals and its exception say about single fields.

    It may have failed with a status of success: `{"ok": false, "errors": {…}}`.

    A text that begins with the name of a field that was sent, as in `job_id: the job is done`, is about its value. What
    was sent in the body and is missing all the same is looked for in the query. What is said in another language is
    read in English, and stands there so, unless it is wanted `as_said`.
    """
    if answer is None:
        return []
    sent = sent or {}
    codes = _codes_beside(answer).difference(sent)
    of_fields = [of_its_field(one, sent) for one in _from_body(answer, sent, as_said=as_said)]
    told = [in_place(one, sent) for one in of_fields if one.missing or one.field not in codes]
    of_body = [one for one in told if answer.status >= 400 or one.missing or one.field in sent]
    found = [*_from_refusals(answer, sent, as_said=as_said), *from_exception(answer, sent), *of_body]
    known = {*sent, *_with_lists(answer)}
    found = [one for one in found if one.missing or one.field in known or one.field.lower() not in _OF_THE_ANSWER]
    found = [
        _once_more(one, sent[one.field]) if one.missing and one.field in sent and not one.place else one
        for one in found
        if one.value is None or (one.field in sent and not _repeats(one, sent[one.field]))
    ]
    said = said_of(answer)
    found = [*(Complaint(field=name, value=value) for name, value in told_texts(said, sent)), *found]
    found += [Complaint(field=name, choice=True) for name in _subjects(answer) if name in sent]
    found += [Complaint(field=name, choice=True) for name in unique_together(said, sent)]
    found += [Complaint(field=name, value=value) for name, value in formatted_times(said, sent, date.today())]
    found += [Complaint(field=name, value=value) for name, value in told_by_checks(said, sent)]
    found = [_with_hint(one, sent) for one in found]
    found = found or list(_of_lists(answer, sent))
    by_name = [] if found else [*beside(said, sent)] or [*hinted_by_name(said, sent)]
    found = found or [_of_value(name, value, sent[name]) for name, value in by_name]
    found = found or [Complaint(field=name, choice=True) for name in alike(said, sent)]
    found = found or [Complaint(field=name, value=value) for name, value in moved_dates(said, sent, date.today())]
    found = found or [
        Complaint(field=name, choice=True) for name in not_found(said, sent) if answer.status >= 400 or is_json(answer)
    ]
    found = found or [Complaint(field=name) for name in taken(said, sent) if answer.status >= HTTPStatus.BAD_REQUEST]
    if not found and answer.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY):
        found = [Complaint(field=name, choice=True) for name in held_already(said, sent)]
    listed = lacked(said, sent) if answer.status >= HTTPStatus.BAD_REQUEST else []
    if listed and not any(one.field in sent or one.place for one in found):
        found = [Complaint(field=name, missing=True) for name in listed]
    found = found or list(_of_one_kind(answer, sent)) or list(repeated_in(said, sent)) or list(_named(answer, sent))
    found = found or list(_of_kinds(answer, sent)) or list(_of_the_only(answer, sent))
    unique: dict[object, Complaint] = {}
    for one in found:
        before = unique.setdefault(one.place or one.field, one)
        if one.wants and not (before.wants or before.missing or before.choice):
            # What surrounds an error may have a key of the same name.
            unique[one.place or one.field] = one
    return list(unique.values())[:_MOST_NAMES]


def _of_value(name: str, value: Any, sent: Any) -> Complaint:
    """Return the complaint that wants a value; made-up words in place of a row's or a choice mean another of those."""
    is_chosen = isinstance(sent, str) and is_marked(value) and not is_marked(sent)
    return Complaint(field=name, choice=True) if is_chosen else Complaint(field=name, value=value)


def _repeats(one: Complaint, value: Any) -> bool:
    """Whether an error only says of which value it speaks: `{"id": 1, "errors": {"id": ["… does not exist"]}}`."""
    return not (one.said or one.missing or one.choice) and one.value == value


def _with_hint(one: Complaint, sent: Mapping[str, Any]) -> Complaint:
    """Return a complaint with the value that its words describe, where they do."""
    if not one.said or one.missing or one.value is not None or one.unwanted or one.place:
        return one
    if one.field not in sent:
        # A file is not among the values, and may have to be one.
        if _IN_TEXT.search(one.said):
            return replace(one, value=hinted(one.said))
        kind = _kind_in(one.said)
        return replace(one, wants=kind) if kind else one
    told = [value for _, value in beside(one.said, sent, one.field)] or [hinted(one.said, sent.get(one.field))]
    return one if told[0] is None else replace(one, value=told[0], least=0)


def rows_not_found(answer: Answer | None, sent: Mapping[str, Any]) -> list[Complaint]:
    """Return the names of what was sent that mean the row of which an answer says that it is not there.

    Where it says that a parameter was not sent, it is that; else what it names.
    """
    said = said_of(answer) if answer is not None else ""
    lacks = [Complaint(field=name, missing=True, in_query=is_of_query) for name, is_of_query in absent(said)]
    lacks = [_once_more(one, sent[one.field]) if one.field in sent else one for one in lacks]
    found = lacks or [Complaint(field=name, choice=True) for name in not_found(said, sent)]
    # A view may have no other answer for a value that it cannot read.
    texts = [said] if answer is None or not is_json(answer) else texts_of(answer)
    named = [(name, named_value(text)) for text in texts for name in names_in([text]) if name in sent]
    return found or [Complaint(field=name, choice=True, value=value) for name, value in named]


def _once_more(one: Complaint, value: Any) -> Complaint:
    """Return what is left of the complaint that something is missing which was sent with this value."""
    if value in (None, "", [], {}):
        return replace(one, missing=False, choice=True)
    return replace(one, in_query=True)


def _named(answer: Answer, sent: Mapping[str, Any]) -> Iterator[Complaint]:
    """Yield the fields that an error names in the middle of a sentence, as in `Pass exactly one course_id.`"""
    texts = texts_of(answer)
    matches = ((text, list(_CHOICES_OF.finditer(text))[:_MOST_NAMES]) for text in texts)
    choices = [(match["name"], named_value(text)) for text, found in matches for match in found]
    named = [(name, value) for name, value in choices if value is not None and (name in sent or "_" in name)]
    if named:
        yield from (Complaint(field=name, value=value) for name, value in named)
        return
    for name in names_in(texts):
        # What stands before a colon is what was sent, or somebody else's word for it.
        if name in sent or not any(f"{name}:" in text for text in texts):
            yield Complaint(field=name, missing=name not in sent)


def _with_lists(answer: Answer) -> Iterator[str]:
    """Yield the keys that hold a list of texts, which are of fields: `title` of an error itself is one text."""
    for name, value in _document(answer).items():
        if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            yield name


def _document(answer: Answer) -> Mapping[str, Any]:
    """Return the JSON object that answers, empty where it is none."""
    found = answer.json() if is_json(answer) else None
    return found if isinstance(found, dict) else {}


def _codes_beside(answer: Answer) -> set[str]:
    """Return the keys of an error that hold one word or nothing beside its sentence: codes, and none of fields."""
    texts = {name: text.strip() for name, text in _document(answer).items() if isinstance(text, str)}
    is_told = any(" " in texts.get(name, "") for name in _SENTENCES)
    return {name for name, text in texts.items() if " " not in text} if is_told else set()


def _of_lists(answer: Answer, sent: Mapping[str, Any]) -> Iterator[Complaint]:
    """Yield what was sent and a sentence names that lists the values it may have: `Unknown policy. Allowed: a, b`."""
    for text in texts_of(answer) if answer.status >= HTTPStatus.BAD_REQUEST else ():
        value = named_value(text)
        for name in sent if value is not None else ():
            words = re.escape(name).replace("_", "[ _]")
            before = re.split(rf"\b{re.escape(value)}\b", text)[0]
            if sent[name] != value and re.search(rf"(?<![\w-]){words}(?![\w-])", before, re.IGNORECASE):
                yield Complaint(field=name, value=value)


def is_about_the_path(answer: Answer | None) -> bool:
    """Whether the answer says that a value in the address is of another kind than the view takes, as ninja does."""
    if answer is None or answer.status < 400 or not is_json(answer):
        return False
    return re.search(rb'"loc": ?\[ ?"path"', answer.content[:_LONGEST]) is not None


def _of_one_kind(answer: Answer, sent: Mapping[str, Any]) -> Iterator[Complaint]:
    """Yield the value that an error may mean which tells its kind alone, unless it repeats another that was made up."""
    made_up = any(is_marked(sent[one.field]) for one in repeated_in(said_of(answer), sent))
    if made_up or answer.status not in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
        return
    for text in texts_of(answer):
        yield from (Complaint(field=name, value=value) for name, value in described_alone(text, sent))


def repeats(answer: Answer | None, texts: Iterable[object]) -> bool:
    """Whether an error repeats one of the texts that were sent."""
    said = said_of(answer) if answer is not None else ""
    return any(re.search(as_repeated(one), said) for one in texts if isinstance(one, str) and one)


def _of_kinds(answer: Answer, sent: Mapping[str, Any]) -> Iterator[Complaint]:
    """Yield the fields of which a sentence says what kind of value they are: `filter must be valid JSON`."""
    for text in texts_of(answer) if answer.status >= HTTPStatus.BAD_REQUEST else ():
        kind = wanted(text)
        yield from (Complaint(field=name, wants=kind) for name in sent if kind and named_in(name, text))


def _of_the_only(answer: Answer, sent: Mapping[str, Any]) -> Iterator[Complaint]:
    """Yield the only value that was sent where an exception or an error says what kind it wants instead."""
    plain = [name for name, value in sent.items() if isinstance(value, str | int | float)]
    raised = answer.trace is not None and answer.trace.exception is not None
    said = said_of(answer) if raised else plain_text(answer)
    if len(plain) == 1 and len(sent) == 1 and (kind := wanted(said)):
        yield Complaint(field=plain[0], wants=kind)


def of_files(
    answer: Answer | None, files: Iterable[str], variant: int = 1, sent: Container[str] = ()
) -> Iterator[Complaint]:
    """Yield the files that were sent where an error names kinds of files, with the first that can be made.

    Where it only says that the file is wrong, or names the kinds that were `sent`, each variant is of another kind.
    """
    is_refused = answer is not None and answer.trace is not None and bool(answer.trace.refusals)
    if answer is None or (answer.status < 400 and not is_refused):
        return
    exception = answer.trace.exception if answer.trace is not None else None
    if exception is not None:
        kind_wanted = _OPENED_AS.get(exception.type.rpartition(".")[2], "")
        yield from (Complaint(field=name, choice=True, wants=kind_wanted) for name in files if kind_wanted)
        return
    said = answer.content[:_LONGEST].decode(errors="replace") if is_json(answer) else plain_text(answer)
    if kind := _kind_in(said, sent):
        yield from (Complaint(field=name, choice=True, wants=kind) for name in files)
    elif _ABOUT_A_FILE.search(said):
        wants = _KINDS[(variant - 1) % len(_KINDS)]
        yield from (Complaint(field=name, choice=True, wants=wants) for name in files)


def breaks_on_a_file(answer: Answer | None) -> bool:
    """Whether a view failed as it does on a file of another kind than it opens, whatever else the error names."""
    exception = answer.trace.exception if answer is not None and answer.trace is not None else None
    return exception is not None and exception.type.rpartition(".")[2] in _OPENED_AS


def _kind_in(said: str, sent: Container[str] = ()) -> str:
    """Return the first kind of files that a text names, beside those that were sent and that it may refuse.

    What a picture is called may be the name of its field.
    """
    found = [one for match in _FILE_KIND.finditer(said) if (one := match[0].lower()) not in sent]
    return next((one for one in found if one not in _PICTURES), found[0] if found else "")


def _subjects(answer: Answer) -> Iterator[str]:
    """Yield names that stand before a colon in the texts of a JSON error."""
    if answer.status < 400 or not is_json(answer):
        return
    for match in _SUBJECT.finditer(answer.content[:_LONGEST].decode(errors="replace")):
        yield match[1]


def _from_refusals(answer: Answer, sent: Mapping[str, Any], *, as_said: bool) -> Iterator[Complaint]:
    refusals = answer.trace.refusals if answer.trace is not None else ()
    found = [pair for one in refusals for pair in _REFUSAL.findall(one) if pair[0] != "__all__"]
    is_page = found and answer.content_type.startswith("text/html")
    page = answer.content[:_LONGEST_PAGE].decode(errors="replace") if is_page else ""
    words = words_of_validators(answer.trace, {name: sent[name] for name, _ in found if name in sent})
    words = {**words, **told_beside(page, fields := [field for field, _ in found]), **words_of_fields(page, fields)}
    words = {name: said if as_said else in_english(said) for name, said in words.items()}
    for field, codes in found:
        yield Complaint(
            field=field,
            missing="required" in codes,
            choice="choice" in codes or "invalid_pk" in codes,
            value=None if "required" in codes else named_value(words.get(field, "")),
            # Of a kind that neither a class nor the page's own input has told.
            wants=wanted(words.get(field, "")) if codes == "invalid" else "",
            said=words.get(field, ""),
        )


def _from_body(answer: Answer, sent: Mapping[str, Any], *, as_said: bool) -> Iterator[Complaint]:
    if plain := plain_text(answer):
        yield from complaints_of(plain if as_said else in_english(plain))
    if not is_json(answer):
        return
    try:
        document = json.loads(answer.content)
    except (ValueError, RecursionError):
        return
    if (of_rpc := error_of_rpc(document)) is not None:
        # What is beside the error repeats the request.
        yield from about_the_method(of_rpc)
        document = of_rpc.get("message", "")
    yield from complaints_of(document if as_said else in_english_document(document, sent))
