"""A crisis is planted by command, in a sandbox that runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from social_listener import terminal

if TYPE_CHECKING:
    from social_listener.sandbox import Sandbox


def test_a_crisis_is_planted_in_the_sandbox_that_runs(run: Any, sandbox: Sandbox) -> None:
    """It tells when it begins and ends, and posts come when time has passed."""
    result = run("sandbox", "crisis", "outage", "--for", "10m", "--posts", "40", "--url", sandbox.base_url)
    assert result.code == terminal.OK, result.err
    assert json.loads(result.out)["crisis"] == "outage"
    sandbox.world.advance(600)
    assert sum("@fernhill" in post.text for post in sandbox.world.truth().posts) == 40


def test_where_no_sandbox_runs_it_says_so(run: Any, sandbox: Sandbox) -> None:
    """One line with the address, and no crisis."""
    sandbox.stop()
    result = run("sandbox", "crisis", "bots", "--url", "http://127.0.0.1:9")
    assert result.code == terminal.WRONG_USE
    assert "no sandbox at http://127.0.0.1:9" in result.err
    assert "--url" in result.err
    assert run("sandbox", "crisis", "flood").code == terminal.WRONG_USE
