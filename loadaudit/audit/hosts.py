"""Finds the host for which a project answers, where it does not for that of its settings: tenants have their own."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain, islice
from urllib.parse import urlsplit

import requests
from django.db import connections

from loadaudit.audit.places import Place
from loadaudit.planning.control import LOOK_S, Answer
from loadaudit.planning.logins.pages import from_all_parts, open_pages
from loadaudit.planning.other_hosts import is_allowed, other_hosts
from loadaudit.planning.values import fill
from loadaudit.records import Inventory

_VU = 60_990
"""Number of a virtual user that no load has, for a source address of its own."""

_PAGES = 6
_MOST_HOSTS = 12
_SLOW = Answer(status=0, text="", location="", trace=None)
"""In place of what a page has not answered in time: only a view takes so long."""


def at_its_host(place: Place, inventory: Inventory, pages: Sequence[str] | None = None) -> Place:
    """Return the place with the host for which most views answer, where few do for the one of the settings.

    Only for the embedded server: it is called by a name in a header alone, and nothing is sent to the host itself.
    `pages` are what is asked for, else a few from all parts of the project.
    """
    paths = pages_of(inventory) if pages is None else pages
    if (place.server is None and place.adapter_for is None) or not paths:
        return place
    host = urlsplit(place.target.base_url).netloc
    answers = answers_of(place, paths)
    known = sum(map(is_of_the_project, answers))
    if 2 * known > len(answers) or not answers:
        return place
    led_to = [urlsplit(one.location).netloc for one in answers if urlsplit(one.location).netloc]
    try:
        found = {}
        for other in islice(chain(filter(is_allowed, led_to), _others(place, host)), _MOST_HOSTS):
            there = replace(place, target=replace(place.target, base_url=f"http://{other}"))
            found[other] = sum(map(is_of_the_project, answers_of(there, paths)))
            if 2 * found[other] > len(paths):
                break
    finally:
        connections.close_all()
    best = max(found, key=lambda one: found[one], default="")
    if not best or found[best] <= known:
        return place
    refused = next(one for one in answers if not is_of_the_project(one))
    few = f"only {known} of {len(answers)} views" if known else "no view"
    note = f"Requests are sent for the host {best}: for {host} {few} answered ({_said(refused)})."
    facts = {**place.facts, "presented as": f"{'https' if place.target.present_https else 'http'}://{best}"}
    target = replace(place.target, base_url=f"http://{best}")
    return replace(place, target=target, facts=facts, messages=(*place.messages, note))


def pages_of(inventory: Inventory) -> Sequence[str]:
    """Return a few pages from all parts of the project."""
    pages = [one.path for one in open_pages(inventory.operations, sparing=True)]
    if not pages:
        pages = [fill(one.route, {}) for one in inventory.operations if not one.parameters]
    return from_all_parts(list(dict.fromkeys(pages)), _PAGES)


def _others(place: Place, host: str) -> Sequence[str]:
    if place.prepare is None:
        return list(islice(other_hosts(host), _MOST_HOSTS))
    with place.prepare():
        return list(islice(other_hosts(host), _MOST_HOSTS))


def answers_of(place: Place, paths: Sequence[str]) -> list[Answer]:
    """Return what pages answer, until more than half of them come from the project: the host is right then."""
    client = place.client(_VU)
    answers: list[Answer] = []
    try:
        with suppress(requests.RequestException):
            for path in paths:
                try:
                    answers.append(client.get(path, timeout_s=LOOK_S))
                except requests.Timeout:
                    answers.append(_SLOW)
                if 2 * sum(map(is_of_the_project, answers)) > len(paths):
                    break
        return answers
    finally:
        client.close()


def is_of_the_project(answer: Answer) -> bool:
    """Whether an answer comes from a view, or from what stands before views and lets in who logs in."""
    if answer.trace is None or answer.trace.view_ran:
        return True
    return answer.status < 400 and not urlsplit(answer.location).netloc


def _said(answer: Answer) -> str:
    exception = answer.trace.exception if answer.trace is not None else None
    if exception is not None:
        return f"{answer.status}: {exception.type}: {exception.message}"
    return f"{answer.status}, leads to {answer.location}" if answer.location else str(answer.status)
