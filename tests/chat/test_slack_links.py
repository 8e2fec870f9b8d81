"""Links, shortcuts, mentions and the Home in Slack: who asks what, and where the answer stands."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.model import Ask, Button, Change, Heard, Line, Post, Press, Reply, Span
from tests.chat.slack_bot import GENERAL, echo, says, talking
from tests.standins.slack import StandIn, read
from tests.standins.slack.blockkit import view_faults

LINK = "https://arxiv.org/abs/2402.12345"
LINKS = frozenset({"links:read", "links:write"})
FOUND = replace(says("Quantized transformers", "Discussed here on Tuesday."), paper="arxiv:2402.12345")


class Finder:
    """Finds one paper."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.came = asyncio.Event()

    async def __call__(self, heard: Heard) -> Reply:
        self.heard.append(heard)
        self.came.set()
        if isinstance(heard, Ask) and heard.verb == "find" and LINK in heard.words:
            return Reply(FOUND)
        return await echo(heard)


def able(*scopes: str) -> StandIn:
    standin = StandIn()
    standin.scopes |= set(scopes)
    return standin


async def test_a_pasted_link_gets_the_papers_card_under_its_message() -> None:
    finder = Finder()
    async with talking(finder, standin=able(*LINKS)) as (standin, _):
        said = standin.share(LINK)
        shown = await standin.seen(lambda: said.unfurled.get(LINK))
        assert read(shown) == "Quantized transformers\nDiscussed here on Tuesday."
        assert standin.public() == [said]
    assert finder.heard == [
        Ask(GENERAL, "slack:U0ADA", "find", LINK, zone="Europe/Berlin"),
    ]


async def test_a_link_in_a_papers_thread_is_asked_about_and_not_the_thread() -> None:
    """Else another paper's card would stand under it."""
    finder = Finder()
    async with talking(finder, standin=able(*LINKS)) as (standin, _):
        said = standin.share(LINK, thread_ts=standin.write("About another paper").ts)
        await standin.seen(lambda: said.unfurled.get(LINK))
    assert [heard.message for heard in finder.heard if isinstance(heard, Ask)] == [None]


@pytest.mark.parametrize("thread", [False, True])
async def test_without_the_scope_for_that_the_card_stands_in_the_thread(thread: bool) -> None:
    async with talking(Finder(), standin=able("links:read")) as (standin, _):
        root = standin.write("About that paper")
        said = standin.share(LINK, thread_ts=root.ts if thread else None)
        found = await standin.seen(lambda: [one for one in standin.public() if one.author == standin.bot_user])
        assert [(one.thread, one.shown.partition("\n")[0]) for one in found] == [
            (root.ts if thread else said.ts, "Quantized transformers")
        ]
        assert found[0].fields["unfurl_links"] is False


async def test_a_link_is_left_alone_where_nobody_asked_for_the_bot() -> None:
    finder = Finder()
    async with talking(finder, standin=able(*LINKS)) as (standin, _):
        standin.share(LINK, source="composer")
        standin.share(LINK, is_bot_user_member=False)
        unknown = standin.share("https://arxiv.org/abs/9999.99999")
        await finder.came.wait()
        await standin.command("/subscriptions")
        assert unknown.unfurled == {}
        assert [one.author for one in standin.public()] == ["U0ADA"] * 3
    assert [heard.words for heard in finder.heard if isinstance(heard, Ask)][:1] == ["https://arxiv.org/abs/9999.99999"]


async def test_the_shortcut_finds_the_paper_of_a_message() -> None:
    finder = Finder()
    async with talking(finder) as (standin, chat):
        await chat.post(GENERAL, Post(Line((Span("A paper", url=LINK),))), "k")
        (message,) = standin.public()
        seen = await standin.point(message)
        assert [said.shown.partition("\n")[0] for said in seen.answers] == ["Quantized transformers"]
        assert [said.only for said in seen.answers] == ["U0ADA"]
    assert finder.heard == [
        Ask(GENERAL, "slack:U0ADA", "find", LINK, zone="Europe/Berlin", message=message.ts),
    ]


async def test_a_mention_in_a_thread_finds_its_paper_and_answers_its_person_there() -> None:
    finder = Finder()
    async with talking(finder) as (standin, chat):
        root = await chat.post(GENERAL, says("A paper"), "k")
        standin.mention(f"what is <{LINK}>?", thread=root, user="U0BOB")
        found = await standin.seen(lambda: [said for said in standin.said if said.only])
        assert [(said.only, said.thread, said.shown.partition("\n")[0]) for said in found] == [
            ("U0BOB", root, "Quantized transformers")
        ]
    (heard,) = finder.heard
    assert isinstance(heard, Ask)
    assert (heard.verb, heard.words, heard.message) == ("find", LINK, root)


@pytest.mark.parametrize(
    ("text", "verb", "words"),
    [("", "help", ""), ("subscribe graph networks", "subscribe", "graph networks"), ("hello?", "hello?", "")],
)
async def test_a_mention_in_the_channel_is_a_command(text: str, verb: str, words: str) -> None:
    finder = Finder()
    async with talking(finder) as (standin, _):
        standin.mention(text)
        await standin.seen(lambda: [said for said in standin.said if said.only])
    assert [(heard.verb, heard.words) for heard in finder.heard if isinstance(heard, Ask)] == [(verb, words)]


async def test_what_the_bot_itself_says_of_itself_is_no_question() -> None:
    finder = Finder()
    async with talking(finder) as (standin, _):
        told = {"type": "app_mention", "user": "U9", "bot_id": "B9", "text": "hi", "ts": "1.0", "channel": "C0GENERAL"}
        await standin.happen(told).wait()
        await standin.command("/subscriptions")
    assert len(finder.heard) == 1


class Home:
    """A Home of so many lines, and what is pressed in it."""

    def __init__(self, lines: int = 1) -> None:
        self.lines = lines
        self.heard: list[Heard] = []

    async def __call__(self, heard: Heard) -> Reply:
        self.heard.append(heard)
        if isinstance(heard, Change):
            return Reply(says("Noted."))
        if isinstance(heard, Ask):
            lines = (f"Rule {n} of <!channel> " + "word " * 40 for n in range(self.lines))
            return Reply(says("Your channels", *lines, buttons=(Button("End rule 1", "end:1"),)))
        self.lines = 0
        return Reply(says("Ended.", buttons=(Button("Undo", "undo:1"),)))


@pytest.mark.parametrize("lines", [1, 99, 5000])
async def test_the_home_is_published_within_its_limits(lines: int) -> None:
    home = Home(lines)
    async with talking(home) as (standin, chat):
        standin.look_home()
        view = await standin.seen(lambda: standin.views.get("VU0ADA"))
        assert view_faults({key: view[key] for key in ("type", "callback_id", "blocks")}, "home") == []
        assert "Rule 0 of <!channel>" in read(view["blocks"])
        inbox = await chat.inbox("slack:U0ADA")
    assert home.heard == [Ask(inbox, "slack:U0ADA", "home", standing="manager", zone="Europe/Berlin")]  # of their own


async def test_a_press_in_the_home_is_answered_over_it_and_shown_in_it() -> None:
    home = Home()
    async with talking(home) as (standin, chat):
        standin.look_home()
        view = await standin.seen(lambda: standin.views.get("VU0ADA"))
        standin.push_in(view, "end:1")
        over = await standin.seen(standin.modal)
        assert read(over["blocks"]) == "Ended."
        await standin.seen(lambda: "Rule" not in read(standin.views["VU0ADA"]["blocks"]))
        standin.push_in(over, "undo:1")
        await standin.seen(lambda: standin.modal()["hash"] != over["hash"])  # type: ignore[index]  # it is there
        inbox = await chat.inbox("slack:U0ADA")
    assert [heard.action for heard in home.heard if isinstance(heard, Press)] == ["end:1", "undo:1"]
    assert {heard.channel for heard in home.heard} == {inbox}


async def test_a_modal_forged_for_another_channel_is_the_persons_own() -> None:
    home = Home()
    async with talking(home) as (standin, chat):
        theirs = standin.type("/subscriptions", user="U0BOB")
        await theirs.answered()
        standin.look_home()
        view = await standin.seen(lambda: standin.views.get("VU0ADA"))
        standin.push_in(view, "end:1")
        over = await standin.seen(standin.modal)
        standin.push_in({**over, "private_metadata": theirs.trigger}, "undo:1")
        await standin.seen(lambda: standin.modal()["hash"] != over["hash"])  # type: ignore[index]  # it is there
        inbox = await chat.inbox("slack:U0ADA")
    assert {heard.channel for heard in home.heard if isinstance(heard, Press)} == {inbox}
