"""Where links of accounts lead to: a write goes to the page behind one, whose key a session may keep."""

from collections.abc import Callable, Iterable, Iterator

from loadaudit.planning.control import Answer
from loadaudit.records import PlannedPath


def led_to(
    links: Iterable[tuple[str, str]], page: Callable[[str], Answer | None], is_of_route: Callable[[str], bool]
) -> Iterator[PlannedPath]:
    """Yield addresses for links and their origins: of a link that leads on to the same route, where it leads to.

    One that has led on has left its key in the session, where the next would leave its own: the others are not opened.
    What a page refuses by its form comes last.
    """
    refused, has_led = list[PlannedPath](), False
    for path, origin in links:
        answer = None if has_led else page(path)
        target = answer.location if answer is not None else ""
        leads = bool(target) and is_of_route(target.partition("?")[0])
        has_led |= leads
        found = PlannedPath(path=target if leads else path, origin=origin)
        if answer is not None and answer.trace is not None and answer.trace.refusals:
            refused.append(found)
        else:
            yield found
    yield from refused
