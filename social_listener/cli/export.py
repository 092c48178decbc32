"""The command that hands out what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from social_listener import terminal
from social_listener.cli.files import whole_file
from social_listener.cli.session import Session, with_service
from social_listener.store import exports

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.command()
@click.option(
    "--format",
    "format_",
    type=click.Choice(exports.FORMATS),
    default="jsonl",
    show_default=True,
    help="In which form.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, resolve_path=True),
    default=None,
    metavar="FILE",
    help="Into this file, which appears when it is whole; else to standard output.",
)
@with_service(online=False)
def export(session: Session, *, format_: str, output: str | None = None) -> int:
    """Write every interaction, in the order in which they were said."""
    chunks = exports.write(session.service.store, format_)
    if output is None:
        for chunk in _told(session, chunks):
            session.screen.data(chunk)
        return terminal.OK
    with whole_file(output) as file:
        for chunk in _told(session, chunks):
            file.write(chunk)
    session.screen.say(f"{output} written")
    return terminal.OK


def _told(session: Session, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Hand the pieces on, and tell how much it is so far."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        session.screen.progress(f"{size / 1e6:.1f} MB")
        yield chunk
