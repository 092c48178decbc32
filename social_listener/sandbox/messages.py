"""Direct messages: read all, by participant, by conversation; send. Only with user credentials."""

from __future__ import annotations

from itertools import islice

from social_listener.sandbox import problems
from social_listener.sandbox.context import FIELDS, Context
from social_listener.sandbox.fields import DM_EXPANSIONS
from social_listener.sandbox.paging import Position
from social_listener.sandbox.records import Message, User, conversation_of
from social_listener.sandbox.snowflake import first_id
from social_listener.sandbox.uploads import named
from social_listener.sandbox.wire import Answer

REFUSED = "You do not have permission to DM one or more participants."
_EVENT_TYPES = frozenset(("MessageCreate", "ParticipantsJoin", "ParticipantsLeave"))
_LONGEST = 10_000


def all_events(call: Context) -> Answer:
    """GET /2/dm_events."""
    return _events(call, call.world.ledger.inbox.get(call.me.id, []))


def with_participant(call: Context) -> Answer:
    """GET /2/dm_conversations/with/{participant_id}/dm_events."""
    conversation = conversation_of(call.me.id, _participant(call).id)
    return _events(call, call.world.ledger.threads.get(conversation, []))


def in_conversation(call: Context) -> Answer:
    """GET /2/dm_conversations/{id}/dm_events."""
    ids = call.world.ledger.threads.get(call.path["id"], [])
    if ids and call.me.id not in call.world.ledger.messages[ids[0]].participants:
        raise problems.forbidden()
    return _events(call, ids)


def send_to_participant(call: Context) -> Answer:
    """POST /2/dm_conversations/with/{participant_id}/messages."""
    other = _participant(call)
    if other.id == call.me.id:
        raise problems.forbidden(REFUSED)
    return _send(call, conversation_of(call.me.id, other.id), (call.me.id, other.id), call.body())


def send_to_conversation(call: Context) -> Answer:
    """POST /2/dm_conversations/{id}/messages."""
    conversation = call.path["id"]
    if "-" in conversation:
        members = tuple(conversation.split("-"))
        known = all(member in call.world.users for member in members)
        if len(members) != 2 or call.me.id not in members or not known or members[0] == members[1]:
            raise problems.forbidden(REFUSED)
        return _send(call, conversation_of(*members), members, call.body())
    ids = call.world.ledger.threads.get(conversation, [])
    if not ids or call.me.id not in call.world.ledger.messages[ids[0]].participants:
        raise problems.forbidden(REFUSED)
    return _send(call, conversation, call.world.ledger.messages[ids[0]].participants, call.body())


def create_group(call: Context) -> Answer:
    """POST /2/dm_conversations: a new group with its first message."""
    body = call.body()
    members, message = body.get("participant_ids"), body.get("message")
    if body.get("conversation_type") != "Group":
        raise problems.invalid(("conversation_type", body.get("conversation_type"), "must be Group"))
    if not isinstance(members, list) or not 2 <= len(members) <= 49 or not isinstance(message, dict):
        raise problems.invalid(("participant_ids", members, "must be a list of 2 to 49 users"))
    if not all(str(member) in call.world.users for member in members):
        raise problems.forbidden(REFUSED)
    return _send(call, None, (call.me.id, *map(str, members)), message)


def _events(call: Context, ids: list[int]) -> Answer:
    parameters = call.parameters(*FIELDS, "dm_event.fields", "event_types", "max_results", "pagination_token")
    size = call.count(parameters, 1, 100, 100)
    kinds = set(filter(None, parameters.get("event_types", "").split(","))) or {"MessageCreate"}
    if not kinds <= _EVENT_TYPES:
        offered = ",".join(sorted(_EVENT_TYPES))
        raise problems.invalid(
            (
                "event_types",
                parameters["event_types"],
                f"The `event_types` query parameter value is not one of [{offered}]",
            )
        )
    above = None
    if call.policy.dm_days is not None:
        above = first_id(call.now_ms - round(call.policy.dm_days * 86_400_000)) - 1
    position = call.position(parameters, "pagination_token")
    below = None
    if position is not None and position.direction == "next":
        below = position.id
    elif position is not None:
        above = max(above or 0, position.id)
    found = call.world.ledger.walk_messages(ids, call.now_ms, below, above)
    if "MessageCreate" not in kinds:
        found = iter(())
    if position is not None and position.direction == "previous":
        chosen = list(found)[-size:]
    else:
        chosen = list(islice(found, size))
    return _page(call, parameters, chosen)


def _page(call: Context, parameters: dict[str, str], chosen: list[Message]) -> Answer:
    """One page. As recorded, it has a next_token even when nothing follows: the page after the last one is empty."""
    selection = call.selection(parameters, DM_EXPANSIONS)
    renderer = call.renderer(selection)
    body: dict[str, object] = {}
    data = [renderer.message(message) for message in chosen]
    if data:
        body["data"] = data
    if renderer.includes():
        body["includes"] = renderer.includes()
    meta: dict[str, object] = {"result_count": len(data)}
    if chosen:
        meta["next_token"] = call.token(parameters, Position("next", chosen[-1].number)).upper()
        meta["previous_token"] = call.token(parameters, Position("previous", chosen[0].number)).upper()
    body["meta"] = meta
    return call.answer(body, selection)


def _send(call: Context, conversation: str | None, members: tuple[str, ...], message: dict[str, object]) -> Answer:
    text = message.get("text")
    if not isinstance(text, str) or not text.strip() or len(text) > _LONGEST:
        raise problems.invalid(("text", text, f"`text` must have 1 to {_LONGEST} characters"))
    asked = message.get("attachments")
    ids = [one.get("media_id") for one in asked if isinstance(one, dict)] if isinstance(asked, list) else None
    attached = named(call, ids, "dm_image")
    others = [call.world.users[member] for member in members if member != call.me.id]
    if call.policy.dms_refused or not all(_accepts(call, other) for other in others):
        raise problems.forbidden(REFUSED)
    sent = call.world.message(
        call.me,
        conversation,
        members,
        text,
        via_api=call.me.id,
        media=attached,
        visible_after=call.policy.own_posts_visible_after,
    )
    answer = Answer(201, {"data": {"dm_conversation_id": sent.conversation, "dm_event_id": sent.id}})
    answer.headers["location"] = f'https://api.twitter.com/2/dm_events/"{sent.id}"'
    return answer


def _accepts(call: Context, other: User) -> bool:
    """Whether somebody takes messages of the account: from everybody, or because they wrote first."""
    if other.suspended:
        return False
    if other.open_dms:
        return True
    ledger = call.world.ledger
    thread = ledger.threads.get(conversation_of(call.me.id, other.id), [])
    return any(ledger.messages[number].sender.id == other.id for number in thread)


def _participant(call: Context) -> User:
    found = call.world.users.get(call.path["participant_id"])
    if found is None:
        value = call.path["participant_id"]
        message = f"The `participant_id` path parameter value [{value}] is not valid"
        raise problems.invalid(("participant_id", value, message))
    return found
