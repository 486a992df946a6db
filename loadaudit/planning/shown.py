"""Addresses of the rows that views of dates show, where nothing but a date stands in them."""

from datetime import date

from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.dates import dates_shown
from loadaudit.planning.rows import DATE_PARTS
from loadaudit.planning.values import NoValue, checked, guessed_paths
from loadaudit.records import Identity, Operation, PlannedPath


def paths_of_dates(operation: Operation, identity: Identity, index: RouteIndex, day: date) -> tuple[PlannedPath, ...]:
    """Return addresses with dates of rows that Django's view of a year, a month or a day shows."""
    names = [one.name for one in operation.parameters]
    somewhere = guessed_paths(operation, identity, index, day) if names and DATE_PARTS.issuperset(names) else ()
    try:
        pool = [(one, "date of a row that its view shows") for one in dates_shown(somewhere[0].path, names)]
    except Exception:  # there is no address, or a manager, which is the project's own code, has raised
        return ()
    found = checked(operation, pool, index) if pool else ()
    return () if isinstance(found, NoValue) else found
