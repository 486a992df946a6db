"""Sends the headers that a project's own middleware asks of every request, where no view answers without them."""

from contextlib import suppress
from dataclasses import replace

from django.db import connections

from loadaudit.audit.hosts import answers_of, is_of_the_project, pages_of
from loadaudit.audit.places import Place
from loadaudit.planning.asked_of_all import headers_of_middleware, lines_for
from loadaudit.planning.control import Answer
from loadaudit.planning.identities import main_identity
from loadaudit.records import Inventory


def with_headers_of_all(place: Place, inventory: Inventory) -> Place:
    """Return the place with the header lines with which most views answer, where few do without.

    Only on a clone: their values are those of rows.
    """
    asked = headers_of_middleware() if place.prepare is not None and not place.target.lines else {}
    paths = pages_of(inventory) if asked else ()
    answers = answers_of(place, paths) if paths else []
    known = sum(map(is_of_the_project, answers))
    refused = [one for one in answers if _is_turned_away(one)]
    if not refused or 2 * known > len(answers) or place.prepare is None:
        return place
    identity = main_identity([one.identity for one in place.credentials])
    try:
        with place.prepare(), suppress(Exception):  # managers are the project's own code
            for lines in list(lines_for(asked, identity, refused[0].trace)):
                there = replace(place, target=replace(place.target, lines=lines))
                if sum(map(is_of_the_project, answers_of(there, paths))) > known:
                    names = ", ".join(line.partition(":")[0] for line in lines)
                    note = f"Every request carries {names}, for which a middleware asks: no view answers without."
                    return replace(there, messages=(*place.messages, note))
    finally:
        connections.close_all()
    return place


def _is_turned_away(answer: Answer) -> bool:
    return answer.status >= 400 and answer.trace is not None and not answer.trace.view_ran
