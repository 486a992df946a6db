"""Texts can be taken out for translators, and come back in their language."""

import os
import shutil
import subprocess
import sys
from gettext import GNUTranslations
from pathlib import Path

import pytest

import loadaudit

PARTS = ("reporting/finding_words", "templates/loadaudit")
"""Enough to show that Python and templates are read; style says that each text is one literal."""


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="GNU gettext is not installed")
def test_texts_are_found_by_makemessages(tmp_path: Path) -> None:
    """Those of findings and of templates; the catalogue compiles."""
    root = Path(loadaudit.__file__).parent
    for part in PARTS:
        shutil.copytree(root / part, tmp_path / part)
    (tmp_path / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "-l", "de", "-v0"]
    # Of the texts alone, as a translator does it: without the settings of a project.
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, timeout=60)
    catalogue = tmp_path / "locale" / "de" / "LC_MESSAGES" / "django.po"
    written = catalogue.read_text().replace(
        'msgid "Sessions wait for a lock"\nmsgstr ""', 'msgid "Sessions wait for a lock"\nmsgstr "Sitzungen warten"'
    )
    catalogue.write_text(written)
    compiled = catalogue.with_suffix(".mo")
    subprocess.run(["msgfmt", "--check-format", "-o", str(compiled), str(catalogue)], check=True, timeout=60)
    with compiled.open("rb") as file:
        assert GNUTranslations(file).gettext("Sessions wait for a lock") == "Sitzungen warten"
    assert "templates/loadaudit/" in written
