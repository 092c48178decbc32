"""Saved replies: kept under a name, found by typing, filled in for the customer, suggested by what answered before."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from social_listener.desk import library_csv, similar
from social_listener.desk.rendering import VARIABLES, render, unknown_in, values_for
from social_listener.desk_types.answering import Fits, Imported, Offer, SavedReply
from social_listener.errors import Conflict, DeskError
from social_listener.rights import Right
from social_listener.store import audit, saved_replies
from social_listener.store import outbox as replies

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types import ThreadItem
    from social_listener.desk_types.answering import SavedText, SavedWording

MOST_NAME: Final = 80
MOST_TEXT: Final = 10_000
MOST_FOLDER: Final = 60
#: how many are suggested, and how many a search lists
SUGGESTED: Final = 3
LISTED: Final = 50
#: lines of a file that one transaction takes in: whoever else writes waits for no more than that
AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """What is answered, by whom, and for whose eyes."""

    item_id: str
    staff: str
    private: bool


class Library:
    """The saved replies of the house, and of each person."""

    def __init__(self, office: Office) -> None:
        self._office = office

    # -- reading -------------------------------------------------------------------------------------------------------

    def all(self, staff: str, *, archived: bool = False) -> tuple[SavedReply, ...]:
        """Return what somebody may use, by name: the shared ones and their own; archived ones only if asked."""
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.READ)
            return tuple(saved_replies.for_staff(cursor, staff, archived=archived))

    def wordings(self, saved_reply_id: str, staff: str) -> tuple[SavedWording, ...]:
        """Return the earlier wordings of a saved reply, the newest first."""
        with self._office.store.read() as cursor:
            self._known(cursor, saved_reply_id, staff, Right.READ)
            return tuple(saved_replies.wordings(cursor, saved_reply_id))

    def use_counts(self, staff: str) -> dict[str, int]:
        """Return how many replies that went out began from each saved reply."""
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.READ)
            return saved_replies.use_counts(cursor)

    def find(self, answering: Answering, words: str = "") -> tuple[Offer, ...]:
        """Return the saved replies that fit an item and have all `words` in name, text, folder or tags.

        The item's own language comes first. Without words, those that answered similar items before come before all.
        """
        with self._office.store.read() as cursor:
            line = self._office.item(cursor, answering.staff, Right.READ, answering.item_id)
            fitting = [
                saved
                for saved in saved_replies.for_staff(cursor, answering.staff)
                if fits_here(saved, line.item.channel, private=answering.private)
            ]
            why = {} if words.strip() or not fitting else self._suggested(cursor, line, fitting)
        found = [saved for saved in fitting if has_words(saved, words)]
        order = list(why)
        found.sort(key=lambda saved: _place(saved, line.language, words, order))
        return tuple(self._offer(saved, line, answering, why.get(saved.id, "")) for saved in found[:LISTED])

    def offer(self, saved_reply_id: str, answering: Answering) -> Offer:
        """Return one saved reply filled in for an item; `DeskError` when there is none of that id."""
        with self._office.store.read() as cursor:
            line = self._office.item(cursor, answering.staff, Right.READ, answering.item_id)
            saved = self._known(cursor, saved_reply_id, answering.staff, Right.READ)
        return self._offer(saved, line, answering, "")

    def _suggested(self, cursor: DuckDBPyConnection, line: ThreadItem, fitting: Sequence[SavedReply]) -> dict[str, str]:
        """Return the ids of the saved replies that are suggested, the best first, each with its reason."""
        known = {saved.id for saved in fitting}
        mood = line.sentiment_label.value if line.sentiment_label else None
        uses = [use for use in saved_replies.uses(cursor) if use.saved_reply_id in known]
        ranked = similar.rank(line.item.text, line.language, mood, uses)
        return {one.saved_reply_id: one.why for one in ranked[:SUGGESTED]}

    def _offer(self, saved: SavedReply, line: ThreadItem, answering: Answering, why: str) -> Offer:
        account_id = line.item.account_id
        account = next((one.name for one in self._office.settings.accounts if one.id == account_id), account_id)
        rendered = render(saved.text, values_for(line.item, line.author, staff=answering.staff, account=account))
        return Offer(
            saved=saved,
            rendered=rendered,
            length=self._office.channel(account_id).length(rendered.text, private=answering.private),
            speaks=saved.language is not None and saved.language == line.language,
            why=why,
        )

    # -- writing -------------------------------------------------------------------------------------------------------

    def save(
        self, text: SavedText, staff: str, saved_reply_id: str | None = None, version: int | None = None
    ) -> SavedReply:
        """Keep a saved reply: a new one, or a new wording of a known one, whose `version` was in view.

        `Conflict`: somebody changed it meanwhile. `NotPermitted`: a shared one needs the right to change the library.
        """
        checked = check(text, {account.channel for account in self._office.settings.accounts})
        with self._office.store.transaction() as cursor:
            self._office.permit(cursor, staff, Right.LIBRARY if checked.shared else Right.PROPOSE)
            return self.write(cursor, checked, staff, saved_reply_id, version)

    def write(
        self,
        cursor: DuckDBPyConnection,
        text: SavedText,
        staff: str,
        saved_reply_id: str | None = None,
        version: int | None = None,
    ) -> SavedReply:
        """Write a checked saved reply within a transaction."""
        before = self._known(cursor, saved_reply_id, staff, Right.PROPOSE) if saved_reply_id else None
        if before is not None and before.owner is None:
            self._office.permit(cursor, staff, Right.LIBRARY)
        others = saved_replies.for_staff(cursor, staff)
        _name_is_free({_place_of(one): one.name for one in others if one.id != saved_reply_id}, text, staff)
        return self._written(cursor, text, staff, before, version)

    def _written(
        self,
        cursor: DuckDBPyConnection,
        text: SavedText,
        staff: str,
        before: SavedReply | None = None,
        version: int | None = None,
    ) -> SavedReply:
        """Write a saved reply whose name is free."""
        now = self._office.clock()
        after = SavedReply(
            id=before.id if before else secrets.token_hex(8),
            owner=None if text.shared else staff,
            name=text.name,
            text=text.text,
            language=text.language,
            channels=text.channels,
            fits=text.fits,
            folder=text.folder,
            tags=text.tags,
            version=before.version + 1 if before else 1,
            archived_at=before.archived_at if before else None,
            updated_by=staff,
            updated_at=now,
        )
        if before is None:
            saved_replies.insert(cursor, after)
        elif before.version != version or not saved_replies.change(cursor, before, after):
            raise Conflict(f"{before.updated_by} changed “{before.name}” meanwhile; look at it again, then change it")
        audit.record(cursor, now, staff, "saved_reply.saved", after.id, version=after.version, name=after.name)
        return after

    def archive(self, saved_reply_id: str, staff: str, version: int, *, back: bool = False) -> SavedReply:
        """Put a saved reply away, or bring it `back`; `Conflict`: somebody changed it meanwhile."""
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            before = self._known(cursor, saved_reply_id, staff, Right.PROPOSE)
            if before.owner is None:
                self._office.permit(cursor, staff, Right.LIBRARY)
            after = replace(
                before,
                archived_at=None if back else now,
                version=before.version + 1,
                updated_by=staff,
                updated_at=now,
            )
            if before.version != version or not saved_replies.change(cursor, before, after):
                raise Conflict(f"{before.updated_by} changed “{before.name}” meanwhile; look at it again")
            verb = "saved_reply.restored" if back else "saved_reply.archived"
            audit.record(cursor, now, staff, verb, saved_reply_id, name=before.name)
        return after

    def export_csv(self, staff: str) -> str:
        """Return what somebody may use as CSV; a spreadsheet runs nothing of it."""
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.EXPORT)
            return library_csv.write(saved_replies.for_staff(cursor, staff))

    def import_csv(self, text: str, staff: str) -> Imported:
        """Keep the saved replies of a CSV file, all that can be kept; the others are told with their line."""
        channels = {account.channel for account in self._office.settings.accounts}
        rows = list(library_csv.read(text))
        added, problems = 0, []
        for start in range(0, max(1, len(rows)), AT_ONCE):
            with self._office.store.transaction() as cursor:
                self._office.permit(cursor, staff, Right.PROPOSE)
                taken = {_place_of(one): one.name for one in saved_replies.for_staff(cursor, staff)}
                for line, row in rows[start : start + AT_ONCE]:
                    try:
                        self._take_in(cursor, row, channels, staff, taken)
                        added += 1
                    except DeskError as error:
                        problems.append(f"line {line}: {error}")
        return Imported(added=added, problems=tuple(problems))

    def _take_in(
        self,
        cursor: DuckDBPyConnection,
        row: SavedText | str,
        channels: set[str],
        staff: str,
        taken: dict[tuple[str, str | None, str | None], str],
    ) -> None:
        """Keep one line of a file, or raise what is wrong with it; `taken` grows by its name."""
        if isinstance(row, str):
            raise DeskError(row)
        tidy = check(row, channels)
        self._office.permit(cursor, staff, Right.LIBRARY if tidy.shared else Right.PROPOSE)
        _name_is_free(taken, tidy, staff)
        made = self._written(cursor, tidy, staff)
        taken[_place_of(made)] = made.name

    def used(self, reply_id: str, saved_reply_id: str, inserted: str, staff: str) -> bool:
        """Write down that a reply of somebody began from a saved one that was `inserted`; False: there is none such."""
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            self._office.permit(cursor, staff, Right.REPLY)
            reply = replies.by_id(cursor, reply_id)
            if reply is None or reply.author != staff or saved_replies.by_id(cursor, saved_reply_id) is None:
                return False
            saved_replies.use(
                cursor,
                reply_id=reply_id,
                saved_reply_id=saved_reply_id,
                item_id=reply.item_id,
                edited=similar.edited(inserted, reply.text),
                now=now,
            )
        return True

    def _known(self, cursor: DuckDBPyConnection, saved_reply_id: str, staff: str, right: Right) -> SavedReply:
        """Return a saved reply that is shared or somebody's own; one of somebody else is as if it were not there."""
        self._office.permit(cursor, staff, right)
        saved = saved_replies.by_id(cursor, saved_reply_id)
        if saved is None or saved.owner not in {None, staff}:
            raise DeskError(f"there is no saved reply {saved_reply_id!r}")
        return saved


# -- pure --------------------------------------------------------------------------------------------------------------


def _place_of(one: SavedReply) -> tuple[str, str | None, str | None]:
    """Return what no two saved replies that somebody may use have in common: name, language, owner."""
    return one.name.casefold(), one.language, one.owner


def _name_is_free(taken: Mapping[tuple[str, str | None, str | None], str], text: SavedText, staff: str) -> None:
    """Raise `DeskError` when two would have one name, language and owner: nobody could tell them apart."""
    other = taken.get((text.name.casefold(), text.language, None if text.shared else staff))
    if other is not None:
        raise DeskError(f"there is a saved reply “{other}” already; change that one, or take another name")


def check(text: SavedText, channels: set[str]) -> SavedText:
    """Return what people wrote of a saved reply, trimmed; `DeskError` names what is wrong with it."""
    name, words, folder = " ".join(text.name.split()), text.text.strip(), " ".join(text.folder.split())
    unknown = unknown_in(words)
    strange = [channel for channel in text.channels if channel not in channels]
    faults = (
        (not name, "give the saved reply a name"),
        (len(name) > MOST_NAME, f"a name has room for {MOST_NAME} characters; this one has {len(name)}"),
        (not words, "write the text of the saved reply"),
        (len(words) > MOST_TEXT, f"a saved reply has room for {MOST_TEXT} characters; this one has {len(words)}"),
        (len(folder) > MOST_FOLDER, f"a folder's name has room for {MOST_FOLDER} characters"),
        (bool(unknown), f"there is no variable {', '.join(unknown)}; there are {', '.join(VARIABLES)}"),
        (bool(strange), f"there is no account on {', '.join(strange)}; there are {', '.join(sorted(channels))}"),
    )
    fault = next((words for broken, words in faults if broken), None)
    if fault is not None:
        raise DeskError(fault)
    tags = tuple(dict.fromkeys(tag for raw in text.tags if (tag := " ".join(raw.replace(",", " ").split()))))
    return replace(text, name=name, text=words, folder=folder, tags=tags, channels=tuple(sorted(set(text.channels))))


def fits_here(saved: SavedReply, channel: str, *, private: bool) -> bool:
    """Return whether a saved reply is meant for this channel and for these eyes."""
    visibility = Fits.PRIVATE if private else Fits.PUBLIC
    return saved.fits in {Fits.ANY, visibility} and (not saved.channels or channel in saved.channels)


def has_words(saved: SavedReply, words: str) -> bool:
    """Return whether every one of the words stands in a saved reply's name, text, folder or tags."""
    everything = " ".join((saved.name, saved.text, saved.folder, *saved.tags)).casefold()
    return all(word in everything for word in words.casefold().split())


def _place(saved: SavedReply, language: str | None, words: str, suggested: Sequence[str]) -> tuple[object, ...]:
    """Return where a saved reply stands in the list: suggestions, then the item's language, then the name."""
    first = words.casefold().strip()
    speaks = 0 if saved.language is not None and saved.language == language else 1 if saved.language is None else 2
    place = suggested.index(saved.id) if saved.id in suggested else len(suggested)
    return (place, speaks, not (first and saved.name.casefold().startswith(first)), saved.name.casefold(), saved.id)
