"""A process that sends one reply and may be killed on the way; test_outbox_kill.py starts it again and again.

Arguments: folder, base URL, moment (ISO), item, text, public|private. Its clock is that moment, and jumps to what is
due next, so that no run waits. It prints the reply's final line as JSON.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from http_kit import UNSETTLED, asked, make_settings
from staff_kit import seed_staff

from social_listener.errors import Conflict
from social_listener.service import build


def main(*arguments: str) -> None:
    """Compose the reply, unless it is there already, and work until it is settled or a person is asked."""
    folder, base_url, moment, item, text, visibility = arguments
    now = [datetime.fromisoformat(moment)]
    service = build(make_settings(Path(folder), base_url), clock=lambda: now[0])
    seed_staff(service.desk, "ana")
    for stream in service.streams.values():
        service.ingest.poll(stream, until_end=True)
    say = service.desk.reply_private if visibility == "private" else service.desk.reply_public
    with suppress(Conflict):
        say(item, text, "ana", nonce=text, undo=timedelta(0))
    for _ in range(40):
        service.outbox.deliver()
        service.outbox.reconcile()
        open_lines = [line for line in service.desk.outbox() if line.state in UNSETTLED and not asked(line)]
        if not open_lines:
            break
        due = min(line.reconcile_at or line.not_before for line in open_lines)
        now[0] = max(due, now[0] + timedelta(seconds=1))
    line = next(line for line in service.desk.outbox(include_settled=True) if line.text == text)
    service.close()
    sys.stdout.write(json.dumps({"state": line.state, "platform_id": line.platform_id, "asked": asked(line)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
