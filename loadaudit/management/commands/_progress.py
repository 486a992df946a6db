"""Shows the progress of a command that takes a while."""

from loadaudit.management.commands._shared import Context
from loadaudit.reporting.progress import LiveProgress, PlainProgress, Progress


def progress(context: Context) -> Progress:
    """Return what shows the progress of a run: live on a terminal, else line by line."""
    if context.progress_on_terminal:
        return LiveProgress(context.live_console(), verbosity=context.verbosity)
    return PlainProgress(context.say, verbosity=context.verbosity)
