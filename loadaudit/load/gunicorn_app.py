"""The process of the embedded server: gunicorn with the run's own options and nobody else's."""

import json
import signal
import sys
from pathlib import Path
from typing import Any

from gunicorn.app.base import Application

from loadaudit.load.guardian import end_with_guardian


class EmbeddedApplication(Application):
    """Runs a WSGI callable named by a dotted string.

    A gunicorn.conf.py in the working directory and GUNICORN_CMD_ARGS are not read: they may say max_requests or
    a bind address of their own. A configuration is loaded only when the run names it.
    """

    def __init__(self, application: str, options: dict[str, Any], config_file: str) -> None:
        self._application = application
        self._options = options
        self._config_file = config_file
        super().__init__()

    def init(self, parser: Any, opts: Any, args: Any) -> None:
        """Take nothing from a command line."""

    def load_config(self) -> None:
        """Apply the named configuration first and the options of the run over it, where this gunicorn knows them."""
        if self._config_file:
            self.load_config_from_file(self._config_file)
        for key, value in self._options.items():
            if key in self.cfg.settings:
                self.cfg.set(key, value)

    def load(self) -> Any:
        """Return the WSGI callable."""
        module_name, _, attribute = self._application.partition(":")
        __import__(module_name)
        return getattr(sys.modules[module_name], attribute)


def main() -> None:
    """Serve as the JSON file named on the command line says."""
    # gunicorn ends its workers at SIGQUIT, without waiting for requests.
    end_with_guardian(signal.SIGQUIT)
    document = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.argv = ["gunicorn"]
    EmbeddedApplication(document["application"], document["options"], document["config_file"]).run()


if __name__ == "__main__":
    main()
