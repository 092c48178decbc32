"""Pictures that staff put with a reply: checked and drawn anew when they come, kept until the reply is settled."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from social_listener.channels import Uploads
from social_listener.desk import colleagues
from social_listener.desk_types.files import FileLine, FilesView
from social_listener.errors import Conflict, DeskError, NoPicture, NotAllowed
from social_listener.media.pictures import drawn_anew
from social_listener.media.tray import Tray
from social_listener.model import PictureRules
from social_listener.outbox_files import discard
from social_listener.rights import Right
from social_listener.store import audit, drafts, reply_files
from social_listener.store import outbox as replies
from social_listener.store.drafts import Place
from social_listener.store.reply_files import StoredFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office

#: below data_dir
FOLDER: Final = "outgoing"
_MODES: Final = {"public": False, "private": True}
_PREVIEW: Final = 360


class FilesDesk:
    """What goes with a text that is being composed. Thread-safe."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._tray = Tray(office.settings.data_dir / FOLDER)

    @staticmethod
    def at(staff: str, conversation_id: str, mode: str) -> Place:
        """Return the name of the place in which somebody types."""
        return Place(staff, conversation_id, mode)

    def view(self, place: Place) -> FilesView:
        """Return the pictures of a text being typed, and what may be added; `DeskError`: no such conversation."""
        with self._office.store.read() as cursor:
            row = self._office.conversation(cursor, place.staff, Right.READ, place.conversation_id)
            files = reply_files.of(cursor, drafts.read(cursor, place).nonce)
            return files_view(self._office, cursor, place, row.account_id, files)

    def add(self, place: Place, nonce: str, data: bytes) -> FilesView:
        """Put a picture with the text that `nonce` identifies.

        `NotAllowed`: the platform takes none, or no more; `DeskError`: this is no picture that can be sent, and why;
        `Conflict`: the text was handed over already.
        """
        with self._office.store.read() as cursor:
            row = self._office.conversation(cursor, place.staff, Right.REPLY, place.conversation_id)
            rules = _rules(self._office, row.account_id, place.mode)
            self._room(cursor, nonce, rules)
        try:
            made = self._tray.put(data, rules.most_bytes)
        except NoPicture as error:
            raise DeskError(f"this file cannot be sent: {error}") from None
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            if drafts.read(cursor, place).nonce != nonce or replies.by_nonce(cursor, nonce) is not None:
                raise Conflict("this text was handed over already; add the picture to the next one")
            self._office.conversation(cursor, place.staff, Right.REPLY, place.conversation_id)
            there = self._room(cursor, nonce, rules)
            if not self._tray.holds(made.hash):
                raise Conflict("this very picture was taken away elsewhere in the same moment; add it again")
            file = StoredFile(
                id=secrets.token_hex(16),
                nonce=nonce,
                account_id=row.account_id,
                staff=place.staff,
                private=_MODES[place.mode],
                number=max((one.number for one in there), default=-1) + 1,
                hash=made.hash,
                type=made.type,
                bytes=made.bytes,
                alt="",
                media_id=None,
                created_at=now,
            )
            reply_files.insert(cursor, file)
            audit.record(cursor, now, place.staff, "reply.picture_added", place.conversation_id, hash=made.hash)
        return self.view(place)

    def remove(self, place: Place, file_id: str) -> FilesView:
        """Take a picture away again."""
        with self._office.store.transaction() as cursor:
            file = self._own(cursor, place, file_id)
            reply_files.remove(cursor, file_id)
        discard(self._office.store, self._tray, [file])
        return self.view(place)

    def describe(self, place: Place, file_id: str, alt: str) -> FilesView:
        """Say what a picture shows, for those who cannot see it."""
        words = " ".join(alt.split())
        with self._office.store.transaction() as cursor:
            file = self._own(cursor, place, file_id)
            most = _rules(self._office, file.account_id, place.mode).most_alt
            if len(words) > most:
                raise NotAllowed(
                    f"a description has room for {most} characters; this one has {len(words)}"
                    if most
                    else "the platform has no descriptions"
                )
            reply_files.describe(cursor, file_id, words)
        return self.view(place)

    def preview(self, place: Place, file_id: str) -> bytes:
        """Return a small picture of what will go out, as WebP."""
        with self._office.store.read() as cursor:
            file = self._own(cursor, place, file_id)
        return drawn_anew(self._tray.read(file.hash), _PREVIEW)

    @staticmethod
    def _room(cursor: DuckDBPyConnection, nonce: str, rules: PictureRules) -> tuple[StoredFile, ...]:
        there = reply_files.of(cursor, nonce)
        if len(there) >= rules.most:
            raise NotAllowed(rules.because)
        return there

    def _own(self, cursor: DuckDBPyConnection, place: Place, file_id: str) -> StoredFile:
        """Return a picture of the text being typed; one of a text that was handed over is none."""
        self._office.conversation(cursor, place.staff, Right.REPLY, place.conversation_id)
        for file in reply_files.of(cursor, drafts.read(cursor, place).nonce):
            if file.id == file_id:
                return file
        raise DeskError("this picture is not there any more")


def files_view(
    office: Office, cursor: DuckDBPyConnection, place: Place, account_id: str, files: Sequence[StoredFile]
) -> FilesView:
    """Return the pictures of a text being typed, which were read, and what may be added."""
    rules = _rules(office, account_id, place.mode)
    if not colleagues.may(office, cursor, place.staff, Right.REPLY, account_id):
        rules = PictureRules(because="what waits for approval goes without pictures")
    lines = tuple(FileLine(id=one.id, alt=one.alt, bytes=one.bytes, private=one.private) for one in files)
    taken = {name: getattr(rules, name) for name in ("most", "most_alt", "alone", "because")}
    return FilesView(files=lines, **taken)


def _rules(office: Office, account_id: str, mode: str) -> PictureRules:
    if mode not in _MODES:
        return PictureRules(because="a note has no pictures")
    channel = office.channel(account_id)
    if not isinstance(channel, Uploads):
        return PictureRules(because="this channel takes no pictures along with a reply")
    return channel.picture_rules(private=_MODES[mode])


def check(
    office: Office, cursor: DuckDBPyConnection, nonce: str, account_id: str, *, private: bool, words: str
) -> bool:
    """Return whether pictures go in place of words with the text that `nonce` identifies; `NotAllowed`: they may not.

    `words` are those of the text.
    """
    files = reply_files.of(cursor, nonce)
    if not files:
        return False
    channel = office.channel(account_id)
    rules = channel.picture_rules(private=private) if isinstance(channel, Uploads) else PictureRules()
    if any(file.private != private for file in files):
        raise NotAllowed("a picture for one person only never goes out in public; add it again where it belongs")
    if len(files) > rules.most:
        raise NotAllowed(rules.because or "this channel takes no pictures along with a reply")
    if rules.alone and words:
        raise NotAllowed(rules.because)
    return rules.alone
