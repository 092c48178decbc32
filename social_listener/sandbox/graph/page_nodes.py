"""The Page, the people and the application as the Graph API shows them, and the Page's lists of posts."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from social_listener.sandbox.clock import from_ms
from social_listener.sandbox.graph import problems
from social_listener.sandbox.graph.call import Call
from social_listener.sandbox.graph.facebook_nodes import POST
from social_listener.sandbox.graph.fields import Field
from social_listener.sandbox.graph.message_nodes import conversations
from social_listener.sandbox.graph.nodes import ABSENT, Edge, Kind, absent, pick, plain, render
from social_listener.sandbox.graph.paging import Listing, page
from social_listener.sandbox.graph.records import Person, Post
from social_listener.sandbox.graph.tokens import SCOPES

CATEGORY = {"category": "Coffee shop", "category_list": [{"id": "197871390225897", "name": "Coffee shop"}]}
TASKS = ["MODERATE", "MESSAGING", "CREATE_CONTENT", "ANALYZE", "ADVERTISE", "MANAGE"]
_OWN = ("page",)
_EVERYTHING = ("page", "visitor", "tagged")


@dataclass(frozen=True, slots=True)
class Account:
    """The person behind a user token, who administers the Page."""

    id: str


@dataclass(frozen=True, slots=True)
class Application:
    """The application that the tokens belong to."""

    id: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody as one of their scoped ids names them."""

    person: Person
    id: str


def _posts(name: str, kinds: tuple[str, ...], *, published_only: bool = False) -> Edge:
    """Make an edge that lists posts, newest first."""

    def edge(call: Call, _: Any, arguments: Mapping[str, str], fields: tuple[Field, ...] | None) -> dict[str, Any]:
        given = dict(arguments)
        hidden_too = given.get("include_hidden", "false").lower() in ("true", "1")
        items = call.ledger.feed if len(kinds) > 1 else call.ledger.posts[kinds[0]]
        ranked = _ranked(call, items) if name == "feed" else None

        def seen(post: Post) -> bool:
            if not post.seen(call.now_ms) or (post.hidden and not hidden_too):
                return False
            return (post.published or not published_only) and (ranked is None or ranked(post))

        listing = Listing(
            path=f"{call.brand.psid}/{name}",
            fields=fields,
            items=items,
            render=lambda post: render(call, POST, post, fields),
            seen=seen,
            times=True,
            by_time=name == "feed" and call.policy.feed_paging == "time",
        )
        return page(call, listing, given)

    return edge


def _ranked(call: Call, posts: list[Post]) -> Callable[[Post], bool] | None:
    """Return whether a post is among those of its year that /feed gives; None: all are."""
    most = call.policy.feed_posts_a_year
    if most is None or len(posts) <= most:
        return None
    first: dict[int, int] = {}

    def among(post: Post) -> bool:
        year = from_ms(post.created_ms).year
        if year not in first:
            end = from_ms(post.created_ms).replace(
                year=year + 1, month=1, day=1, hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC
            )
            behind = bisect_left(posts, (round(end.timestamp() * 1000), 0), key=lambda one: one.key)
            first[year] = posts[max(0, behind - int(most))].created_ms
        return post.created_ms >= first[year]

    return among


def _ratings(call: Call, *_: Any) -> dict[str, Any]:
    """Refuse recommendations from v22.0 on; before, there are none."""
    if float(call.version[1:]) >= 22:
        raise problems.GraphError(12, "(#12) ratings edge is deprecated for versions v22.0 and higher")
    return {"data": []}


def _subscribed(call: Call, _: Any, __: Mapping[str, str], ___: Any) -> dict[str, Any]:
    return {
        "data": [
            {"link": "https://www.facebook.com/", "name": "Social Listener", "id": app, "subscribed_fields": [*fields]}
            for app, fields in call.ledger.subscriptions.items()
        ]
    }


def _token(call: Call, page_: Person, __: Field) -> Any:
    if call.grant.kind == "page":
        return call.token
    return call.graph.tokens.page_token_for(call.grant, page_.psid) if call.grant.kind == "user" else ABSENT


def _instagram(_: Call, page_: Person, field: Field) -> Any:
    if not page_.igsid:
        return ABSENT
    unasked = field.fields is None  # then the id alone comes
    value = {"id": page_.igsid} if unasked else {"id": page_.igsid, "username": page_.handle}
    return pick(value, field, "IGUser")


def _accounts(call: Call, _: Account, arguments: Mapping[str, str], fields: tuple[Field, ...] | None) -> dict[str, Any]:
    """List the Pages of the person behind the token, with the Pages' tokens."""
    pages = sorted([call.brand, *call.graph.tokens.other_pages.values()], key=lambda person: int(person.psid))
    wanted = fields or tuple(Field(name) for name in ("access_token", "category", "category_list", "name", "tasks"))
    listing = Listing(
        path=f"{call.grant.user_id}/accounts",
        fields=fields,
        items=pages,
        render=lambda person: render(call, PAGE, person, wanted),
        seen=lambda _: True,
        key=lambda person: (int(person.psid), 0),
    )
    body = page(call, listing, dict(arguments))
    if arguments.get("summary", "") not in ("", "0", "false"):
        body["summary"] = {"total_count": len(pages)}
    return body


def _permissions(call: Call, _: Account, __: Mapping[str, str], ___: Any) -> dict[str, Any]:
    withdrawn = call.graph.tokens.withdrawn
    return {
        "data": [
            {"permission": scope, "status": "declined" if scope in withdrawn else "granted"}
            for scope in SCOPES
            if scope in call.grant.scopes
        ]
    }


PAGE = Kind(
    "page",
    "Page",
    {
        "id": plain(lambda page_: page_.psid),
        "name": plain(lambda page_: page_.name),
        "username": plain(lambda page_: page_.handle),
        "category": plain(lambda _: CATEGORY["category"]),
        "category_list": plain(lambda _: CATEGORY["category_list"]),
        "tasks": plain(lambda _: TASKS),
        "access_token": _token,
        "link": plain(lambda page_: f"https://www.facebook.com/{page_.handle}"),
        "about": plain(lambda _: "Coffee machines, beans and help with both."),
        "fan_count": plain(lambda _: 48_200),
        "followers_count": plain(lambda _: 51_930),
        "verification_status": plain(lambda _: "blue_verified"),
        "is_published": plain(lambda _: True),
        "instagram_business_account": _instagram,
        "connected_instagram_account": _instagram,
        "picture": absent,
        "website": absent,
        "cover": absent,
    },
    {
        "feed": _posts("feed", _EVERYTHING),
        "posts": _posts("posts", _OWN, published_only=True),
        "published_posts": _posts("published_posts", _OWN, published_only=True),
        "visitor_posts": _posts("visitor_posts", ("visitor",)),
        "tagged": _posts("tagged", ("tagged",)),
        "conversations": conversations,
        "ratings": _ratings,
        "subscribed_apps": _subscribed,
    },
    ("name", "id"),
)

OTHER_PAGE = Kind("other_page", "Page", PAGE.fields, {}, PAGE.default)
"""A Page that is only there to be chosen: nothing is on it."""

USER = Kind(
    "user",
    "User",
    {"id": plain(lambda user: user.id), "name": plain(lambda _: "Robin Ashdown"), "picture": absent, "email": absent},
    {"accounts": _accounts, "permissions": _permissions},
    ("name", "id"),
)

APPLICATION = Kind(
    "application",
    "Application",
    {"id": plain(lambda app: app.id), "name": plain(lambda _: "Social Listener"), "link": absent, "category": absent},
    {},
    ("name", "id"),
)


def _first(contact: Contact) -> str:
    return contact.person.name.split(maxsplit=1)[0]


def _last(contact: Contact) -> Any:
    return contact.person.name.partition(" ")[2] or ABSENT


CONTACT = Kind(
    "contact",
    "User",
    {
        "id": plain(lambda contact: contact.id),
        "name": plain(lambda contact: contact.person.name),
        "first_name": plain(_first),
        "last_name": plain(_last),
        "username": plain(lambda contact: contact.person.handle if contact.id == contact.person.igsid else ABSENT),
        "profile_pic": absent,
        "follower_count": absent,
        "is_user_follow_business": absent,
        "is_business_follow_user": absent,
        "is_verified_user": absent,
    },
    {},
    ("first_name", "last_name", "id"),
)
