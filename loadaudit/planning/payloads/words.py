"""Names of keys as APIs for scripts write them → as Python does."""

import re

_BORDER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def in_snake_case(name: str) -> str:
    """Return `project_id` for `projectId`; a name that is no camel case stays."""
    return _BORDER.sub("_", name).lower() if _BORDER.search(name) else name
