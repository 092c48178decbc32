"""Direct messages through the Graph API: windows, tags, private replies, and every refusal that is documented."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import facebook
import pytest

from social_listener.sandbox import Sandbox
from social_listener.sandbox.graph.records import Comment, IgComment

GraphConnect = Callable[..., facebook.GraphAPI]

HOUR = 3600
DAY = 24 * HOUR


def send(client: facebook.GraphAPI, recipient: dict[str, str], text: str = "Hello", **more: str) -> Any:
    """Send as a client has to: with JSON in form fields."""
    sent = {"recipient": json.dumps(recipient), "message": json.dumps({"text": text}), **more}
    return client.put_object("me", "messages", **sent)


def refused(call: Any) -> tuple[int, int | None]:
    """Return code and subcode of a refusal."""
    with pytest.raises(facebook.GraphAPIError) as caught:
        call()
    return caught.value.code, caught.value.result["error"].get("error_subcode")


def contact(sandbox: Sandbox, platform: str, handle: str = "mara_lindt") -> dict[str, str]:
    """Return the recipient for somebody on a platform."""
    person = sandbox.graph.person(handle)
    return {"id": person.psid if platform == "messenger" else person.igsid}


PLATFORMS = [("messenger", 2018278), ("instagram", 2534022)]


@pytest.mark.parametrize(("platform", "closed"), PLATFORMS)
@pytest.mark.parametrize(("tag", "window"), [(None, DAY), ("HUMAN_AGENT", 7 * DAY)])
def test_windows(  # noqa: PLR0917  # fixtures and a case
    sandbox: Sandbox, page: facebook.GraphAPI, platform: Any, closed: int, tag: str | None, window: int
) -> None:
    """A message is taken until exactly 24 hours after the person's last one, 7 days with HUMAN_AGENT, and then not."""
    how = {} if tag is None else {"messaging_type": "MESSAGE_TAG", "tag": tag}
    to = contact(sandbox, platform)
    sandbox.graph.message("mara_lindt", "Hello", platform=platform)
    sandbox.graph.advance(window - 1)
    answer = send(page, to, "One", **how)
    sandbox.graph.advance(1)
    send(page, to, "Two", **how)
    sandbox.graph.advance(1)
    assert refused(lambda: send(page, to, "Three", **how)) == (10, closed)
    truth = sandbox.graph.truth()
    assert answer == {"recipient_id": to["id"], "message_id": truth.messages[1].id}
    assert [(one.text, one.tag, one.platform) for one in truth.messages[1:]] == [
        ("One", tag, platform),
        ("Two", tag, platform),
    ]
    sandbox.graph.message("mara_lindt", "Still there?", platform=platform)
    send(page, to, "Yes")


@pytest.mark.parametrize(("platform", "closed"), PLATFORMS)
def test_nobody_is_written_to_first(sandbox: Sandbox, page: facebook.GraphAPI, platform: Any, closed: int) -> None:
    """Who has never written takes no message; who is not known is no user."""
    sandbox.graph.person("mara_lindt")
    assert refused(lambda: send(page, contact(sandbox, platform))) == (10, closed)
    assert refused(lambda: send(page, {"id": "123456"})) == (100, 2018001)


def test_windows_are_per_platform(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """A message on Instagram opens nothing on Messenger."""
    sandbox.graph.message("mara_lindt", "Hello", platform="instagram")
    assert refused(lambda: send(page, contact(sandbox, "messenger"))) == (10, 2018278)


@pytest.mark.parametrize("platform", ["messenger", "instagram"])
def test_private_reply_once_and_in_time(sandbox: Sandbox, page: facebook.GraphAPI, platform: str) -> None:
    """A comment takes one private reply until 7 days after it; more only once the person has written."""
    graph = sandbox.graph
    first: Comment | IgComment
    late: Comment | IgComment
    if platform == "messenger":
        post = graph.page_post("News")
        first, late = (graph.comment("mara_lindt", post, text) for text in ("One", "Two"))
    else:
        media = graph.media("Sunday")
        first, late = (graph.ig_comment("mara_lindt", media, text) for text in ("One", "Two"))
    answer = send(page, {"comment_id": first.id}, "In private")
    message = graph.truth().message(answer["message_id"])
    assert (message.private_reply_to, message.platform, message.contact) == (first.id, platform, "mara_lindt")
    assert refused(lambda: send(page, {"comment_id": first.id}, "Again"))[0] == 10900
    assert refused(lambda: send(page, contact(sandbox, platform)))[0] == 10
    graph.advance(7 * DAY + 1)
    assert refused(lambda: send(page, {"comment_id": late.id}))[0] == 10902
    graph.message("mara_lindt", "Yes?", platform=platform)  # type: ignore[arg-type]
    send(page, contact(sandbox, platform))


def test_private_reply_at_the_last_second(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Exactly 7 days after the comment the reply is still taken."""
    comment = sandbox.graph.comment("mara_lindt", sandbox.graph.page_post("News"), "One")
    sandbox.graph.advance(7 * DAY)
    assert page.get_object(comment.id, fields="can_reply_privately")["can_reply_privately"] is True
    send(page, {"comment_id": comment.id})
    assert page.get_object(comment.id, fields="can_reply_privately")["can_reply_privately"] is False


def test_private_reply_is_linked(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """The comment names the conversation that the private reply began, with those who take part."""
    graph = sandbox.graph
    comment = graph.comment("mara_lindt", graph.page_post("News"), "One")
    field = "private_reply_conversation{id,participants}"
    assert "private_reply_conversation" not in page.get_object(comment.id, fields=field)
    send(page, {"comment_id": comment.id})
    found = page.get_object(comment.id, fields=field)["private_reply_conversation"]
    (thread,) = page.get_connections("me", "conversations")["data"]
    assert found["id"] == thread["id"]
    assert [one["name"] for one in found["participants"]["data"]] == ["Mara Lindt", "Fernhill"]


def test_private_replies_to_posts(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """A visitor's post takes a private reply; the Page's own things, mentions elsewhere and deleted ones do not."""
    graph = sandbox.graph
    visiting = graph.visitor_post("mara_lindt", "Hello")
    send(page, {"post_id": visiting.id})
    own = graph.app_comment(on=graph.page_post("News"), text="Ours")
    assert refused(lambda: send(page, {"comment_id": own.id}))[0] == 10903
    mention = graph.ig_mention("tobyquill", "hello", in_comment=True)
    assert refused(lambda: send(page, {"comment_id": mention.id}))[0] == 10903
    elsewhere = graph.comment("tobyquill", graph.tagged_post("mara_lindt", "Look"), "Hm")
    assert refused(lambda: send(page, {"comment_id": elsewhere.id}))[0] == 10903
    assert page.get_object(elsewhere.id, fields="can_reply_privately")["can_reply_privately"] is False
    gone = graph.comment("tobyquill", visiting, "Hm")
    graph.delete(gone)
    assert refused(lambda: send(page, {"comment_id": gone.id})) == (100, 33)
    assert len(graph.truth().messages) == 1


def test_what_a_forgetful_client_sends(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """A dict that was not encoded arrives as recipient=id, and is refused; so is every other recipient that is none."""
    sandbox.graph.message("mara_lindt", "Hello")
    to = contact(sandbox, "messenger")
    text = json.dumps({"text": "Hello"})
    assert refused(lambda: page.put_object("me", "messages", recipient=to, message=text))[0] == 100
    for recipient in ("", "[]", '"x"', "{}", json.dumps({"id": 5}), json.dumps({**to, "comment_id": "1"})):
        wrong = {"recipient": recipient, "message": text}
        assert refused(lambda wrong=wrong: page.put_object("me", "messages", **wrong))[0] == 100
    for message in ("", "hello", "{}", json.dumps({"text": " "})):
        wrong = {"recipient": json.dumps(to), "message": message}
        assert refused(lambda wrong=wrong: page.put_object("me", "messages", **wrong))[0] == 100
    assert len(sandbox.graph.truth().messages) == 1


def test_tags_that_died(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Tags other than HUMAN_AGENT are error 100; HUMAN_AGENT needs a permission that can be taken away."""
    sandbox.graph.message("mara_lindt", "Hello")
    to = contact(sandbox, "messenger")
    tagged = {"messaging_type": "MESSAGE_TAG"}
    for tag in ("ACCOUNT_UPDATE", "CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE", ""):
        assert refused(lambda tag=tag: send(page, to, **tagged, tag=tag))[0] == 100
    assert refused(lambda: send(page, to, messaging_type="SHOUT"))[0] == 100
    assert refused(lambda: send(page, to, messaging_type="UTILITY"))[0] == 200
    sandbox.graph.policy.change(human_agent=False)
    assert refused(lambda: send(page, to, **tagged, tag="HUMAN_AGENT"))[0] == 10
    send(page, to, messaging_type="RESPONSE")


def test_lengths(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Instagram counts bytes, 1,000 of them; Messenger 2,000 characters."""
    for platform, longest in (("messenger", "ü" * 2000), ("instagram", "ü" * 500)):
        sandbox.graph.message("mara_lindt", "Hello", platform=platform)  # type: ignore[arg-type]
        to = contact(sandbox, platform)
        send(page, to, longest)
        assert refused(lambda to=to, text=longest: send(page, to, text + "x"))[0] == 100


def test_other_refusals(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """Somebody unavailable, a restricted Page and a conversation of another application have their own codes."""
    graph = sandbox.graph
    graph.message("mara_lindt", "Hello")
    to = contact(sandbox, "messenger")
    graph.change_person("mara_lindt", reachable=False)
    assert refused(lambda: send(page, to)) == (551, 1545041)
    graph.change_person("mara_lindt", reachable=True)
    graph.policy.change(page_restricted=True)
    assert refused(lambda: send(page, to)) == (10, 1893063)
    graph.policy.change(page_restricted=False)
    graph.hold_thread("mara_lindt")
    send(page, to)
    graph.policy.change(other_app_blocks=True)
    assert refused(lambda: send(page, to)) == (10, 2018300)
    graph.hold_thread("mara_lindt", app_id=None)
    send(page, to)


def test_messages_through_the_account(sandbox: Sandbox, page: facebook.GraphAPI) -> None:
    """The Instagram account lists its own conversations and sends to Instagram only, as in the other login."""
    graph = sandbox.graph
    graph.message("mara_lindt", "Hello", platform="instagram")
    graph.message("mara_lindt", "Hello")
    (thread,) = page.get_connections(graph.instagram_id, "conversations", fields="participants")["data"]
    assert thread["participants"]["data"][0]["username"] == "mara_lindt"
    text = json.dumps({"text": "Hi"})
    for platform, code in (("instagram", None), ("messenger", 100)):
        recipient = json.dumps(contact(sandbox, platform))
        if code is None:
            assert page.put_object(graph.instagram_id, "messages", recipient=recipient, message=text)["message_id"]
        else:
            wrong = {"recipient": recipient, "message": text}
            assert refused(lambda wrong=wrong: page.put_object(graph.instagram_id, "messages", **wrong))[0] == code


def test_user_tokens_have_no_messages(sandbox: Sandbox, graph_client_for: GraphConnect) -> None:
    """A user token neither reads conversations nor writes."""
    sandbox.graph.message("mara_lindt", "Hello")
    client = graph_client_for(sandbox, sandbox.graph.tokens.user_token)
    page_id = sandbox.graph.page_id
    assert refused(lambda: client.get_connections(page_id, "conversations"))[0] == 210
    sent = {"recipient": json.dumps(contact(sandbox, "messenger")), "message": json.dumps({"text": "Hi"})}
    assert refused(lambda: client.put_object(page_id, "messages", **sent))[0] == 210
