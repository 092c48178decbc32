"""The command that makes a read-only copy for notebooks."""

from __future__ import annotations

from pathlib import Path

import click

from social_listener import terminal
from social_listener.cli.moments import option, parsed
from social_listener.cli.session import Session, with_service
from social_listener.rights import SYSTEM


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, resolve_path=True))
@option("--since", "Only what was said from then on.")
@option("--until", "Only what was said before then.")
@click.option("--with-private", is_flag=True, help="With the texts that one person alone could read.")
@with_service(online=False)
def snapshot(
    session: Session, *, file: str, since: str | None = None, until: str | None = None, with_private: bool = False
) -> int:
    """Write a read-only copy for notebooks into the DuckDB file FILE.

    docs/snapshot.md tells its tables. A day without a time and a time without a zone are those of UTC.
    """
    made = session.service.desk.reports.snapshot(
        Path(file), SYSTEM, since=parsed(since), until=parsed(until), private=with_private
    )
    texts = "with private texts" if made.private_texts else "without private texts"
    session.screen.say(f"{made.file} written: {made.rows['items']:,} items, {texts}")
    return terminal.OK
