"""Whether the databases of a run have the tables of the project's models."""

from collections.abc import Collection, Iterable

from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connections

from loadaudit.errors import UsageError
from loadaudit.planning.project.watch import unhurried

_NAMES_SHOWN = 3


def migrate_if_empty(aliases: Iterable[str]) -> list[str]:
    """Create the tables in clones of empty databases, as a new project has it; never touches a filled one."""
    messages = []
    for alias in aliases:
        if not connections[alias].introspection.table_names():
            with unhurried():
                call_command("migrate", database=alias, verbosity=0, interactive=False, skip_checks=True)
            messages.append(f"The database {alias!r} is empty, so its clone was migrated.")
    return messages


def check_tables(aliases: Iterable[str], spared: Collection[str] = ()) -> list[str]:
    """Return a note for each database that lacks some tables, or of those `spared` cannot be reached.

    Raises UsageError for one that lacks them all or cannot be read.
    """
    messages = []
    for alias in aliases:
        try:
            expected, existing = _tables(alias)
        except UsageError as error:
            if alias not in spared or not isinstance(error.__cause__, OperationalError):
                raise
            messages.append(f"{' '.join(error.message.split())}; what needs it fails.")
            continue
        missing = sorted(expected - existing)
        if not missing:
            continue
        names = ", ".join(missing[:_NAMES_SHOWN]) + (", …" if len(missing) > _NAMES_SHOWN else "")
        if len(missing) == len(expected):
            raise UsageError(
                f"The database {alias!r} has none of the {len(expected)} tables of the project's models: {names}",
                hint="Create them: python manage.py migrate. Or correct DATABASES, if it is the wrong database.",
            )
        messages.append(f"The database {alias!r} lacks {len(missing)} tables of the project's models: {names}")
    return messages


def _tables(alias: str) -> tuple[set[str], set[str]]:
    """Return the tables that the models want there, and those that are there. Raises UsageError without an answer."""
    introspection = connections[alias].introspection
    try:
        return set(introspection.django_table_names()), set(introspection.table_names(include_views=True))
    except DatabaseError as error:
        raise UsageError(
            f"The tables of the database {alias!r} cannot be read: {str(error).strip()}",
            hint="Check DATABASES and whether its server runs.",
        ) from error
