"""Work in two processes: what the second one does, and what happens when it cannot."""

import subprocess
import sys
from textwrap import indent

import pytest

# A process of its own for each: a test run has threads, and beside threads there is no second process.
_SCRIPT = """
import os, signal, threading
from loadaudit.inventory import halves

halves.os.sched_getaffinity = lambda _: {{0, 1}}
parent = os.getpid()
answers, met = [], []
pipes = {{True: os.pipe(), False: os.pipe()}}

def meet():
    # Without it one process may have done everything before the other begins.
    is_first = os.getpid() == parent
    if not met:
        met.append(os.write(pipes[not is_first][1], b"."))
        os.read(pipes[is_first][0], 1)

{work}
print(sorted(set(answers)), [one for one, _ in answers] == [*range(100)])
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no child is left")
"""


def _said(work: str) -> list[str]:
    script = _SCRIPT.format(work=work)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=20)
    assert done.stderr == ""
    return done.stdout.splitlines()


def _run(body: str, *, before: str = "pass", least: int = 0) -> list[str]:
    work = f"def work(n):\n{indent(body, '    ')}\n    return n, os.getpid() == parent\n{before}\n"
    return _said(f"{work}answers = halves.in_halves(work, 100, {least})\nprint({{one for _, one in answers}})")


def _said_by(body: str = "pass", **more: object) -> tuple[str, bool, bool]:
    """Return who did the work, whether all of it is there in order, and whether no process is left."""
    who, order, *left = _run(body, **more)  # type: ignore[arg-type]
    return who, order.endswith("True"), left == ["no child is left"]


def test_a_second_process_does_a_part_of_the_work() -> None:
    """Both take part, the answers come in order, and no process is left."""
    assert _said_by("meet()") == ("{False, True}", True, True)


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("pass", {"least": 101}),
        ("pass", {"before": "threading.Thread(target=threading.Event().wait, daemon=True).start()"}),
        ("pass", {"before": "halves.os.sched_getaffinity = lambda _: {0}"}),
        ("meet()\nif os.getpid() != parent: os.kill(os.getpid(), signal.SIGKILL)", {}),
        ("meet()\nif os.getpid() != parent: raise ValueError", {}),
        ("meet()\nif os.getpid() != parent: return lambda: n", {}),
        ("pass", {"before": "def fork(): raise BlockingIOError\nhalves.os.fork = fork"}),
    ],
    ids=["little work", "a thread", "one CPU", "killed", "an error", "no plain data", "no more processes"],
)
def test_one_process_does_what_a_second_one_does_not(body: str, more: dict[str, object]) -> None:
    """Whatever keeps the second one from it, nothing is missing and nothing is printed."""
    assert _said_by(body, **more) == ("{True}", True, True)


def test_an_error_of_the_work_ends_both() -> None:
    """It reaches the caller, and no process is left waiting."""
    before = "def work(n): raise ValueError(n)\ntry:\n    halves.in_halves(work, 100, 0)\nexcept ValueError as error:\n"
    assert _said(f"{before}    print(type(error))") == ["<class 'ValueError'>", "[] False", "no child is left"]
