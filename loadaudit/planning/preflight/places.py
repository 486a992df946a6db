"""Where in a body the place is that an error names."""

from collections.abc import Mapping, Sequence
from typing import Any


def place_in(place: Sequence[object], document: Any) -> tuple[str | int, ...]:
    """Return where in a document an error's place is, without what it does not have, such as the tag of a union.

    The last part may be missing there. Empty where the place leads nowhere.
    """
    found: list[str | int] = []
    here = document
    for position, part in enumerate(place):
        if isinstance(here, Mapping):
            if part in here or position == len(place) - 1:
                found.append(str(part))
            here = here.get(part, here)
        elif isinstance(here, list):
            number = int(str(part)) if str(part).isdigit() else -1
            if not 0 <= number < len(here):
                return tuple(found)
            found.append(number)
            here = here[number]
        else:
            # What stands behind a plain value is the name of a type.
            break
    return tuple(found)
