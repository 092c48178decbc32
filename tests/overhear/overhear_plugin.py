"""The part of overhearing that only pytest can do: errors that tests expect, reports, captured output, reasons."""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path
from typing import Any

import overhear
import pytest
from _pytest.capture import CaptureFixture
from _pytest.raises import RaisesExc

from social_listener.log import SECRETS

#: who leaves secrets on purpose, and why
MARKER = "secrets_on_purpose"
_at = [Path()]  #: the module whose tests run
_keep = overhear.Keep(Path(os.environ[overhear.VARIABLE]))


def pytest_configure() -> None:
    """Overhear the errors that a test waits for, and the output that it takes."""
    # pytest finds the modules of some libraries itself, to rewrite their asserts: ours has to be asked before.
    sys.meta_path.sort(key=lambda finder: not isinstance(finder, overhear.AfterImport))
    leave, take = RaisesExc.__exit__, CaptureFixture.readouterr

    @functools.wraps(leave)
    def left(raises: Any, kind: Any, error: Any, trace: Any) -> Any:
        if error is not None:
            _keep("errors", overhear.written(error))
        return leave(raises, kind, error, trace)

    @functools.wraps(take)
    def taken(fixture: Any) -> Any:
        captured = take(fixture)
        for text in captured:
            if text:
                _keep("output", text)
        return captured

    RaisesExc.__exit__ = left  # type: ignore[method-assign]
    CaptureFixture.readouterr = taken  # type: ignore[method-assign]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Write down which tests leave secrets on purpose."""
    for item in session.items:
        mark = item.get_closest_marker(MARKER)
        if mark is not None:
            reason, *places = mark.args
            _keep("on purpose", reason, nodeid=item.nodeid, places=places)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let the mask of secrets begin anew with every module: what an earlier one had masked may be a leak in this."""
    if item.path != _at[0]:
        _at[0] = item.path
        with SECRETS._adding:
            SECRETS._values = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Keep the report of every phase, with what was captured, and the error if there was one."""
    report = yield
    if call.excinfo is not None:
        _keep("errors", overhear.written(call.excinfo.value), test=item.nodeid)
    text = "\n".join([report.longreprtext, *(f"{name}\n{body}" for name, body in report.sections)])
    if text:
        _keep("reports", text, test=item.nodeid)
    return report
