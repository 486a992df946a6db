"""Forms that were written back as a page had them and have changed nothing: another choice, or a box that is ticked."""

from collections.abc import Iterator
from dataclasses import replace

from loadaudit.planning.forms import DELETES, HtmlForm
from loadaudit.planning.payloads.pages import ORIGIN as OF_ITS_PAGE
from loadaudit.planning.preflight.amended import CORRECTED
from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.judge import Try
from loadaudit.records import Operation, Pair, Payload

_PROTOTYPE = "__prefix__"
"""In the names of the form that scripts copy for rows that are added."""


def with_another_choice(operation: Operation, candidates: Candidates, one: Try, variant: int) -> Payload | None:
    """Return the form of a page with one of its choices turned or one of its boxes ticked, each variant another one."""
    sent = one.payload
    if sent is None or not sent.origin.startswith(OF_ITS_PAGE):
        return None
    names = {each.name for each in sent.pairs}
    forms = [found.form for found in candidates.forms_at(operation, one.path.path)]
    form = max(forms, key=lambda each: len(names & {field.name for field in each.fields}), default=None)
    turns = [*_turns(form, {each.name: each.value for each in sent.pairs})] if form is not None else []
    if not turns:
        return None
    pair, is_added = turns[(variant - 1) % len(turns)]
    kept = sent.pairs if is_added else tuple(each for each in sent.pairs if each.name != pair.name)
    return replace(sent, pairs=(*kept, pair), origin=f"{sent.origin.removesuffix(CORRECTED)}{CORRECTED}")


def _turns(form: HtmlForm, sent: dict[str, str]) -> Iterator[tuple[Pair, bool]]:
    """Yield what may be sent in place of a value, or beside those of the same name."""
    for one in form.fields:
        if _PROTOTYPE in one.name or DELETES.search(one.name) or "readonly" in one.limits:
            continue
        if one.kind == "checkbox" and one.off:
            yield Pair(name=one.name, value=one.value), True
        elif one.kind == "radio" and one.off and one.name in sent:
            yield Pair(name=one.name, value=one.value), False
        elif one.kind == "select" and one.name in sent:
            other = next((each for each in one.options if each not in ("", sent[one.name])), None)
            if other is not None:
                yield Pair(name=one.name, value=other), False
