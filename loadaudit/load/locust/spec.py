"""What a Locust process has to know to be audited: the target, how requests are marked, where samples go."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from loadaudit.load.job import Target
from loadaudit.runfile.codec import from_plain, to_plain

ENVIRONMENT = "LOADAUDIT_LOCUST_SPEC"
"""Names the file that holds the specification."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One audited Locust run."""

    target: Target
    token: str = field(repr=False)
    """Empty: the target's probe is not asked, and nothing can be proven."""
    tag: str
    epoch_ns: int
    """Monotonic clock at the start of the load."""
    folder: str
    """Where each process writes its samples."""
    writes: bool
    """Whether what changes data may be sent."""
    allowed: tuple[str, ...] = ()
    """Other hosts that may be reached, as an operator names them."""
    users: int | None = None
    """What the operator asked for; None: as Locust's own options say."""
    duration_s: float | None = None
    default_users: int = 10
    default_duration_s: float = 60.0
    """Where neither the operator nor Locust's own options say any."""


def write_spec(spec: Spec, path: Path) -> Mapping[str, str]:
    """Write the specification, which holds a token, for the owner alone; return the environment that names it."""
    with open(path, "x", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
        json.dump(to_plain(spec), stream)
    return {ENVIRONMENT: str(path)}


def read_spec() -> Spec | None:
    """Return the specification that the environment names, or None when there is none."""
    name = os.environ.get(ENVIRONMENT)
    return from_plain(Spec, json.loads(Path(name).read_text(encoding="utf-8"))) if name else None
