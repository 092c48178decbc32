"""What Meta pushes of a Page: which fields it has subscribed our app to, and subscribing it to what is missing.

Meta tells an app of a field when the app listens to it (in the app's dashboard, once for all Pages) and the Page has
subscribed the app to it (`/{page}/subscribed_apps`, Page Subscribed Apps in Meta's reference). Only the second can be
read with a Page's token.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from social_listener.channels.graph_client import Client
from social_listener.channels.graph_errors import Effect
from social_listener.channels.graph_found import Us
from social_listener.channels.wire import WireError
from social_listener.errors import BadPayload, Unavailable
from social_listener.model import StreamKind

#: channel → kind of stream → fields of the Page. Comments and mentions on Instagram are fields of the app alone, and
#: come for Pages that have subscribed it to any field of theirs; Meta's guide names `feed`.
_FIELDS: Final[Mapping[str, Mapping[StreamKind, tuple[str, ...]]]] = {
    "facebook": {
        StreamKind.COMMENTS: ("feed",),
        StreamKind.MENTIONS: ("feed", "mention"),
        StreamKind.MESSAGES: ("messages", "message_echoes"),
    },
    "instagram": {
        StreamKind.COMMENTS: ("feed",),
        StreamKind.MENTIONS: ("feed",),
        StreamKind.MESSAGES: ("messages",),
    },
}
_ASKING: Final = "asking what the Page pushes"


def wanted(channel: str, kinds: Collection[StreamKind]) -> tuple[str, ...]:
    """Return the fields of a Page that those kinds of stream need."""
    asked = [fields for kind, fields in _FIELDS[channel].items() if kind in kinds]
    return tuple(dict.fromkeys(field for fields in asked for field in fields))


def missing(client: Client, us: Us, kinds: Collection[StreamKind]) -> tuple[str, ...]:
    """Return the fields that those kinds of stream need and to which the Page has not subscribed our app."""
    have = subscribed(client, us)
    return tuple(field for field in wanted(us.channel, kinds) if field not in have)


def subscribed(client: Client, us: Us) -> Sequence[str]:
    """Return the fields to which the Page has subscribed our app. Two calls: one tells which app is ours."""
    told = client.call(
        lambda sdk: sdk.request(f"{sdk.version}/debug_token", {"input_token": sdk.access_token}),
        what=_ASKING,
        effect=Effect.READ,
    )
    answer = client.get(f"{us.page_id}/subscribed_apps", {"fields": "id,subscribed_fields"}, what=_ASKING)
    try:
        data = told.document.object("data")
        ours = data.need(data.id("app_id"), "app_id")
        return [
            field
            for app in answer.document.objects("data")
            if app.id("id") == ours
            for field in app.texts("subscribed_fields")
        ]
    except WireError as error:
        words = f"Meta's answer while {_ASKING} cannot be read: {error}"
        raise BadPayload(words, account_id=client.account_id, raw=answer.body) from None


def subscribe(client: Client, us: Us, kinds: Collection[StreamKind]) -> tuple[str, ...]:
    """Have Meta push what those kinds of stream need, beside what it pushes already; return the fields that are new.

    A call sets all fields of a Page at once, and another account may share the Page and the app.
    """
    have = subscribed(client, us)
    new = tuple(field for field in wanted(us.channel, kinds) if field not in have)
    if not new:
        return ()
    fields = ",".join([*have, *new])
    answer = client.call(
        lambda sdk: sdk.put_object(us.page_id, "subscribed_apps", subscribed_fields=fields),
        what="subscribing the Page",
        effect=Effect.SET,
    )
    try:
        done = bool(answer.document.truth("success"))
    except WireError:
        done = False
    if not done:
        raise Unavailable("Meta did not say that it subscribed the Page", account_id=client.account_id)
    return new
