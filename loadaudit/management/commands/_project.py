"""loadaudit's configuration in a project that answers: its URLconf is read and its system checks are run."""

from django.core import checks
from django.core.management.base import SystemCheckError

from loadaudit.conf import Config, read_config
from loadaudit.errors import UsageError, named
from loadaudit.inventory.urlconf.opening import opened, walk_or_explain
from loadaudit.management.commands._shared import Context


def checked_config(context: Context) -> Config:
    """Check the project as `manage.py check` does and return loadaudit's configuration.

    Raises UsageError with the cause when the URLconf cannot be imported or a check fails.
    """
    config = read_config()
    # Before the checks, which would let the exception of a broken URLconf through as a traceback.
    walk_or_explain(None)
    if not context.skip_checks:
        _check(context)
    return config


def config_around_holes(context: Context) -> Config:
    """Return the configuration for a command that only reads: the project's own failing checks are only said.

    Includes that cannot be imported are left out of the checks.
    Raises UsageError when a check of loadaudit's own fails.
    """
    config = read_config()
    with opened(None):
        if not context.skip_checks:
            try:
                _check(context)
            except UsageError as error:
                if "(loadaudit.E" in str(error):
                    raise
                context.say(f"{error}\nThis command only reads the project and goes on.")
    return config


def _check(context: Context) -> None:
    try:
        # Without databases: from Django 6 on checks of models connect, and what a connection does to the project's
        # own database (a journal mode, say) is the project's to decide.
        context.command.check(fail_level=checks.ERROR, databases=[])
    except SystemCheckError as error:
        raise UsageError(
            f"The project's system checks fail. {str(error).strip()}",
            hint="Correct them as they say (python manage.py check), or leave them out with --skip-checks.",
        ) from error
    except UsageError:
        raise
    except Exception as error:
        # A check is the project's own code: one may ask a database that was not migrated yet.
        raise UsageError(
            f"The project's system checks stop with {named(error)}",
            hint="See python manage.py check for the place, or leave the checks out with --skip-checks.",
        ) from error
