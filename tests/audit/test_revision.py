"""Which revision of the project a run was made with."""

import subprocess
from pathlib import Path

from django.test import override_settings

from loadaudit.audit.revision import revision_facts


def git(folder: Path, *arguments: str) -> None:
    """Run git as somebody."""
    somebody = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(folder), *somebody, *arguments], check=True, capture_output=True)


def test_a_repository(tmp_path: Path) -> None:
    """The commit, and whether files differ from it."""
    git(tmp_path, "init", "-q")
    (tmp_path / "code.py").write_text("1")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    with override_settings(BASE_DIR=tmp_path):
        clean = revision_facts()["revision"]
        (tmp_path / "code.py").write_text("2")
        changed = revision_facts()
    assert len(clean) == 12
    assert changed == {"revision": f"{clean}, with changes"}


def test_no_repository(tmp_path: Path) -> None:
    """There is nothing to say, and nothing is said."""
    with override_settings(BASE_DIR=tmp_path):
        assert revision_facts() == {}
