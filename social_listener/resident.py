"""The running service: one `Service`, its jobs, its ports, and its socket for commands."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from social_listener import remote
from social_listener.errors import ListenerError
from social_listener.jobs.app import Crew
from social_listener.service import build
from social_listener.web import Web

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from social_listener.service import Service
    from social_listener.settings import Settings


class Resident:
    """Opens everything when it is made, and raises the `ListenerError` that tells what is in the way.

    `commands` returns the function that runs the commands handed over to the service; None: it takes none. `demo`: who
    comes into the dashboard by itself, from this machine only; None: nobody does.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        headless: bool,
        environment: Mapping[str, str] | None = None,
        commands: Callable[[Service], remote.Runner] | None = None,
        demo: str | None = None,
    ) -> None:
        with contextlib.ExitStack() as opened:
            self.service = build(settings, environment=environment)
            opened.callback(self.service.close)
            self.crew = Crew(self.service)
            self._web = Web(self.service, self.problems, self.crew.work.receivers.wake, headless=headless, demo=demo)
            opened.callback(self._web.close)
            self._listener = remote.Listener(settings.data_dir, commands(self.service)) if commands else None
            opened.pop_all()
        self.boot_id = self.service.boot_id
        self.address = self._web.address  #: of the dashboard; None: headless
        self.public_address = self._web.public_address

    def run(self, ready: Callable[[], None]) -> bool:
        """Work until `stop`; return whether all that was under way came to its end."""
        finished = False
        try:
            self.crew.start()
            self._web.run(ready)
        finally:
            self.crew.ask_to_stop()
            if self._listener is not None:
                self._listener.close()
            finished = self.crew.stop()
            self.service.close()
        return finished

    def stop(self) -> None:
        """End `run`, from any thread or a signal handler: no new claim and no new page from now on."""
        self.crew.work.stopping.set()
        self._web.stop()

    def problems(self) -> list[str]:
        """Return in words what keeps the service from its work; [] when it is ready."""
        found = self.crew.late(self.service.clock())
        try:
            with self.service.store.read():
                pass  # a database that the engine has given up refuses even to begin
        except ListenerError as error:
            found.append(f"the database does not answer: {error}")
        if self.service.store.low_on_space:
            found.append("the disk is nearly full")
        return found
