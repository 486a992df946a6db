"""Adds users whom the project's own tests of its users let in, where none of the run's is so."""

from dataclasses import replace
from datetime import date

from django.db import connections

from loadaudit.audit.logins import Logins
from loadaudit.audit.places import Place
from loadaudit.planning.attributed import MOST, credential_with, lacked, verified_credential
from loadaudit.planning.logins.server_side import refusal


def with_attributes(logins: Logins) -> Place:
    """Return the place with a new user for each thing that operations ask of theirs and nobody has.

    Only on a clone, and where the settings name no users. Whether they can log in is proven later, as of any other.
    """
    place = logins.place
    if place.prepare is None or logins.config.users or not place.credentials:
        return place
    try:
        with place.prepare():
            asked = lacked(logins.inventory.operations, place.credentials)
        made = [
            one
            for number, text in enumerate(asked[:MOST])
            if (one := credential_with(text, number, place.prepare, date.today())) is not None
        ]
        # No password shows a second factor: the session has to be made.
        if place.sessions is not None and not refusal() and (verified := verified_credential(place.prepare)):
            made.append(verified)
    finally:
        connections.close_all()
    known = {one.identity.role for one in place.credentials}
    added = {one.identity.role: one for one in made if one.identity.role not in known}
    if not added:
        return place
    note = f"Users of whom something is true that views ask for were made on the clone: {', '.join(added)}."
    return replace(place, credentials=(*place.credentials, *added.values()), messages=(*place.messages, note))
