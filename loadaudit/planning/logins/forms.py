"""A login through the project's own form: filled, sent, and what came back read as a person would."""

import re
from collections.abc import Collection, Sequence

from loadaudit.planning.control import Answer, ControlClient
from loadaudit.planning.forms import HtmlForm, read_forms
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.pages import (
    LoginPage,
    NoLoginPage,
    action_of,
    error_text,
    find_form,
    followed,
    login_form,
    password_form,
)
from loadaudit.planning.logins.steps import LOCKED, Sent, Step, failed
from loadaudit.records import LoginCause

_CAPTCHA = re.compile(r"captcha|turnstile", re.IGNORECASE)
_CODE_FIELD = re.compile(r"otp|(^|[-_])(code|token|pin|passcode)$|verification", re.IGNORECASE)
_CODE_PATH = re.compile(r"2fa|mfa|two[-_]?factor|[-_/]otp|webauthn|/code/", re.IGNORECASE)
_NO_ANSWER_FOR = "sessions made on the server side need none: LOADAUDIT['LOGIN'] = \"session\""


def by_form(
    client: ControlClient, credential: Credential, paths: Sequence[str], protected: str, others: Collection[str] = ()
) -> Step:
    """Fill and send the login form, with the e-mail address where the user name is refused and the run knows one.

    The pages of `others` are for other users.
    """
    step = Step()
    tried: list[str] = []
    for again in (False, True):
        page = find_form(client, paths, protected, others)
        if isinstance(page, NoLoginPage):
            return _no_form(page)
        name = _name_for(page.form, credential)
        if again:
            name = next((one for one in (credential.identity.username, credential.email) if one not in tried), "")
        if not name:
            return step
        tried.append(name)
        step = _sent(client, page, name, credential.password)
        if step.cause is not LoginCause.REJECTED or not credential.email:
            return step
    return step


def second_factor(client: ControlClient, step: Step) -> Step | None:
    """Return the step that says so when the page behind a login asks for a code from elsewhere."""
    if not step.sent:
        return None
    answer, path = _landed(client, step.sent[-1])
    if not asks_for_code(answer.text, path):
        return None
    detail = f"the login asks for a second factor at {path}; {_NO_ANSWER_FOR}"
    return Step(cause=LoginCause.SECOND_FACTOR, detail=detail)


def see_token(client: ControlClient, step: Step, paths: Sequence[str], before: str) -> None:
    """Fetch pages until one shows the CSRF token of the new session: a login replaces it, and no cookie tells."""
    landed = [one.answer.location for one in step.sent if one.answer.location.startswith("/")]
    for path in (*landed, *paths):
        if client.session().csrf_token != before:
            return
        followed(client, path)


def asks_for_code(html: str, path: str) -> bool:
    """Whether a page wants a code that only the user's device or mailbox has."""
    if _CODE_PATH.search(path):
        return True
    fields = [one for form in read_forms(html) if form.method == "POST" for one in form.fields]
    shown = [one for one in fields if one.kind in ("text", "tel", "number", "password")]
    return any(one.autocomplete == "one-time-code" or _CODE_FIELD.search(one.name) for one in shown)


def _name_for(form: HtmlForm, credential: Credential) -> str:
    """Return the user name, or the e-mail address where the browser would take nothing else."""
    wants_email = "mail" in form.user_field.lower() or any(
        one.name == form.user_field and one.kind == "email" for one in form.fields
    )
    username = credential.identity.username
    return credential.email if wants_email and "@" not in username and credential.email else username


def _sent(client: ControlClient, page: LoginPage, name: str, password: str) -> Step:
    """Send name and password, on two pages where the first asks for the name alone."""
    form, path, html = page.form, page.path, page.html
    earlier: tuple[Sent, ...] = ()
    if not form.password_field:
        action = action_of(path, form)
        answer = client.post(action, form.filled(form.ticked() | {form.user_field: name}))
        refused = failed(answer, "login form")
        if refused is not None:
            return refused
        earlier = (Sent(path=action, answer=answer),)
        answer, path = _landed(client, earlier[0])
        found = password_form(answer.text)
        if found is None:
            return _without_password(page.path, answer, path)
        form, html = found, answer.text
    named = {form.user_field: name} if form.user_field else {}
    action = action_of(path, form)
    answer = client.post(action, form.filled(form.ticked() | named | {form.password_field: password}))
    refused = failed(answer, "login form")
    if refused is not None:
        return refused
    shown = login_form(answer.text) or (password_form(answer.text) if form is not page.form else None)
    if answer.status == 200 and shown is not None and not (answer.trace is not None and answer.trace.user_id):
        return _came_back(answer, html)
    user_id = answer.trace.user_id if answer.trace is not None else ""
    return Step(user_id=user_id, sent=(*earlier, Sent(path=action, answer=answer)))


def _landed(client: ControlClient, sent: Sent) -> tuple[Answer, str]:
    """Return the page that a sent form led to, and its path."""
    location = sent.answer.location
    return followed(client, location) if location.startswith("/") else (sent.answer, sent.path)


def _no_form(page: NoLoginPage) -> Step:
    if page.broken:
        detail = f"the login page {page.broken}"
        return Step(cause=LoginCause.EXCEPTION, detail=detail, traceback=page.traceback)
    if not page.host:
        return Step(cause=LoginCause.NO_FORM, detail=page.detail)
    detail = f"the login is at another host, {page.host}, to which a run sends nothing; {_NO_ANSWER_FOR}"
    return Step(cause=LoginCause.ELSEWHERE, detail=detail)


def _without_password(first: str, answer: Answer, path: str) -> Step:
    if asks_for_code(answer.text, path):
        detail = f"the login sends a code and takes no password ({path}); {_NO_ANSWER_FOR}"
        return Step(cause=LoginCause.SECOND_FACTOR, detail=detail)
    said = error_text(answer.text)
    detail = f"{first} asks for a name, and {path} after it for no password" + (f": {said}" if said else "")
    return Step(cause=LoginCause.NO_FORM, detail=detail)


def _came_back(answer: Answer, html: str) -> Step:
    """Say why the form came back: the form's own words, and the error codes that its trace has."""
    said = error_text(answer.text)
    codes = "; ".join(answer.trace.refusals) if answer.trace is not None else ""
    words = " ".join(filter(None, (said, f"[{codes}]" if codes else "")))
    if LOCKED.search(said) or LOCKED.search(codes):
        detail = f"the login form refuses further tries: {words}"
        return Step(cause=LoginCause.LOCKED_OUT, detail=detail, retry_after_s=answer.retry_after_s)
    if _CAPTCHA.search(codes or html):
        detail = f"the login form asks for a captcha, which only a person can solve; {_NO_ANSWER_FOR} ({words})"
        return Step(cause=LoginCause.CAPTCHA, detail=detail)
    if login_form(html) is not None and "otp" in codes.lower():
        detail = f"the login form asks for a one-time code; {_NO_ANSWER_FOR} ({words})"
        return Step(cause=LoginCause.SECOND_FACTOR, detail=detail)
    text = "the login form came back after the credentials were sent"
    if not codes or re.search(r"__all__|invalid_login|password|\binvalid\b", codes):
        text += ": name or password are wrong"
    return Step(cause=LoginCause.REJECTED, detail=f"{text} ({words})" if words else text)
