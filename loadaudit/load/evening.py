"""Which operations of a round are sent again, so that each category gets the same time of a virtual user. Pure."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence

from loadaudit.records import PlannedRequest

MOST_WEIGHT = 10
"""However much more often an operation is sent than another in a round: the others have to get their turn."""


class Evening:
    """The time that the categories of one virtual user have taken, and whose turn it is to take more.

    How long a request takes is known only while the load goes on, and changes with it. Only one thread may use it.
    """

    def __init__(self, positions: Sequence[int], requests: Sequence[PlannedRequest], room: float) -> None:
        self._requests = requests
        self._members: dict[str, list[int]] = {}
        for one in positions:
            if requests[one].evened_in:
                self._members.setdefault(requests[one].evened_in, []).append(one)
        self._room = room if len(self._members) > 1 else 0.0
        self._spent_s = dict.fromkeys(self._members, 0.0)
        self._sent = Counter[str]()
        self._round_s = 0.0

    def took(self, position: int, time_s: float) -> None:
        """Note how long a request of a position has taken, with the pause behind it.

        Also of one that was not sent, as no place was free: the virtual user has spent its time waiting, and what is
        not counted would be tried again and again.
        """
        self._round_s += time_s
        category = self._requests[position].evened_in
        if category:
            self._spent_s[category] += time_s
            self._sent[category] += 1

    def begin(self) -> None:
        """Begin a round."""
        self._round_s = 0.0

    def further(self, chance: random.Random) -> Iterator[int]:
        """Yield what is sent again in this round, each when the time of the one before is known.

        That is of the category that is behind, until one request more would take it past all others, or the time for
        this is used up: a share of that which the round has taken so far.
        """
        left_s = self._room * self._round_s
        turns = {category: self._turns(members, chance) for category, members in self._members.items()}
        while turns:
            category = min(turns, key=lambda one: self._spent_s[one])
            before_s = self._spent_s[category]
            usual_s = before_s / self._sent[category] if self._sent[category] else 0.0
            fits = usual_s <= left_s and before_s + usual_s <= max(self._spent_s.values())
            position = next(turns[category], None) if fits else None
            if position is None:
                del turns[category]
                continue
            yield position
            left_s -= self._spent_s[category] - before_s

    @staticmethod
    def _turns(members: Sequence[int], chance: random.Random) -> Iterator[int]:
        """Yield the operations of a category in turn, in another order each time."""
        once = list(members)
        for _ in range(MOST_WEIGHT - 1):
            chance.shuffle(once)
            yield from once
