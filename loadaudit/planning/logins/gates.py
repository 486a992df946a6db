"""What a project wants of whoever has logged in before anything else: terms, a profile, an organisation, a password.

A middleware leads every page there until it is done. It is done as a person would do it, on a clone only.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from urllib.parse import urlsplit

from loadaudit.planning.control import Answer, ControlClient
from loadaudit.planning.forms import HtmlForm, read_forms
from loadaudit.planning.logins.confirmed import leads_back
from loadaudit.planning.logins.pages import followed, without_prefix
from loadaudit.planning.payloads.bodies import NoRow
from loadaudit.planning.payloads.pages import payload_of_form, target_of
from loadaudit.planning.payloads.values import Needs
from loadaudit.records import Body, BodyKind, Payload

_MOST_GATES = 4
_MOST_FORMS = 3
_MOST_LINKS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ENDS = re.compile(
    r"log[-_ ]?out|sign[-_ ]?out|abmeld|delete|remove|cancel|decline|reject|refuse|search|setlang|language|impersonat",
    re.IGNORECASE,
)
"""What a form or a link says that leads away from what is wanted."""

_CODE = re.compile(r"otp|(^|[-_])(code|token|pin|passcode)$|captcha", re.IGNORECASE)
_HREF = re.compile(r"""<a\b[^>]*\bhref\s*=\s*["']([^"'#\s]+)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What came of a way through gates."""

    stuck: str = ""
    """The path of the gate that stayed shut, or empty."""
    answer: Answer | None = None
    """What the page that was wanted answered last."""
    opened: tuple[str, ...] = ()
    """The paths of the gates that opened."""


def gate_in(answer: Answer, path: str, login_pages: Collection[str]) -> str:
    """Return where a page leads somebody who is logged in before its view runs, or to lead back later; else empty.

    A page that refuses before its view runs leads to itself.
    """
    target, trace = answer.location, answer.trace
    if is_refused(answer):
        return path
    page = target.partition("?")[0]
    if answer.status not in _REDIRECTS or not target.startswith("/") or trace is None or not trace.user_id:
        return ""
    # The same page under another spelling is what CommonMiddleware leads to.
    if page in login_pages or page.rstrip("/") == path.partition("?")[0].rstrip("/") or _ENDS.search(page):
        return ""
    return target if not trace.view_ran or leads_back(target, path) else ""


def is_refused(answer: Answer) -> bool:
    """Whether something before the view turns somebody away who is logged in, without leading anywhere."""
    trace = answer.trace
    return answer.status == HTTPStatus.FORBIDDEN and trace is not None and not trace.view_ran and bool(trace.user_id)


def through_gates(client: ControlClient, path: str, password: str, login_pages: Collection[str]) -> Passed:
    """Do what the gates before a page want, one after the other, until the page is there.

    Raises requests.RequestException when no answer comes.
    """
    opened: list[str] = []
    answer = client.get(path)
    for _ in range(_MOST_GATES):
        gate = gate_in(answer, path, login_pages)
        place = gate.partition("?")[0]
        if not gate or place in opened:
            return Passed(stuck=place, answer=answer, opened=tuple(opened))
        for request in _requests_at(client, gate, password):
            client.send(*request)
            answer = client.get(path)
            if gate_in(answer, path, login_pages).partition("?")[0] != place:
                opened.append(place)
                break
        else:
            return Passed(stuck=place, answer=answer, opened=tuple(opened))
    return Passed(stuck=gate_in(answer, path, login_pages).partition("?")[0], answer=answer, opened=tuple(opened))


def _requests_at(client: ControlClient, gate: str, password: str) -> Iterator[tuple[str, str, Payload | None]]:
    """Yield what a person may send from the page of a gate: its forms, filled, then the links that go further down."""
    page, place = followed(client, gate)
    forms = [one for one in read_forms(page.text) if one.method == "POST" and not _is_of_no_use(one)]
    for form in forms[:_MOST_FORMS]:
        for all_fields in (False, True):
            payload = _filled(form, password, all_fields=all_fields)
            if payload is not None:
                yield "POST", without_prefix(target_of(form, place)), payload
    below = place.partition("?")[0].rstrip("/") + "/"
    links = dict.fromkeys(urlsplit(one).path for one in _HREF.findall(page.text))
    further = [one for one in links if one.startswith(below) and one != below and not _ENDS.search(one)]
    for link in further[:_MOST_LINKS]:
        yield "GET", without_prefix(link), None


def _filled(form: HtmlForm, password: str, *, all_fields: bool) -> Payload | None:
    # A new password that is the old one keeps the run's own logins good.
    given = {one.name: password for one in form.fields if one.kind == "password"}
    # What is asked of a person here is to agree.
    given |= {one.name: one.value for one in form.fields if one.kind == "checkbox" and one.off and not all_fields}
    needs = Needs(rows=lambda label, name: [], today=date.today(), given=given)
    try:
        return payload_of_form(form, Body(kind=BodyKind.FORM), needs, all_fields=all_fields)
    except NoRow:
        return None


def _is_of_no_use(form: HtmlForm) -> bool:
    """Whether a form ends the session, chooses a language, or wants what only a device or a person has."""
    return bool(_ENDS.search(f"{form.words} {form.action}")) or any(
        one.autocomplete == "one-time-code" or _CODE.search(one.name) for one in form.fields if one.kind != "hidden"
    )
