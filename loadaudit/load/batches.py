"""The lines in which a load worker hands samples and traces over: rows without names, because there are many."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from loadaudit.records import Lane, Sample, Trace
from loadaudit.runfile.codec import from_plain, to_plain

_LANES = {lane.value: lane for lane in Lane}
_LANE_AT = Sample._fields.index("lane")


def encode_batch(samples: Sequence[Sample], traces: Sequence[Trace]) -> str:
    """Return one line without its end."""
    return json.dumps({"samples": samples, "traces": to_plain(traces)}, separators=(",", ":"))


def samples_of(document: Mapping[str, Any]) -> tuple[Sample, ...]:
    """Return the samples of a line that `encode_batch` made and JSON has read."""
    rows = document["samples"]
    for row in rows:
        row[_LANE_AT] = _LANES[row[_LANE_AT]]
    return tuple(map(Sample._make, rows))


def traces_of(document: Mapping[str, Any]) -> tuple[Trace, ...]:
    """Return the traces of a line that `encode_batch` made and JSON has read."""
    return tuple(from_plain(Trace, entry) for entry in document["traces"])
