"""How far another machine's clocks are from this one's, by messages there and back."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Clock:
    """The clocks of one worker, as the quickest message there and back has shown them.

    The offset is theirs − (sent + received) / 2, right to within half of the round trip.
    Source: https://www.rfc-editor.org/rfc/rfc5905 section 8, with one timestamp of the other side for both.
    """

    count: int = 0
    """Messages that have come back."""
    round_trip_ns: int = 0
    monotonic_offset_ns: int = 0
    """Their monotonic clock − ours."""
    wall_offset_ns: int = 0
    """Their wall clock − ours."""

    def add(self, *, sent_ns: int, received_ns: int, wall_ns: int, their_monotonic_ns: int, their_wall_ns: int) -> None:
        """Take one message: `sent_ns` and `received_ns` on our monotonic clock, `wall_ns` ours when it came back."""
        round_trip_ns = received_ns - sent_ns
        self.count += 1
        if self.count > 1 and round_trip_ns >= self.round_trip_ns:
            return
        self.round_trip_ns = round_trip_ns
        self.monotonic_offset_ns = their_monotonic_ns - (sent_ns + received_ns) // 2
        self.wall_offset_ns = their_wall_ns - (wall_ns - round_trip_ns // 2)
