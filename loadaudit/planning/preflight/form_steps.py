"""Follows forms of several steps to their end, as a person would: what works at the first may fail at the last."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus

import requests

from loadaudit.load.csrf import FORM_FIELD
from loadaudit.planning.control import Answer
from loadaudit.planning.forms import HtmlForm, read_forms
from loadaudit.planning.harvest import match_of
from loadaudit.planning.payloads.bodies import NoRow
from loadaudit.planning.payloads.pages import payload_of_form, target_of
from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.judge import Trial, Try
from loadaudit.planning.preflight.steps import Opened
from loadaudit.planning.preflight.trial import Preflight
from loadaudit.records import BodyKind, Operation, Payload, PlannedPath

STEP = ", at step "
"""In the origin of an address whose form was refused behind others of the same view, before the number of the step."""

_MOST_STEPS = 10
_FORMS = (BodyKind.FORM, BodyKind.MULTIPART)
_UNSEEN = frozenset({"hidden", "submit", "button", "image", "reset"})


def to_the_end(trials: Mapping[str, Trial], preflight: Preflight, opened: Opened) -> dict[str, Trial]:
    """Return the trials of forms that the view answers with another one: how their last step ended."""
    found: dict[str, Trial] = {}
    for id_, trial in trials.items():
        best = trial.best
        if best is None or not best.works or best.payload is None or best.payload.kind not in _FORMS:
            continue
        candidates = preflight.candidates.get(best.identity.role)
        if candidates is None or preflight.over():
            continue
        try:
            # Without what its page shows first, which costs a request.
            if _next(trial.operation, best, candidates, frozenset()) is None:
                continue
            with opened(candidates) as client:
                lasting = replace(candidates, client=client)
                if _next(trial.operation, best, lasting, _asked_on(lasting.page(best.path.path))) is not None:
                    found[id_] = _followed(trial, lasting, preflight)
        except requests.RequestException:
            continue
    return found


def _followed(trial: Trial, candidates: Candidates, preflight: Preflight) -> Trial:
    """Begin a form anew and fill its steps, each corrected as an error asks for, until the last or one that fails."""
    operation, first = trial.operation, trial.best
    assert first is not None
    page: Answer | None = candidates.client.send("GET", first.path.path, None, headers=first.path.headers)
    shown = _asked_on(page)
    one = _last_of(preflight, operation, candidates, first.path, first.payload)
    steps = 1
    while one is not None and one.works and steps < _MOST_STEPS and not preflight.over():
        following = _next(operation, one, candidates, shown)
        if following is None:
            break
        shown |= _asked_on(one.answer)
        steps += 1
        one = _filled(preflight, operation, candidates, *following) or one
    if steps == 1:
        # Sent once more it was refused, or answered otherwise: that says nothing of a later step.
        return trial
    if one is not None and not one.works:
        told = replace(one.path, origin=f"{one.path.origin}{STEP}{steps} of its form")
        return replace(trial, best=replace(one, path=told), repeatable=False)
    told = replace(first.path, origin=f"{first.path.origin}, to the end of {steps} steps")
    # Under load the first step alone would be sent.
    return replace(trial, best=replace(first, path=told), repeatable=False)


def _filled(
    preflight: Preflight, operation: Operation, candidates: Candidates, path: PlannedPath, form: HtmlForm
) -> Try | None:
    one: Try | None = None
    for payload in _payloads(operation, candidates, form):
        one = _last_of(preflight, operation, candidates, path, payload)
        if one is not None and one.works:
            break
    return one


def _payloads(operation: Operation, candidates: Candidates, form: HtmlForm) -> Iterator[Payload]:
    needs = candidates.needs_of(operation, asked=[one.name for one in form.fields])
    for all_fields in (False, True):
        try:
            yield payload_of_form(form, operation.body, needs, all_fields=all_fields)
        except NoRow:
            return


def _last_of(
    preflight: Preflight, operation: Operation, candidates: Candidates, path: PlannedPath, payload: Payload | None
) -> Try | None:
    """Return the last try of a body and those that correct it, which is the one that works if any does."""
    one: Try | None = None
    for one in preflight.tries_of(operation, candidates, path, payload):
        if one.works:
            break
    return one


def _asked_on(page: Answer | None) -> frozenset[str]:
    """Return the names of what the forms of a page ask for."""
    html = page.content.decode(errors="replace") if page is not None else ""
    return frozenset(each.name for form in read_forms(html) for each in form.fields if each.kind not in _UNSEEN)


def _next(
    operation: Operation, one: Try, candidates: Candidates, shown: frozenset[str]
) -> tuple[PlannedPath, HtmlForm] | None:
    """Return the form that the same view answers a form with, or leads to, and where it is sent.

    It asks for nothing that was `shown` before: a page may have several forms that are sent to one address.
    """
    page, answer = one.path.path.partition("?")[0], one.answer
    if answer is None or one.payload is None:
        return None
    if answer.status in (HTTPStatus.FOUND, HTTPStatus.SEE_OTHER):
        led = answer.location.partition("?")[0]
        if not led.startswith("/") or led == page or match_of(led, candidates.index)[0] != operation.route:
            return None
        page, answer = led, candidates.client.send("GET", led, None, headers=one.path.headers)
    return _form_on(operation, page, answer, one, candidates, shown)


def _form_on(
    operation: Operation, page: str, answer: Answer, one: Try, candidates: Candidates, shown: frozenset[str]
) -> tuple[PlannedPath, HtmlForm] | None:
    if answer.status != HTTPStatus.OK or not answer.content_type.startswith("text/html"):
        return None
    payload = one.payload
    assert payload is not None
    sent = shown | {each.name for each in payload.pairs} | {each.field for each in payload.uploads}
    for form in read_forms(answer.content.decode(errors="replace")):
        asked = {each.name for each in form.fields if each.kind not in _UNSEEN} - {FORM_FIELD}
        place = target_of(form, page)
        route = match_of(place.partition("?")[0], candidates.index)[0]
        if form.method == "POST" and route == operation.route and asked and not asked & sent:
            return replace(one.path, path=place), form
    return None
