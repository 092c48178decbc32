"""Lists of posts: mentions, own timelines, recent search, quotes; all newest first, in pages."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from social_listener.sandbox import problems, query
from social_listener.sandbox.clock import iso
from social_listener.sandbox.context import FIELDS, TIMES, Context
from social_listener.sandbox.fields import POST_EXPANSIONS
from social_listener.sandbox.paging import Position
from social_listener.sandbox.records import Post, Version
from social_listener.sandbox.snowflake import first_id
from social_listener.sandbox.wire import Answer

Found = Iterable[tuple[Post, Version]]

_END_TIME_DISTANCE_MS = 10_000


def mentions(call: Context) -> Answer:
    """GET /2/users/{id}/mentions: posts that name the user, the last 800 of them."""
    parameters = call.parameters(*FIELDS, *TIMES, "max_results", "pagination_token")
    ids = call.world.ledger.mentions.get(_user(call), [])
    return _timeline(call, parameters, ids, call.policy.mentions_horizon)


def timeline(call: Context) -> Answer:
    """GET /2/users/{id}/tweets: what the user posted, the last 3,200."""
    parameters = call.parameters(*FIELDS, *TIMES, "max_results", "pagination_token", "exclude")
    excluded = set(filter(None, parameters.get("exclude", "").split(",")))
    if not excluded <= {"replies", "retweets"}:
        raise problems.invalid(
            ("exclude", parameters["exclude"], "The `exclude` query parameter value is not one of [replies,retweets]")
        )
    ids = call.world.ledger.by_author.get(_user(call), [])
    return _timeline(call, parameters, ids, call.policy.timeline_horizon, excluded)


def quotes(call: Context) -> Answer:
    """GET /2/tweets/{id}/quote_tweets."""
    parameters = call.parameters(*FIELDS, "max_results", "pagination_token", "exclude")
    size = call.count(parameters, 10, 100, 10)
    post = call.world.ledger.posts.get(call.number({"id": call.path["id"]}, "id") or 0)
    versions = {version.id for version in post.versions} if post is not None else set()
    position = call.position(parameters, "pagination_token")
    bounds = _bounds(None, None, position)
    found = (
        (post, version)
        for post, version in call.world.ledger.walk(call.world.ledger.order, call.now_ms, bounds[1], bounds[0])
        if post.quoted in versions
    )
    return _page(call, parameters, found, size, position, ends=False)


def search(call: Context) -> Answer:
    """GET /2/tweets/search/recent: the last seven days, without retweets (as since 4 May 2026)."""
    parameters = call.parameters(
        *FIELDS, *TIMES, "query", "max_results", "next_token", "pagination_token", "sort_order"
    )
    if not parameters.get("query", "").strip():
        raise problems.invalid(("query", parameters.get("query", ""), "The `query` query parameter can not be empty"))
    if parameters.get("sort_order", "recency") not in ("recency", "relevancy"):
        raise problems.invalid(
            (
                "sort_order",
                parameters["sort_order"],
                "The `sort_order` query parameter value is not one of [recency,relevancy]",
            )
        )
    size = call.count(parameters, 10, 100, 10)
    try:
        match = query.parse(parameters["query"], call.policy.query_length)
    except query.QueryError as error:
        raise problems.invalid(("query", parameters["query"], str(error))) from None
    above, below = _search_span(call, parameters)
    position = call.position(parameters, "next_token", "pagination_token")
    above, below = _bounds(above, below, position)
    ledger = call.world.ledger

    def seen(post: Post, version: Version) -> query.Seen:
        parent = ledger.posts.get(post.parent) if post.parent is not None else None
        return query.Seen(post, version, parent.author.handle.lower() if parent is not None else None)

    found = (
        (post, version)
        for post, version in ledger.walk(ledger.order, call.now_ms, below, above)
        if post.reposted is None and match(seen(post, version))
    )
    return _page(call, parameters, found, size, position)


def _search_span(call: Context, parameters: dict[str, str]) -> tuple[int | None, int | None]:
    """Return the bounds of a search; 400 for what lies before the seven days or too near to now."""
    above, below = call.span(parameters)
    delay_ms = round(call.policy.search_delay * 1000)
    if call.policy.search_days is not None:
        oldest_ms = call.now_ms - round(call.policy.search_days * 86_400_000)
        oldest = first_id(oldest_ms)
        for name, floor in (
            ("since_id", oldest),
            ("until_id", oldest),
            ("start_time", oldest - 1),
            ("end_time", oldest),
        ):
            bound = below if name in ("until_id", "end_time") else above
            if name in parameters and bound is not None and bound < floor:
                raise problems.invalid((name, parameters[name], _too_old(name, parameters[name], oldest_ms)))
        above = max(above or 0, oldest - 1)
    if delay_ms:
        latest = first_id(call.now_ms - min(delay_ms, _END_TIME_DISTANCE_MS))
        if "end_time" in parameters and below is not None and below > latest:
            message = (
                f"Invalid 'end_time':'{parameters['end_time']}'. 'end_time' must be a minimum of 10 seconds "
                "prior to the request time."
            )
            raise problems.invalid(("end_time", parameters["end_time"], message))
        if "end_time" not in parameters:
            newest = first_id(call.now_ms - delay_ms)
            below = newest if below is None else min(below, newest)
    return above, below


def _too_old(name: str, value: str, oldest_ms: int) -> str:
    edge = iso(oldest_ms)[:16] + "Z"
    if name.endswith("_id"):
        return (
            f"'{name}' must be a tweet id created after [{edge}]. "
            f"Please use a '{name}' that is larger than {first_id(oldest_ms)}"
        )
    return f"Invalid '{name}':'{value}'. '{name}' must be on or after {edge}"


def _user(call: Context) -> str:
    user = call.world.users.get(call.path["id"])
    if user is None or user.suspended:
        raise problems.Problem(200, {"errors": [problems.missing("id", call.path["id"], "user")]})
    if user.protected and user.id != call.caller.account:
        raise problems.Problem(200, {"errors": [problems.not_yours_to_see("id", user.id, "user")]})
    return user.id


def _timeline(
    call: Context,
    parameters: dict[str, str],
    ids: list[int],
    horizon: int | None,
    excluded: set[str] | frozenset[str] = frozenset(),
) -> Answer:
    size = call.count(parameters, 5, 100, 10)
    above, below = call.span(parameters)
    position = call.position(parameters, "pagination_token")
    ledger, viewer = call.world.ledger, call.caller.account
    if horizon is not None:
        reachable = islice(ledger.walk(ids, call.now_ms, viewer=viewer), horizon)
        floor = min((version.id for _, version in reachable), default=1) - 1
        above = max(above or 0, floor)
    above, below = _bounds(above, below, position)
    found = (
        (post, version)
        for post, version in ledger.walk(ids, call.now_ms, below, above, viewer)
        if not ("replies" in excluded and post.parent is not None)
        and not ("retweets" in excluded and post.reposted is not None)
    )
    return _page(call, parameters, found, size, position)


def _bounds(above: int | None, below: int | None, position: Position | None) -> tuple[int | None, int | None]:
    if position is None:
        return above, below
    if position.direction == "next":
        return above, position.id if below is None else min(below, position.id)
    return position.id if above is None else max(above, position.id), below


def _page(
    call: Context,
    parameters: dict[str, str],
    found: Found,
    size: int,
    position: Position | None,
    *,
    ends: bool = True,
) -> Answer:
    """Return one page of what was found: data, includes, errors and meta, the latter with the ids of its `ends`."""
    if position is not None and position.direction == "previous":
        newer = list(found)
        chosen, more = newer[-size:], True
    else:
        chosen = list(islice(found, size + 1))
        more = len(chosen) > size
        chosen = chosen[:size]
    selection = call.selection(parameters, POST_EXPANSIONS)
    renderer = call.renderer(selection)
    data = renderer.posts(chosen)
    body: dict[str, object] = {}
    if data:
        body["data"] = data
    if renderer.includes():
        body["includes"] = renderer.includes()
    if renderer.errors:
        body["errors"] = renderer.errors
    meta: dict[str, object] = {"result_count": len(data)}
    if chosen:
        first, last = chosen[0][1].id, chosen[-1][1].id
        if ends:
            meta = {"newest_id": str(first), "oldest_id": str(last), **meta}
        if more:
            meta["next_token"] = call.token(parameters, Position("next", last))
        if position is not None:
            meta["previous_token"] = call.token(parameters, Position("previous", first))
    body["meta"] = meta
    return call.answer(body, selection)
