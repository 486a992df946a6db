"""Settings and variables of the environment that an exception says are not there."""

import re

from loadaudit.records import ServerException

_NAME = r"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"
_NO_SETTING = re.compile(
    r"'\w*Settings' object has no attribute '([A-Z][A-Z0-9_]+)'"
    rf"|\b{_NAME}['\"`]? (?:(?:is|was) )?(?:not|must be|missing|has to be|needs to be)\b[^.]{{0,20}}\bsettings\b"
    rf"|\b(?:the|your) {_NAME} setting (?:must|is|was|has to|needs to|should)\b",
    re.IGNORECASE,
)
_NO_VARIABLE = re.compile(
    rf"\bset the {_NAME} environment variable\b|\b{_NAME} not found\. declare it as envvar"
    rf"|\benvironment variable ['\"`]?{_NAME}['\"`]? (?:is|was|must|not|has to|needs to)\b"
    rf"|\b{_NAME} (?:environment variable|env(?:ironment)? var) (?:is|was|must|not|has to|needs to)\b",
    re.IGNORECASE,
)
"""As django-environ, python-decouple and people write it."""

_KEY = re.compile(rf"'{_NAME}'")
_ENVIRONMENT = re.compile(r'File "<frozen os>", line \d+, in __getitem__|[/\\]os\.py", line \d+, in __getitem__')
"""The frame of a traceback that looked a key up in `os.environ`."""


def setting_lacked(exception: ServerException) -> str:
    """Return the setting that an exception says is missing or empty; empty where it says so of none."""
    found = _NO_SETTING.search(exception.message)
    name = next(filter(None, found.groups()), "") if found is not None else ""
    return name if name.isupper() else ""


def variable_lacked(exception: ServerException) -> str:
    """Return the variable of the environment that an exception says is not there; empty where it says so of none."""
    found = _NO_VARIABLE.search(exception.message)
    name = next(filter(None, found.groups()), "") if found is not None else ""
    if not name and exception.type == "KeyError" and _ENVIRONMENT.search(exception.traceback):
        key = _KEY.fullmatch(exception.message)
        name = key[1] if key is not None else ""
    return name if name.isupper() else ""
