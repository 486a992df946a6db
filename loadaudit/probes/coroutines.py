"""The CPU of coroutines, which share a thread: taken of each of their steps between two moments of waiting."""

from collections.abc import Awaitable, Generator
from time import thread_time_ns
from typing import Any, Generic, TypeVar

from loadaudit.probes.recorder import Recorder

T = TypeVar("T")


class timed(Generic[T]):
    """Awaits something for a request, and adds the CPU of its steps to the request's.

    What runs inside a step of the same request is part of that step. Tasks that it starts have steps of their own,
    which nobody takes: the request waits for them.
    """

    __slots__ = ("_awaitable", "_recorder", "within")

    def __init__(self, recorder: Recorder, awaitable: Awaitable[T], within: Any = None) -> None:
        self._recorder = recorder
        self._awaitable = awaitable
        self.within = awaitable if within is None else within
        """The coroutine or asynchronous generator that is awaited, whose frames can be looked at."""

    def __await__(self) -> Generator[Any, Any, T]:
        recorder, steps = self._recorder, self._awaitable.__await__()
        value: Any = None
        error: BaseException | None = None
        # As `yield from`, with a clock around each step.
        while True:
            is_outermost = not recorder.stepping
            recorder.stepping = True
            begin_ns = thread_time_ns()
            try:
                if error is not None:
                    yielded = steps.throw(error)
                else:
                    yielded = next(steps) if value is None else steps.send(value)
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]
            finally:
                if is_outermost:
                    recorder.carried_cpu_ns += thread_time_ns() - begin_ns
                    recorder.stepping = False
            value = error = None
            try:
                value = yield yielded
            except GeneratorExit:
                steps.close()
                raise
            except BaseException as thrown:
                error = thrown
