"""Writing in a channel without JavaScript."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.model import Ask, Press
from tests.web.browse import Client, look, opened, send
from tests.web.stage import GENERAL, Stage, paper, post_about, text

JSON = {"Accept": "application/json"}


@pytest.fixture
async def stage() -> Stage:
    return Stage()


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[Client]:
    async with opened(stage) as made:
        yield made


async def test_a_command_is_answered_on_the_page_for_its_person_alone(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    status, html, _ = await send(
        client, "/chat/general", fields | {"words": "/Subscribe  transformers\r\n quantization"}
    )
    assert status == 200
    assert "Only you see this" in html
    assert 'value="confirm:1"' in html
    (ask,) = stage.heard
    assert isinstance(ask, Ask)
    assert (ask.channel, ask.verb, ask.words) == (GENERAL, "subscribe", "transformers quantization")
    assert "Only you see this" not in (await look(client))[0]


async def test_a_pressed_button_reaches_the_bot_and_the_channel_hears_of_it(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    status, html, _ = await send(client, "/chat/general/press", fields | {"action": "confirm:1"})
    assert status == 200
    assert "Subscribed. Papers are posted here" in html
    assert "This channel now follows" in html
    assert "This channel now follows" in (await look(client))[0]
    assert [said.post.plain for said in stage.memory.said] == ["This channel now follows transformers quantization."]


async def test_a_person_is_the_same_in_every_ask_and_press(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    await send(client, "/chat/general", fields | {"words": "/help"})
    await send(client, "/chat/general/press", fields | {"action": "cancel:1"})
    async with opened(stage) as other:
        await send(other, "/chat/general", (await look(other))[1] | {"words": "/help"})
    mine, again, theirs = (said.person for said in stage.heard)
    assert mine == again != theirs
    assert mine.startswith("local:")


async def test_an_author_cannot_be_played_by_who_reads_their_name(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    await send(client, "/chat/general", fields | {"words": "hello"})
    secret = client.session.cookie_jar.filter_cookies(client.make_url("/"))["visitor"].value
    assert secret not in (await look(client))[0]
    assert stage.memory.said[0].author != f"local:{secret}"


async def test_plain_words_are_a_message_said_once_however_often_sent(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    words = fields | {"words": "Has anybody\n\n\n\nread this?\x00\u202e"}
    for _ in range(2):
        status, _, location = await send(client, "/chat/general", words)
        assert (status, location) == (303, "/chat/general#m1")
    await send(client, "/chat/general", fields | {"words": "Another one"})
    assert [said.post.plain for said in stage.memory.said] == ["Has anybody\nread this?", "Another one"]
    assert "<b>You</b>" in (await look(client))[0]


async def test_a_forgotten_slash_is_said_and_its_author_told(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    status, html, _ = await send(client, "/chat/general", fields | {"words": "Subscribe transformers"})
    assert status == 200
    assert "<code>/Subscribe transformers</code>" in html
    async with client.post("/chat/general", data=fields | {"words": "subscribe x"}, headers=JSON) as answer:
        found = await answer.json()
    assert "subscribe x" in found["said"]
    assert "begins with a slash" in found["whisper"]
    assert stage.heard == []
    assert len(stage.memory.said) == 2


async def test_nothing_typed_is_nothing_said(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    assert (await send(client, "/chat/general", fields | {"words": " \n "}))[0] == 303
    assert stage.memory.said == []


async def test_a_thread_is_written_in_and_read_on_its_own_page(stage: Stage, client: Client) -> None:
    await stage.chat.post(GENERAL, post_about(paper(1, "Eight-Bit")), "k")
    html, _ = await look(client)
    assert 'href="/chat/general/1"' in html
    _, fields = await look(client, "/chat/general/1")
    status, _, location = await send(client, "/chat/general/1", fields | {"words": "In the thread"})
    assert (status, location) == (303, "/chat/general/1#m2")
    assert "In the thread" in (await look(client, "/chat/general/1"))[0]
    assert "In the thread" not in (await look(client))[0]


async def test_words_sent_to_a_message_within_a_thread_join_that_thread(stage: Stage, client: Client) -> None:
    await stage.chat.post(GENERAL, text("top"), "k")
    await stage.chat.thread(GENERAL, "1", "name", text("opener"), "k")
    _, fields = await look(client)
    await send(client, "/chat/general/2", fields | {"words": "joined"})
    assert stage.memory.said[-1].thread == 1


async def test_a_reply_with_a_thread_leads_there(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    status, _, location = await send(client, "/chat/general/press", fields | {"action": "thread:5"})
    assert (status, location) == (303, "/chat/general/1")


async def test_a_command_typed_in_a_thread_is_answered_there(stage: Stage, client: Client) -> None:
    await stage.chat.post(GENERAL, text("top of the thread"), "k")
    _, fields = await look(client, "/chat/general/1")
    _, html, _ = await send(client, "/chat/general/1", fields | {"words": "/subscribe x"})
    assert "Only you see this" in html
    assert "top of the thread" in html
    assert '<input type="hidden" name="thread" value="1">' in html


async def test_the_script_gets_pieces_instead_of_pages(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    async with client.post("/chat/general", data=fields | {"words": "/help"}, headers=JSON) as answer:
        found = await answer.json()
    assert "Only you see this" in found["whisper"]
    assert "<html" not in found["whisper"]
    async with client.post("/chat/general", data=fields | {"words": "hello"}, headers=JSON) as answer:
        assert 'id="m1"' in (await answer.json())["said"]
    async with client.post("/chat/general", data={"words": "hello"}, headers=JSON) as answer:
        assert answer.status == 403
        assert "open the page again" in (await answer.json())["wrong"]


async def test_a_first_visit_is_told_what_to_type_and_the_next_is_not(stage: Stage, client: Client) -> None:
    await stage.chat.post(GENERAL, text("hello"), "k")
    assert "data-fill" in (await look(client))[0]
    assert "data-fill" not in (await look(client))[0]
    html, _ = await look(client, "/chat/general?say=%2Fsubscribe+x+%3Cb%3E")
    assert "/subscribe x &lt;b&gt;</textarea>" in html


async def test_presses_and_asks_are_the_only_things_the_bot_hears(stage: Stage, client: Client) -> None:
    _, fields = await look(client)
    await send(client, "/chat/general", fields | {"words": "just words /subscribe x"})
    await send(client, "/chat/general", fields | {"words": "/ not a command"})
    await send(client, "/chat/general", fields | {"words": "/nonsense"})
    await send(client, "/chat/general/press", fields | {"action": "cancel:1"})
    assert [type(said) for said in stage.heard] == [Ask, Press]
