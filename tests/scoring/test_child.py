"""Processes at the end of a pipe of their own: what they make, and that nobody waits for a dead one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from social_listener.scoring.child import Child, ChildDied, Children


@pytest.fixture
def child() -> Child:
    """Return a child that is closed by the test that asks for it, or by the end of its pipes."""
    return Child()


def own_children() -> list[psutil.Process]:
    """Return the children that score."""
    return [one for one in psutil.Process().children() if "scoring.child" in " ".join(one.cmdline())]


def test_a_child_makes_what_is_asked(child: Child) -> None:
    """Answers come back whole and in turn, whatever their size; what prints does not come between them."""
    assert child.ask(abs, -3) == 3
    assert len(child.ask(bytes, 5_000_000)) == 5_000_000
    assert child.ask(print, "this must not spoil the answers") is None
    assert child.ask(abs, -4) == 4
    child.close()


def test_what_the_work_raises_is_raised_here(child: Child) -> None:
    """A fault of the work is no fault of the child, which goes on."""
    with pytest.raises(ValueError, match="invalid literal"):
        child.ask(int, "no number")
    assert child.ask(int, "7") == 7
    child.close()


def test_a_child_killed_in_the_middle_of_an_answer_is_not_waited_for(child: Child) -> None:
    """Half an answer is none: whoever asked is told at once."""
    (process,) = own_children()
    killer = threading.Timer(0.3, process.kill)
    killer.start()
    with pytest.raises(ChildDied):
        list(iter(lambda: child.ask(bytes, 50_000_000), b""))  # until it dies
    killer.join()
    with pytest.raises(ChildDied):
        child.ask(abs, -3)
    child.close()


def test_children_answer_side_by_side_and_end_together() -> None:
    """Asking does not wait; closing ends those at work, and cancels what was not begun."""
    children = Children(2)
    assert sorted(children.submit(abs, -number).result() for number in range(6)) == list(range(6))
    at_work = [children.submit(time.sleep, 600) for _ in range(2)]
    not_begun = children.submit(abs, -1)
    while not all(one.running() for one in at_work):
        os.sched_yield()
    children.close()
    assert not_begun.cancelled()
    assert all(isinstance(one.exception(), ChildDied) for one in at_work)
    assert own_children() == []
    with pytest.raises(RuntimeError):
        children.submit(abs, -1)


def test_a_child_ends_with_its_parent() -> None:
    """When the parent is killed no child is left behind."""
    program = (
        "import sys\n"
        "from social_listener.scoring.child import Child\n"
        "one = Child()\n"
        "print(one._process.pid, one.ask(abs, -1), flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline().split()[0])
        child = psutil.Process(pid)
        os.kill(parent.pid, signal.SIGKILL)
    gone, _ = psutil.wait_procs([child], timeout=30)
    assert gone
