"""What is found out and done before a plan is made, so that the users of a run get into the project."""

from dataclasses import replace

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
from loadaudit.records import Inventory


def entered(place: Place, inventory: Inventory, config: Config) -> Place:
    """Return the place at the project's host, with the users that views ask for, past gates, with accounts and keys."""
    asked = replace(inventory, operations=tuple(Logins(place=place, inventory=inventory, config=config).askable))
    place = at_its_host(with_headers_of_all(place, asked), asked)
    for step in (with_attributes, without_hopeless, past_gates, in_modes, with_accounts, with_keys):
        place = step(Logins(place=place, inventory=inventory, config=config))
    return place
