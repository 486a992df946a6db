"""Files of the project as a reader knows them: without the folder that they all lie in on one machine."""

import os
import re
from collections.abc import Callable, Iterable
from pathlib import PurePath

_INSTALLED = re.compile(r".*(?:site|dist)-packages[/\\]")


def shortener(files: Iterable[str]) -> Callable[[str], str]:
    """Return what makes a path of `files` short: of an installed package from the package on, else from the project."""
    own = {str(PurePath(one).parent) for one in files if one and not _INSTALLED.match(one)}
    absolute = {one for one in own if PurePath(one).is_absolute()}
    root = os.path.commonpath(absolute) if absolute else ""

    def short(file: str) -> str:
        installed = _INSTALLED.match(file)
        if installed:
            return file[installed.end() :]
        inside = root and file.startswith(root.rstrip(os.sep) + os.sep)
        return file[len(root.rstrip(os.sep)) + 1 :] if inside else file

    return short
