"""What is found out and done before a plan is made, so that the users of a run get into the project."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from loadaudit.audit.asked_of_all import with_headers_of_all
from loadaudit.audit.attributed import with_attributes
from loadaudit.audit.gates import past_gates
from loadaudit.audit.hosts import at_its_host
from loadaudit.audit.keyed import with_keys
from loadaudit.audit.logins import Logins, without_hopeless
from loadaudit.audit.modes import in_modes
from loadaudit.audit.own_accounts import with_accounts
from loadaudit.audit.places import Place
from loadaudit.conf import Config
from loadaudit.planning.project.contained import contained
from loadaudit.records import Inventory

_Step = Callable[[Place], Place]

_BROKEN = "Not all was found out that may let users into the project"


def entered(place: Place, inventory: Inventory, config: Config) -> Place:
    """Return the place at the project's host, with the users that views ask for, past gates, with accounts and keys."""
    asked = replace(inventory, operations=tuple(Logins(place=place, inventory=inventory, config=config).askable))
    before: tuple[_Step, ...] = (lambda here: with_headers_of_all(here, asked), lambda here: at_its_host(here, asked))
    for step in before:
        place = _stepped(place, partial(step, place))
    for find in (with_attributes, without_hopeless, past_gates, in_modes, with_accounts, with_keys):
        place = _stepped(place, partial(find, Logins(place=place, inventory=inventory, config=config)))
    return place


def _stepped(place: Place, step: Callable[[], Place]) -> Place:
    """Return the place behind a step, or as it was before one that broke, which the run then says."""
    notes: list[str] = []
    place = contained(step, place, _BROKEN, notes)
    return replace(place, messages=(*place.messages, *notes)) if notes else place
