"""The content of a database in use, copied into its clone with pg_dump and psql."""

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadaudit.errors import UnsafeError
from loadaudit.planning.clones import children
from loadaudit.planning.clones.admin import Admin

LOCK_WAIT_S = 20
"""How long a table of the source may be locked by somebody else."""

_VERSION = re.compile(r"(\d+)(?:\.\d+)*")
_TEXT_SHOWN = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """PostgreSQL's client programs."""

    pg_dump: Path
    psql: Path


def find_programs(server_version: int) -> Programs | None:
    """Return pg_dump and psql of the search path when they are new enough for the server: pg_dump must not be older.

    Source: https://www.postgresql.org/docs/current/app-pgdump.html, Notes.
    """
    found = [shutil.which(name) for name in ("pg_dump", "psql")]
    if not all(found):
        return None
    pg_dump, psql = (Path(str(one)) for one in found)
    if min(_version(pg_dump), _version(psql)) < server_version:
        return None
    return Programs(pg_dump=pg_dump, psql=psql)


def dump_into(admin: Admin, clone: str, programs: Programs) -> None:
    """Fill the clone with what the source holds. Raises UnsafeError with what the programs said when they fail."""
    environment = _environment(admin.parameters)
    dump_options = ["--no-password", "--no-comments", "--dbname", admin.source]
    # A migration under way may hold its tables for hours, and the run would wait without a word.
    dump_options += [f"--lock-wait-timeout={LOCK_WAIT_S}s"]
    if not admin.value("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        # Only a superuser may give tables to other roles; for the others all of it belongs to the one who cloned.
        dump_options += ["--no-owner", "--no-privileges"]
    with tempfile.TemporaryFile() as said:
        dump = children.start(
            [str(programs.pg_dump), *dump_options], environment=environment, stdout=subprocess.PIPE, stderr=said
        )
        load = children.start(
            [str(programs.psql), "-X", "-q", "-w", "-v", "ON_ERROR_STOP=1", "--dbname", clone],
            environment=environment,
            stdin=dump.stdout,
            stderr=said,
        )
        try:
            if dump.stdout is not None:
                # Only psql holds the reading end now, so that pg_dump ends when psql does.
                dump.stdout.close()
            failed = [code for code in (load.wait(), dump.wait()) if code]
        finally:
            children.end(load)
            children.end(dump)
        if failed:
            said.seek(0)
            text = said.read().decode(errors="replace").strip()[-_TEXT_SHOWN:]
            raise UnsafeError(
                f"The database {admin.source!r} is in use, and copying it with pg_dump failed: {text}",
                hint=(
                    "Stop the services that use it, or wait until they have let go of its tables; give "
                    "LOADAUDIT['CLONE_ADMIN'] a superuser; or use --no-isolate."
                ),
            )


def _version(program: Path) -> int:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = _VERSION.search(done.stdout)
    return int(found[1]) if found else 0


def _environment(parameters: dict[str, Any]) -> dict[str, str]:
    """Return libpq's variables for connection parameters: a command line would show the password to everybody."""
    names = {"service": "PGSERVICE", "passfile": "PGPASSFILE"}
    return {names.get(key, f"PG{key.upper()}"): str(value) for key, value in parameters.items() if value}
