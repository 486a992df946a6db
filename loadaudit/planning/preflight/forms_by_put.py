"""Forms that a PUT or a PATCH comes to, in which Django finds nothing, whatever is sent."""

import re

from loadaudit.planning.preflight.amended import sent_values
from loadaudit.planning.preflight.chances import fails_in_any_case
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.said import said_of
from loadaudit.planning.preflight.states import is_empty_by_put, puts_forms
from loadaudit.planning.preflight.view_code import class_of, layers_for, view_at
from loadaudit.records import NOBODY_CAN, BodyKind, Operation, Outcome

FORM_BY_PUT = (
    f"{NOBODY_CAN}the view reads a form, and Django reads request.POST and request.FILES for POST only; "
    "leave it out with EXCLUDE, or take the method from the view's http_method_names"
)

_LACKED = re.compile(r"([\w-]+) \(required\)")
_ABSENT = re.compile(r"\b(?:required|missing|no|not (?:sent|given|provided)|needed?|without|must have|empty)\b", re.I)
"""Words for what was not sent."""

_OF_POST = frozenset({"POST", "FILES"})
_OF_ANY = frozenset({"body", "data", "read", "QueryDict", "MultiPartParser", "parse_file_upload"})
_REFUSED = (Outcome.INVALID, Outcome.CLIENT_ERROR)


def is_form_by_put(operation: Operation, best: Try) -> bool:
    """Whether a view that reads a form has found nothing in it, as it must whatever is sent."""
    if operation.method not in ("PUT", "PATCH"):
        return False
    is_shown_again = best.outcome is Outcome.INVALID and puts_forms(operation, best.path.path)
    if (
        is_shown_again
        or fails_in_any_case(operation, best)
        or (best.outcome is not Outcome.NOT_FOUND and is_empty_by_put(operation, best.path.path))
    ):
        return True
    if _missed_what_was_sent(best) or (best.payload is not None and best.payload.kind is BodyKind.JSON):
        return _missed_what_was_sent(best)
    exception = best.trace.exception if best.trace is not None else None
    return best.outcome is Outcome.INVALID or (
        exception is not None and exception.type.rpartition(".")[2] == "MultiValueDictKeyError"
    )


def _missed_what_was_sent(best: Try) -> bool:
    """Whether a form, or a view of its own accord, has found nothing under a name for which something was sent."""
    sent = sent_values(best.payload, set()) if best.payload is not None else {}
    sent |= {one.field: one.filename for one in best.payload.uploads} if best.payload is not None else {}
    lacked = {name for refusal in best.trace.refusals for name in _LACKED.findall(refusal)} if best.trace else set()
    exception = best.trace.exception if best.trace is not None else None
    if exception is not None and exception.type.endswith("MultiValueDictKeyError"):
        lacked.add(exception.message.strip("'\""))
    if best.outcome in _REFUSED and best.answer is not None and _reads_form_alone(best):
        said = said_of(best.answer)
        lacked.update(re.findall(r"\w[\w-]*", said) if _ABSENT.search(said) else ())
    return any(sent.get(name) not in (None, "") for name in lacked)


def _reads_form_alone(best: Try) -> bool:
    """Whether the code behind a path reads Django's form and files, and nothing that has the body of a PUT."""
    view = view_at(best.path.path)
    # REST framework's request has forms and files of every method.
    bases = getattr(class_of(view), "__mro__", ())
    if view is None or any(one.__module__.startswith("rest_framework.") for one in bases):
        return False
    method = best.sample.operation_id.partition(" ")[0]
    names = {name for one in layers_for(view, method) for name in one.__code__.co_names}
    return bool(names & _OF_POST) and not names & _OF_ANY
