"""What leaves the house: snapshots and reports. Only accounts that somebody may see are in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.desk_types.reports import Snapshot
from social_listener.errors import DeskError
from social_listener.rights import Right
from social_listener.store import audit, snapshot
from social_listener.store.snapshot import Wanted

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from social_listener.desk.office import Office


class ReportDesk:
    """Makes what others read elsewhere."""

    def __init__(self, office: Office) -> None:
        """Make nothing yet."""
        self._office = office

    def snapshot(
        self,
        file: Path,
        staff: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        private: bool = False,
    ) -> Snapshot:
        """Write a read-only copy of what was said in [since, until) into a DuckDB file; docs/snapshot.md.

        `private`: with texts that one person alone could read, which takes the right to answer besides that to export.
        `StoreError`: the file cannot be written, or something else stands there.
        """
        office = self._office
        now = office.clock()
        if since is not None and until is not None and since >= until:
            raise DeskError("a snapshot ends after it begins: --until must be later than --since")
        with office.store.read() as cursor:
            accounts = office.accounts(cursor, staff, Right.EXPORT)
            if private:
                office.permit(cursor, staff, Right.REPLY)
        wanted = Wanted(since=since, until=until, private=private, accounts=accounts)
        rows = snapshot.write(office.store, file, wanted, now)
        with office.store.transaction(quiet=True) as cursor:
            audit.record(
                cursor, now, staff, "snapshot.made", file.name, items=rows["items"], private="yes" if private else "no"
            )
        return Snapshot(file=file, made_at=now, rows=rows, private_texts=private)
