"""Writes docs/commands.md and the JSON schemas from the code itself: `python scripts/make_reference.py`."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "commands.md"

_COMMON = frozenset(
    {"--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color", "--force-color", "--skip-checks"}
)
"""Django's own options, which every command takes."""

_HEAD = """# Commands

One command with subcommands: `manage.py loadaudit SUBCOMMAND`. Data goes to standard output, progress to standard
error. Django's own options (`-v 0` to `-v 3`, `--settings`, `--pythonpath`, `--traceback`, `--no-color`,
`--force-color`, `--skip-checks`) are taken before and after the subcommand; `NO_COLOR` is obeyed. A RUN is a label,
an id or a file; left out, it is the latest.

Exit codes: 0 passed, 1 a limit was not kept, 2 bad usage, configuration or input, 3 refused as unsafe, 4 aborted; what
was recorded is kept.

This page is written by `scripts/make_reference.py` from the commands themselves.
"""


def main() -> None:
    """Write the page and the schemas."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.demo.settings")
    django.setup()
    REFERENCE.write_text(reference(), encoding="utf-8")
    from loadaudit.reporting.json_schema.files import SCHEMAS, schema_file

    for name, schema in SCHEMAS.items():
        text = json.dumps(schema(), indent=1, ensure_ascii=False)
        schema_file(name).write_text(f"{text}\n", encoding="utf-8")
    for path in (REFERENCE, *map(schema_file, SCHEMAS)):
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")


def reference() -> str:
    """Return the page."""
    from loadaudit.management.commands.loadaudit import Command

    parser = Command().create_parser("manage.py", "loadaudit")
    subparsers = next(one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    return _HEAD + "".join(_section(name, one) for name, one in subparsers.choices.items())


def _section(name: str, parser: argparse.ArgumentParser) -> str:
    rows = "".join(f"| {left} | {right} |\n" for left, right in _rows(parser))
    return f"\n## {name}\n\n{parser.description}\n\n| argument | meaning |\n|---|---|\n{rows}"


def _rows(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    for action in parser._actions:
        if _COMMON & set(action.option_strings) or isinstance(action, argparse._HelpAction):
            continue
        values = "|".join(map(str, action.choices)) if action.choices else str(action.metavar or "")
        takes = f" {values}" if values and action.nargs != 0 and action.option_strings else ""
        names = ", ".join(f"`{name}{takes}`" for name in action.option_strings) or f"`{values}`"
        text = (action.help or "") % {"default": action.default, "prog": parser.prog}
        yield names.replace("|", "\\|"), text.replace("|", "\\|")


if __name__ == "__main__":
    main()
