"""`python -m loadaudit report|diff|check|compare|runs|import`: run files where there is no Django project."""

import os
import sys
from pathlib import Path

from django.apps import apps
from django.conf import settings

from loadaudit.management.commands.loadaudit import OF_RUN_FILES, Command

RUNS_DIR = "LOADAUDIT_RUNS_DIR"
"""Environment variable with the folder of run files; default: `loadaudit-runs` here."""


class RunFilesCommand(Command):
    """Dispatches to the subcommands that need no project."""

    help = __doc__ or ""
    subcommands = OF_RUN_FILES


def main() -> None:
    """Read the command line, with settings of its own: those of a project near by are left alone."""
    # Without a project there is nothing that a settings module could add but a failure to import it.
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    runs_dir = os.environ.get(RUNS_DIR, "loadaudit-runs")
    settings.configure(USE_TZ=True, LOADAUDIT={"RUNS_DIR": str(Path(runs_dir))})
    # All that texts and checks want of `django.setup`, which would import URLs, forms and models as well.
    apps.populate(())
    RunFilesCommand().run_from_argv(["python -m", "loadaudit", *sys.argv[1:]])


if __name__ == "__main__":
    main()
