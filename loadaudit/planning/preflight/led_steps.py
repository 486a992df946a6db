"""Goes where redirects lead, and does there what works: fills an empty cart, and takes the steps before a payment."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import requests

from loadaudit.planning.control import Answer, Client
from loadaudit.planning.preflight.judge import Trial, Try
from loadaudit.planning.preflight.steps import Opened
from loadaudit.planning.preflight.trial import Preflight
from loadaudit.records import Risk

_MOST_TRIES = 5
"""Requests for one operation behind its steps."""

_MOST_STEPS = 4
_DEEPEST = 4
_PUTS_IN = re.compile(r"add|new|creat|put|begin|start", re.IGNORECASE)
"""Stands in addresses of what makes something, which goes before what changes it."""


def led_through(
    trials: Mapping[str, Trial], known: Iterable[Trial], preflight: Preflight, opened: Opened
) -> dict[str, Trial]:
    """Return the trials of what was sent on to pages, and works once the forms there were sent; `known` tell of these.

    Each session goes on: what was done in it is there for whatever comes next.
    """
    tried = {one.operation.id: one for one in (*known, *trials.values())}
    found: dict[str, Trial] = {}
    # What works behind steps is a step of what was tried before it.
    for place, (id_, trial) in enumerate((*trials.items(), *trials.items())):
        if place == len(trials) and not found:
            break
        writes = [one for one in (tried | found).values() if one.works and one.operation.method == "POST"]
        best = trial.best
        if id_ in found or best is None or not _page_of(best.answer) or not (best.was_sent_on or best.was_led_away):
            continue
        candidates = preflight.candidates.get(best.identity.role)
        if candidates is None or preflight.over():
            continue
        try:
            with opened(candidates) as client:
                again, steps = _behind(trial, best, _Walk(client, writes), preflight)
        except requests.RequestException:
            continue
        if again is not None and again.best is not None:
            path = replace(again.best.path, origin=f"{again.best.path.origin}, behind {', '.join(steps)}")
            found[id_] = replace(again, best=replace(again.best, path=path), repeatable=False)
    return found


def _behind(trial: Trial, best: Try, walk: "_Walk", preflight: Preflight) -> tuple[Trial | None, Sequence[str]]:
    """Return the trial of an operation behind the steps to which it was sent on, and these; None where none help."""
    candidates = replace(preflight.candidates[best.identity.role], client=walk.client)
    answer, tries = best.answer, trial.tries
    for _ in range(_MOST_STEPS):
        if preflight.over() or not walk.taken(answer):
            break
        again = preflight.attempt_as(trial.operation, candidates, _MOST_TRIES, [best.path])
        tries += again.tries
        if again.works:
            return replace(again, tries=tries), walk.done
        answer = again.best.answer if again.best is not None else None
    return None, walk.done


class _Walk:
    """The steps of one session."""

    def __init__(self, client: Client, writes: Sequence[Trial]) -> None:
        self.client = client
        self.done: list[str] = []
        """Ids of operations, in their order."""
        self._begun: list[str] = []
        self._writes = writes
        """What works, and is sent to pages."""

    def taken(self, answer: Answer | None, depth: int = 0) -> bool:
        """Do what works at the page that an answer leads to, behind what that is sent on to; tell whether it was done.

        Raises requests.RequestException when no answer comes.
        """
        page = _page_of(answer)
        step = self._write_at(page) if page and depth < _DEEPEST else None
        if step is None or step.best is None:
            return False
        self._begun.append(step.operation.id)
        sent = step.best
        for _ in range(2):
            got = self.client.send(step.operation.method, sent.path.path, sent.payload, headers=sent.path.headers)
            if not _page_of(got):
                self.done.append(step.operation.id)
                return True
            if not self.taken(got, depth + 1):
                return False
        return False

    def _write_at(self, page: str) -> Trial | None:
        """Return what is sent to a page, else to one below it, and was not begun yet."""
        left = [one for one in self._writes if one.operation.id not in self._begun]
        at = {one.operation.id: one.best.path.path.partition("?")[0] for one in left if one.best is not None}
        below = [
            one
            for one in left
            if (path := at.get(one.operation.id, "")) == page
            or (path.startswith(page) and one.operation.risk is not Risk.DESTRUCTIVE)
        ]
        below.sort(
            key=lambda one: (at[one.operation.id] != page, not _PUTS_IN.search(one.operation.id), one.operation.id)
        )
        return below[0] if below else None


def _page_of(answer: Answer | None) -> str:
    """Return the path that a request was sent on to without its work done, empty where it was not."""
    if answer is None or answer.trace is None or not answer.trace.refusals:
        return ""
    path = answer.location.partition("?")[0]
    return path if path.startswith("/") and path.strip("/") else ""
