"""What a load sends is looked at once more before it begins: forms are filled as their pages show them now."""

from collections.abc import Callable, Iterable, Mapping

from loadaudit.load.csrf import FORM_FIELD
from loadaudit.load.payloads import is_marked
from loadaudit.planning.forms import HtmlForm
from loadaudit.planning.payloads.pages import ORIGIN as OF_ITS_PAGE
from loadaudit.planning.preflight.guarded import guarded
from loadaudit.planning.preflight.judge import Trial
from loadaudit.planning.preflight.of_tenants import sent_by
from loadaudit.planning.preflight.settle import fit_for_load
from loadaudit.planning.preflight.spreading import spread_by
from loadaudit.planning.preflight.trial import Preflight
from loadaudit.records import Operation, Payload

_CHOSEN = frozenset({"select", "radio"})
_NEVER_ASKED = frozenset({"submit", "button", "image", "reset", "hidden"})

FormsOf = Callable[[Trial], list[HtmlForm]]


def made_fit(trials: Mapping[str, Trial], preflight: Preflight) -> dict[str, Trial]:
    """Return the trials of a preflight with what the load may send, and where it may send it."""
    attempt = guarded(preflight.attempt)
    shown = as_pages_are(trials, attempt, _forms_now(preflight))
    return fit_for_load(shown, attempt, sent_by(preflight), spread_by(preflight))


def as_pages_are(
    trials: Mapping[str, Trial], attempt: Callable[[Operation], Trial], forms_of: FormsOf
) -> dict[str, Trial]:
    """Return the trials with another attempt at forms of which the page asks for something else by now.

    Rows that the run has made since may have given a form more fields, or taken a choice from it: a person reads the
    page before each time, and the load would be refused from its first request on.
    """
    found = dict(trials)
    for id_, one in trials.items():
        payload = one.best.payload if one.works and one.repeatable and one.best is not None else None
        if payload is None or not payload.origin.startswith(OF_ITS_PAGE):
            continue
        if _asks_for_more(forms_of(one), payload) and (again := attempt(one.operation)).works:
            found[id_] = again
    return found


def _forms_now(preflight: Preflight) -> FormsOf:
    """Return what reads the forms for an operation anew, each page once, until the preflight is over."""
    for user in preflight.candidates.values():
        user.forget_pages()

    def forms(trial: Trial) -> list[HtmlForm]:
        if trial.best is None or preflight.over():
            return []
        user = preflight.candidates.get(trial.best.identity.role)
        found = user.forms_at(trial.operation, trial.best.path.path) if user is not None else []
        return [one.form for one in found]

    return forms


def _asks_for_more(forms: Iterable[HtmlForm], payload: Payload) -> bool:
    """Whether the form that a payload is from wants a field that it lacks, or has no longer what it chooses."""
    sent = {one.name for one in payload.pairs} | {one.field for one in payload.uploads}
    form = max(forms, key=lambda one: len(sent & {each.name for each in one.fields}), default=None)
    if form is None or not sent & {one.name for one in form.fields}:
        return False
    asked = {one.name for one in form.fields if one.required and one.kind not in _NEVER_ASKED}
    if asked - {*sent, FORM_FIELD}:
        return True
    choices: dict[str, set[str]] = {}
    for one in form.fields:
        if one.kind in _CHOSEN:
            choices.setdefault(one.name, set()).update(one.options or (one.value,))
    chosen = (one for one in payload.pairs if one.name in choices and one.value and not is_marked(one.value))
    return any(one.value not in choices[one.name] for one in chosen)
