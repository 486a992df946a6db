"""What to send next, by what the server has said of a try: another body, or another query."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

from loadaudit.load.csrf import FORM_FIELD
from loadaudit.planning.forms import HtmlForm
from loadaudit.planning.payloads.bodies import NOT_KNOWN, pairs_of
from loadaudit.planning.payloads.graphql import QUERY, asks_for_graphql, question
from loadaudit.planning.payloads.pages import ORIGIN as OF_ITS_PAGE
from loadaudit.planning.payloads.suggested import has_styles
from loadaudit.planning.preflight.amended import CORRECTED, of_its_row, sent_values
from loadaudit.planning.preflight.as_list import as_list
from loadaudit.planning.preflight.asked_headers import headers_asked, with_headers
from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.complaint import Complaint, for_a_body, of_known, of_parts
from loadaudit.planning.preflight.corrections import breaks_on_a_file, complaints, of_files, rows_not_found
from loadaudit.planning.preflight.described import is_unexplained
from loadaudit.planning.preflight.examples import objects_of_list, shown_objects, somebody_else
from loadaudit.planning.preflight.files_asked import file_as_asked
from loadaudit.planning.preflight.in_order import in_order
from loadaudit.planning.preflight.in_parts import in_parts, taken_apart
from loadaudit.planning.preflight.json_in_form import in_json_text
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.nested import deeper
from loadaudit.planning.preflight.of_lists import one_marked, whole_lists
from loadaudit.planning.preflight.of_one_row import other_rows
from loadaudit.planning.preflight.other_than_address import other_than_address
from loadaudit.planning.preflight.own_codes import codes_of_rows, with_code_of_page
from loadaudit.planning.preflight.plain_words import empty_columns, repetitions
from loadaudit.planning.preflight.query_names import parsed_names
from loadaudit.planning.preflight.refusing import is_refused_by_form, with_refusing_forms
from loadaudit.planning.preflight.rows_in_state import keys_held, keys_in_state, rows_in_told_state
from loadaudit.planning.preflight.rows_together import rows_together
from loadaudit.planning.preflight.said import said_of
from loadaudit.planning.preflight.signature_asked import signature_asked
from loadaudit.planning.preflight.there_already import THERE_ALREADY, is_of_another, with_new_words
from loadaudit.planning.preflight.typed_again import typed_again
from loadaudit.planning.preflight.untouched import is_idle, with_rows_to_change
from loadaudit.planning.preflight.upload_headers import part_as_asked
from loadaudit.planning.preflight.validators import values_in_code
from loadaudit.planning.preflight.worded_values import choice_told, free_numbers, in_words
from loadaudit.planning.project.sources import DECLARED
from loadaudit.planning.recorded.rebinding import recorded_headers
from loadaudit.records import BodyKind, Operation, Outcome, Payload, PlannedPath

_TEXTS = frozenset({"text", "textarea", "search"})
"""Kinds of fields that a person rewrites."""

OTHER_BODY = frozenset({Outcome.CLIENT_ERROR, Outcome.INVALID, Outcome.SERVER_ERROR, Outcome.SOFT_FAILURE})
"""Outcomes that another body may change."""

MAY_BE_CORRECTED = OTHER_BODY | {Outcome.NOT_FOUND}
"""Outcomes of which the answer or the statements may tell what was meant; of others it tells headers at most."""


def complained_of(one: Try) -> object:
    """Return of what an answer complains, to tell whether a correction has changed it."""
    sent = sent_values(one.payload, set()) if one.payload is not None else {}
    return frozenset(
        (each.place or each.field, each.missing, each.wants, str(each.value)) for each in complaints(one.answer, sent)
    )


def may_name_others_rows(one: Try) -> bool:
    """Whether a body was refused because this user may not choose the rows that it names."""
    if one.payload is None or one.outcome not in (Outcome.INVALID, Outcome.CLIENT_ERROR):
        return False
    return any(each.choice and each.value is None for each in complaints(one.answer, sent_values(one.payload, set())))


def correction(
    operation: Operation, candidates: Candidates, one: Try, variant: int
) -> tuple[PlannedPath, Payload | None] | None:
    """Return what does as the server asked, or None when it asked for nothing in particular.

    Raises NoRow when what it asked for is a row, and there is none.
    """
    if (named := with_rows_to_change(operation, candidates, one, variant)) is not None or is_idle(one):
        return named
    if (part := part_as_asked(operation, one, variant)) is not None:
        return part
    asked = headers_asked(operation, candidates.identity, one.path, one.answer, variant)
    if not asked and not one.works:
        # What only the tests know: a view may not say which header it wants.
        entries = candidates.recorded.get(operation.id, ())
        asked = recorded_headers(entries, one.path.headers, candidates.needs()) if entries else ()
    asked = asked or signature_asked(operation, candidates, one)
    if asked:
        again = with_headers(one.path, asked)
        candidates.headers.note(again.path, again.headers)
        return again, one.payload
    is_left = one.left_early and one.payload is not None and bool(one.payload.uploads)
    if one.outcome not in MAY_BE_CORRECTED and not is_left:
        return None
    if one.payload is not None and one.payload.origin.startswith(DECLARED):
        return None
    in_body = sent_values(one.payload, set()) if one.payload is not None else {}
    in_path = dict(parse_qsl(one.path.path.partition("?")[2]))
    in_all = in_path | in_body
    operation, words = with_new_words(operation, one.answer, in_body, variant)
    if one.outcome in OTHER_BODY and _is_of_graphql(one):
        return _with_question(one)
    made = in_json_text(operation, one) or file_as_asked(operation, candidates, one, in_body, variant, correction)
    if made is not None:
        return one.path, made
    is_raw = one.payload is not None and one.payload.kind is BodyKind.OTHER and bool(one.payload.uploads)
    if is_raw or (is_left and one.outcome not in MAY_BE_CORRECTED):
        return None
    found = _complained(one, in_all, words)
    if one.outcome in OTHER_BODY and one.answer is not None and not any(each.field in in_body for each in found):
        whole = as_list(operation, one, said_of(one.answer), variant)
        if whole is not None:
            return one.path, whole
    is_form = one.payload is not None and one.payload.kind in (BodyKind.FORM, BodyKind.MULTIPART)
    if not is_form and any(each.field == FORM_FIELD for each in found):
        # Its code takes the token out of the form, which then must have been one.
        return one.path, Payload(kind=BodyKind.FORM, origin="a form with nothing but the token")
    if _misses_what_was_sent(operation, one, found):
        return one.path, Payload(kind=BodyKind.FORM, pairs=pairs_of(in_body), origin=f"its fields as a form{CORRECTED}")
    found = _explained(operation, candidates, one, found, variant)
    if one.payload is None and operation.method == "DELETE" and (moved := for_a_body(found, in_path)):
        plain = one.path.path.partition("?")[0]
        return replace(one.path, path=plain), candidates.corrected(operation, NOT_KNOWN, moved, variant)
    in_query = [each for each in found if one.payload is None or each.in_query or each.field in in_path]
    if in_query and (path := candidates.query(operation, one.path.path, in_query, variant)) != one.path.path:
        return replace(one.path, path=path), one.payload
    found = [each for each in found if each not in in_query]
    if one.payload is None or not found:
        return None
    if is_unexplained(operation, [each.field for each in found if each.missing or each.choice]):
        operation = candidates.described(operation, one.path.path)
    operation = with_refusing_forms(operation, one.trace, [each.field for each in found])
    payload = candidates.corrected(operation, one.payload, found, variant)
    if one.payload.content_type and payload.kind is BodyKind.JSON:
        payload = replace(payload, content_type=one.payload.content_type)
    if any(each.of_row for each in found):
        payload = of_its_row(payload)
    return None if payload == replace(one.payload, origin=payload.origin) else (one.path, payload)


def _explained(
    operation: Operation, candidates: Candidates, one: Try, found: list[Complaint], variant: int
) -> list[Complaint]:
    """Return the complaints with all that the answer's words, its statements and the project's code tell of them."""
    in_body = sent_values(one.payload, set()) if one.payload is not None else {}
    in_path = dict(parse_qsl(one.path.path.partition("?")[2]))
    in_all = in_path | in_body
    asked = in_body if one.payload is not None else {**in_path}
    found = _of_what_was_sent(operation, candidates, one, in_body, found or _of_no_json(one, in_all), variant)
    found = _of_fields(operation, one, found, in_body, in_all, variant)
    if not found and variant == 1:
        # What is said in words is surer than what was looked up without a word of it.
        found = _in_sentences(operation, one, found, asked, variant)
    if linked := rows_together(operation, one, in_body, found, variant):
        return linked
    if not found and one.outcome in OTHER_BODY:
        found = rows_in_told_state(operation, said_of(one.answer) if one.answer else "", in_body, one.identity, variant)
    found = _with_look_ups(operation, candidates, one, in_all, found, variant)
    found = _with_codes(operation, candidates, one, in_body, found, variant)
    if one.answer is not None and found:
        found = free_numbers(said_of(one.answer), found, in_body, operation.body.fields, variant)
    found = [with_code_of_page(each, one.answer) for each in found + repetitions(found, in_body)]
    found = _in_sentences(operation, one, found, asked, variant)
    if one.payload is not None:
        found = in_parts(operation, one.path.path, in_body, one.identity, found)
    if not found and one.outcome in OTHER_BODY:
        found = in_order(operation, one.path.path, in_body)
    if not found and one.refused_whole:
        found = [Complaint(field=name) for name in _prefilled(operation, candidates, one, in_body)]
    return found


def _complained(one: Try, sent: dict[str, Any], words: Sequence[str]) -> list[Complaint]:
    """Return the complaints of an answer; fields that get new `words` are refused for nothing else."""
    found = complaints(one.answer, sent) if one.outcome in OTHER_BODY else rows_not_found(one.answer, sent)
    return [*(each for each in found if each.field not in words), *(Complaint(field=name) for name in words)]


def _of_code(operation: Operation, one: Try, sent: dict[str, object], variant: int) -> list[Complaint]:
    """Return what the code compares texts with that were sent, where it refused them without a word, or by name."""
    if one.answer is None:
        return []
    said = said_of(one.answer).lower()
    texts = [name for name, value in sent.items() if isinstance(value, str)]
    texts = [name for name in texts if re.search(rf"\b{re.escape(name.lower())}\b", said)] if said.strip() else texts
    known = {name: values_in_code(operation, one.path.path, name, marks=True) for name in texts}
    return [
        Complaint(field=name, value=values[variant - 1])
        for name, values in known.items()
        if 0 < variant <= len(values) and values[variant - 1] != sent[name]
    ]


def _of_fields(
    operation: Operation,
    one: Try,
    found: list[Complaint],
    in_body: dict[str, object],
    in_all: dict[str, object],
    variant: int,
) -> list[Complaint]:
    """Return the complaints by the fields of the body that they mean, with what the project's code lets through."""
    names = [each.name for each in operation.body.fields]
    found = [each for complaint in found for each in of_parts(complaint, in_body, names)]
    found = of_known(found, {*in_all, *names})
    if one.sample.status == HTTPStatus.CONFLICT:
        # `A company needs an owner` is about what is there, and no key that was left out.
        found = [each for each in found if not each.missing or each.place or each.field in {*in_all, *names}]
    found = [_with_word_of_code(operation, one, each, in_all, variant) for each in found]
    found = deeper(found, operation.body.fields, one.payload)
    if not found and one.outcome is Outcome.CLIENT_ERROR:
        return _of_code(operation, one, in_body, variant)
    return found


def _of_no_json(one: Try, sent: dict[str, object]) -> list[Complaint]:
    """Return complaints about texts that the view reads as JSON, where it failed because one is none."""
    exception = one.trace.exception if one.trace is not None else None
    if exception is None or not exception.type.endswith("JSONDecodeError"):
        return []
    names = parsed_names(one.path.path)
    return [Complaint(field=name, wants="json") for name, text in sent.items() if name in names and text]


def _misses_what_was_sent(operation: Operation, one: Try, found: list[Complaint]) -> bool:
    """Whether code of whose body nothing is known, or a form of Django's, has not found what a JSON document holds.

    `request.POST` has nothing of it; only where a form lacks the same the query is looked at.
    """
    if one.payload is None or one.payload.kind is not BodyKind.JSON:
        return False
    unread = operation.body.kind in (BodyKind.NONE, BodyKind.OTHER) or is_refused_by_form(one.trace)
    sent = sent_values(one.payload, set())
    misses = any(each.missing and each.in_query and each.field in sent for each in found)
    return unread and (misses or not taken_apart(operation, one.path.path).isdisjoint(sent))


def _of_what_was_sent(
    operation: Operation,
    candidates: Candidates,
    one: Try,
    in_body: dict[str, object],
    found: list[Complaint],
    variant: int,
) -> list[Complaint]:
    """Return the complaints with those about empty columns, files and objects that an error shows; none of buttons."""
    if not found and one.payload is not None and one.outcome is Outcome.SERVER_ERROR and one.answer is not None:
        columns = empty_columns(said_of(one.answer), (each.name for each in operation.body.fields))
        found = [Complaint(field=each, missing=each not in in_body, choice=each in in_body) for each in columns]
    buttons = _buttons_sent(operation, candidates, one)
    found = [each for each in found if each.missing or each.field not in buttons]
    uploads = one.payload.uploads if one.payload is not None and one.outcome in OTHER_BODY else ()
    # A kind that was sent already is named because it is refused.
    files, kinds = [each.field for each in uploads], {"", *(each.filename.rpartition(".")[2] for each in uploads)}
    of_file = all(each.field in files and each.wants in kinds and each.value is None for each in found)
    if files and (of_file or breaks_on_a_file(one.answer)):
        found = list(of_files(one.answer, files, variant, kinds)) or found
    if one.answer is not None and one.outcome in OTHER_BODY and (said := said_of(one.answer)):
        told = [*shown_objects(said), *somebody_else(said, in_body, candidates.identity)]
        told += other_than_address(operation, one.path.path, said, in_body, variant)
        told += [*whole_lists(operation, one, said, in_body), *objects_of_list(said, in_body, candidates.today)]
        told += one_marked(said, in_body, operation.body.fields)
        found = [*told, *(each for each in found if each.field not in {every.field for every in told})]
    return found


def _prefilled(operation: Operation, candidates: Candidates, one: Try, sent: dict[str, object]) -> Iterator[str]:
    """Yield the fields whose text was left as the page had it: a form may want it rewritten, or anything changed."""
    for each in (field for form in _forms_of_page(operation, candidates, one) for field in form.fields):
        held = sent.get(each.name)
        if each.kind in _TEXTS and each.value and isinstance(held, str) and held.strip() == each.value.strip():
            yield each.name


def _buttons_sent(operation: Operation, candidates: Candidates, one: Try) -> set[str]:
    """Return the names of the buttons of a page's form: no other value of one is ever sent."""
    return {button.name for form in _forms_of_page(operation, candidates, one) for button in form.buttons}


def _forms_of_page(operation: Operation, candidates: Candidates, one: Try) -> list[HtmlForm]:
    """Return the forms of the page that a body is from; none where it is from something else."""
    is_of_page = one.payload is not None and one.payload.origin.startswith(OF_ITS_PAGE)
    return [found.form for found in candidates.harvest.forms.get(operation.route, ())] if is_of_page else []


def _in_sentences(
    operation: Operation, one: Try, found: list[Complaint], sent: Mapping[str, object], variant: int
) -> list[Complaint]:
    """Return the complaints, or what the sentences of a refusal say beside them or in their place."""
    if one.answer is None or one.outcome not in OTHER_BODY:
        return found
    said = said_of(one.answer)
    typed = [*typed_again(operation, one.path.path, said, found, sent, variant)]
    return typed or in_words(said, found, sent, operation.body.fields, variant)


def _with_word_of_code(
    operation: Operation, one: Try, each: Complaint, sent: dict[str, object], variant: int
) -> Complaint:
    """Return a complaint with a value that the validators of the project let through, or a row in such a state."""
    has_kind = each.wants not in ("", "array", "string")
    if each.value is not None or each.missing or each.unwanted or has_kind:
        return each
    if held := keys_held(operation, one.path.path, said_of(one.answer) if one.answer is not None else ""):
        return replace(each, value=held[(variant - 1) % len(held)])
    name = next((part for part in reversed(each.place) if isinstance(part, str)), each.field)
    is_sent = each.place or each.field in sent
    named = next((fact for fact in operation.body.fields if fact.name == each.field and not each.place), None)
    if variant == 1 and named is not None and (told := choice_told(named, each.said, sent)):
        return replace(each, value=told)
    known = values_in_code(operation, one.path.path, name, marks=True) if is_sent else ()
    keys = keys_in_state(named, known, one.identity) if known else None
    known = known if keys is None else keys
    if not 0 < variant <= len(known):
        return each
    value = known[variant - 1]
    return replace(each, value=[value] if each.wants == "array" else value, wants="")


def _is_of_graphql(one: Try) -> bool:
    exception = one.trace.exception if one.trace is not None else None
    return one.answer is not None and asks_for_graphql(said_of(one.answer), exception.type if exception else "")


def _with_question(one: Try) -> tuple[PlannedPath, Payload | None] | None:
    """Return a request with the question that GraphQL always answers; None where it was that already."""
    if one.payload is None:
        plain = one.path.path.partition("?")[0]
        path = f"{plain}?{urlencode({'query': QUERY})}"
        return (replace(one.path, path=path), None) if path != one.path.path else None
    asked = question()
    return (one.path, asked) if one.payload.document != asked.document else None


def _with_look_ups(
    operation: Operation,
    candidates: Candidates,
    one: Try,
    sent: dict[str, object],
    found: list[Complaint],
    variant: int,
) -> list[Complaint]:
    """Return the complaints with the rows that the view was seen to look for, or those alone where it said nothing."""
    wrong = {each.field for each in found if not (each.missing or each.unwanted)}
    # What becomes a new row's own is looked up to find out that no other has it.
    own = {each.name for each in operation.body.fields if each.unique and not each.model} if not found else set()
    styled = set(filter(has_styles, sent)) - {each.field for each in found if each.choice and not each.missing}
    plain = [name for name, value in sent.items() if not (_is_nested(value) or name in own | styled)]
    names = [name for name in plain if not wrong or name in wrong]
    seen = {each.field: each for each in candidates.seen(operation, one.answer, names, variant, one.path.path)}
    # A value of another style goes first, as which look-up a refused field caused is only likely; not for a missed row.
    trace = one.answer.trace if one.answer is not None else None
    said = [said_of(one.answer) if one.answer is not None else "", *(trace.refusals if trace is not None else ())]
    is_there = any(map(THERE_ALREADY.search, said))
    path = one.path.path.partition("?")[0]
    if other := other_rows(trace, sent, wrong if is_there else None, candidates.identity, variant, path):
        return [*(each for each in found if each.field not in other), *other.values()]
    spoken_for = {each.field for each in found if is_of_another(each.said, sent.get(each.field))}
    missed = {each.field for each in found if each.choice and not (each.wants or is_there)}
    # What no two rows may have was looked up to find that out, and a row that has it is there already.
    unique = {each.name for each in operation.body.fields if each.unique and is_there} | spoken_for
    # What was sent and is called missing all the same was looked for in vain.
    likely = (wrong if variant > 1 else missed) - unique | {each.field for each in found if each.missing} & sent.keys()
    return [seen.get(each.field, each) if each.field in likely and each.value is None else each for each in found] or [
        *seen.values()
    ]


def _with_codes(
    operation: Operation,
    candidates: Candidates,
    one: Try,
    sent: dict[str, object],
    found: list[Complaint],
    variant: int,
) -> list[Complaint]:
    """Return the complaints with a code that the project keeps, where one was looked up in vain; on a clone only."""
    if candidates.mailbox is None or candidates.mailbox.folder is None or one.answer is None:
        return found
    refused = {each.field for each in found if not each.missing}
    if found and not refused & sent.keys():
        return found
    fields = {each.name: each.required for each in operation.body.fields}
    codes = {
        each.field: each
        for each in codes_of_rows(
            one.answer.trace, sent, fields, refused, variant, f"{operation.route} {operation.name}"
        )
    }
    return [*(each for each in found if each.field not in codes), *codes.values()]


def _is_nested(value: object) -> bool:
    """Whether a value is more than one that a look-up compares with, or a list of such, also as a text."""
    return any(isinstance(one, (list, dict)) for one in value) if isinstance(value, list) else str(value)[:1] == "{"
