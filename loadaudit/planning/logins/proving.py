"""Proofs of a login: a trace that shows the very user, or a page that opens and is closed to strangers."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from http import HTTPStatus

from loadaudit.load.sessions import NO_SESSION
from loadaudit.planning.control import ControlClient
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.pages import ProofPage
from loadaudit.planning.logins.steps import Step
from loadaudit.planning.preflight.script_headers import script_headers
from loadaudit.records import Identity, LoginCause, LoginWay

_TURNED_AWAY = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_MOST_PAGES = 3
"""Pages that are closed to strangers; those that are open to all tell nothing."""


def prove(client: ControlClient, identity: Identity, proof: ProofPage | None, seen: str = "") -> Step:
    """Fetch the page that only this user gets; the step has no cause when its trace shows them.

    `seen` is whom the trace of the login itself showed, which has to do where no page asks for a user.
    """
    if is_no_page(proof) and seen and seen == (identity.user_id or seen):
        return Step(detail=f"the login's own trace shows user {seen}")
    if proof is None:
        return _unproven("the trace of the login shows no logged-in user, and no page asks for one")
    answer = client.send(proof.method, proof.path, None)
    if answer.trace is not None and not answer.trace.user_id and (asking := script_headers(proof.path)):
        # What only scripts may ask for is turned away before anybody looks at who asks.
        answer = client.send(proof.method, proof.path, None, headers=asking)
    trace = answer.trace
    if trace is None:
        return _unproven(f"no trace came back for {proof.operation_id}: the target does not answer our token")
    if trace.exception is not None and not (identity.user_id and trace.user_id == identity.user_id):
        # Of whom it knew before it failed, it knew because the session is good.
        detail = f"{proof.operation_id} failed with {trace.exception.type}: {trace.exception.message}"
        return Step(cause=LoginCause.EXCEPTION, detail=detail, traceback=trace.exception.traceback, refused=trace)
    if not trace.user_id:
        return _unproven(f"{proof.operation_id} ran for nobody: its trace shows no user (status {answer.status})")
    if identity.user_id and trace.user_id != identity.user_id:
        return _unproven(f"{proof.operation_id} ran for user {trace.user_id}, not for user {identity.user_id}")
    # Who is turned away before the view and still known has a good session: what is missing is something else.
    if (trace.denied or not trace.view_ran) and not _is_still_known(client, proof):
        return _unproven(f"{proof.operation_id} ended the session of user {trace.user_id} (status {answer.status})")
    return Step(detail=f"the trace of {proof.operation_id} shows user {trace.user_id}")


def _is_still_known(client: ControlClient, proof: ProofPage) -> bool:
    """Whether a page that turned somebody away knows them the next time: a middleware may end a session."""
    trace = client.send(proof.method, proof.path, None).trace
    return trace is not None and bool(trace.user_id)


def is_no_page(proof: ProofPage | None) -> bool:
    """Whether there is no page for a proof: nothing, or a write that is asked by OPTIONS."""
    return proof is None or not proof.is_page


def looked_at(client: ControlClient, credential: Credential, proof: ProofPage, api: ProofPage | None) -> Step:
    """Prove once more what a client shows; a token beside its session may have expired by itself."""
    if credential.proof is not None:
        return opened_by(client, Step(), credential.proof)
    step = prove(client, credential.identity, proof)
    if step.cause is LoginCause.NONE and client.headers and api is not None:
        return prove(client, credential.identity, api)
    return step


def _unproven(detail: str) -> Step:
    return Step(cause=LoginCause.NOT_PROVEN, detail=detail)


def opened_by(client: ControlClient, step: Step, proof: ProofPage) -> Step:
    """Return the step if the page opens that is closed without what it has put into the client's requests."""
    what = "the key" if step.way in (LoginWay.HEADER, LoginWay.TOKEN) else "the session"
    answer = client.send(proof.method, proof.path, None)
    # A write that misses its body was let in.
    refused = _TURNED_AWAY if proof.method == "POST" else range(HTTPStatus.MULTIPLE_CHOICES, 600)
    if answer.status in refused:
        detail = f"{proof.operation_id} answered {answer.status} to {what} that had opened it"
        return replace(step, cause=LoginCause.NOT_PROVEN, detail=detail)
    return replace(step, detail=f"{what} opens {proof.operation_id}")


def opened_with(client: ControlClient, step: Step, proof: ProofPage) -> Step:
    """Return the step if the page opens by one of the ways to show the token that it brought, else why it did not."""
    opened = (opened_by(client, step, proof) for _ in shown(client, step))
    failure = next(opened)
    return next((one for one in (failure, *opened) if one.cause is LoginCause.NONE), failure)


def page_that_opens(client: ControlClient, step: Step, pages: Iterable[ProofPage]) -> ProofPage | None:
    """Return the first page that opens now, for nobody that a trace shows, and turns strangers away; None if none does.

    Strangers show nothing: they are refused, or sent on.
    """
    before, closed = client.session(), 0
    for page in dict.fromkeys(pages):
        if closed == _MOST_PAGES:
            break
        client.adopt(NO_SESSION)
        refused = client.get(page.path).status
        client.adopt(before)
        if refused not in _TURNED_AWAY and not HTTPStatus.MULTIPLE_CHOICES <= refused < HTTPStatus.BAD_REQUEST:
            continue
        closed += 1
        for _ in shown(client, step):
            answer = client.get(page.path)
            is_nobodys = answer.trace is not None and not answer.trace.user_id
            if answer.status < HTTPStatus.MULTIPLE_CHOICES and is_nobodys:
                return page
    return None


def shown(client: ControlClient, step: Step) -> Iterator[None]:
    """Show what a step brought in each way that there is, until one does; in the first again if none does."""
    before = client.headers
    yield
    for headers in step.other_headers:
        client.headers = {**before, **headers}
        yield
    client.headers = before
