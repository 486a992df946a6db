"""Which revision of the project's code a run was made with, where a git repository says."""

import subprocess
from pathlib import Path

from django.conf import settings

_TIMEOUT_S = 5.0


def revision_facts() -> dict[str, str]:
    """Return the fact `revision`: the commit, and whether files differ from it; none without a repository or git."""
    folder = Path(getattr(settings, "BASE_DIR", None) or Path.cwd())
    commit = _git(folder, "rev-parse", "--short=12", "HEAD")
    if not commit:
        return {}
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return {"revision": f"{commit}, with changes" if changed else commit}


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            # A lock for the index would be left in the project's repository if this is killed.
            ["git", "--no-optional-locks", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
