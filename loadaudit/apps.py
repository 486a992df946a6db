"""Django app configuration of loadaudit."""

from django.apps import AppConfig


class LoadauditConfig(AppConfig):
    """Registers the system checks; installs nothing into the running project."""

    name = "loadaudit"
    verbose_name = "loadaudit"
    default = True

    def ready(self) -> None:
        """Import the checks so that they register themselves."""
        from loadaudit import checks  # noqa: F401
