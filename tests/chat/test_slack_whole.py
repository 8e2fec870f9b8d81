"""The whole bot in one workspace: real flow, real store, real SDK, over sockets, as people use it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import bot.store
from bot import flow
from bot.chat.slack import Slack
from bot.flow import World, later
from bot.matching import Matcher
from bot.model import (
    Bookmark,
    Bundle,
    Channel,
    Delivery,
    Heard,
    Options,
    Paper,
    Poll,
    Reason,
    Reply,
    Signals,
    Subscription,
)
from bot.ports import Store
from bot.replies.subscribing import MODES
from tests.chat.slack_bot import GENERAL, hearing
from tests.flow.stage import START, FakeFetch, Hands
from tests.standins.slack import Person, Room, Said, StandIn, read, slack_standin

TITLE = "Quantized *transformers* <!channel> for `code`"
SOURCE = "https://feed.example/papers"
LINK = "https://arxiv.org/abs/2608.00001"
PAPERS = tuple(
    Paper(
        f"arxiv:2608.{n:05}",
        TITLE if n == 1 else f"A transformers paper, number {n}",
        SOURCE,
        abstract="We quantize transformers.",
        authors=("Ada Lovelace",),
        url=f"https://arxiv.org/abs/2608.{n:05}",
        announced=START,
        signals=Signals(upvotes=n),
    )
    for n in range(1, 30)
)


@dataclass
class Whole:
    """A workspace with the whole bot in it."""

    standin: StandIn
    chat: Slack
    store: Store
    world: World
    hands: Hands
    papers: Sequence[Paper] = PAPERS

    async def deliver(self) -> None:
        await self.hands.deliver_all(self.world)

    async def posted(self, *numbers: int, options: Options | None = None, bundle: Bundle | None = None) -> list[Said]:
        """Papers come to the channel by a rule; its messages."""
        wish = Subscription(GENERAL, "transformers", "slack:U0ADA", Options(mode="instant"))
        await self.store.subscribe(wish, self.hands.clock())
        planned = tuple(
            Delivery(
                self.papers[n - 1].id, GENERAL, (Reason("transformers", "title", 10, 22, "transformers"),),
                due=self.hands.clock(), options=options or Options(mode="instant", format="card"), bundle=bundle,
            )
            for n in numbers
        )  # fmt: skip
        await self.store.record(
            Poll(Bookmark("x:y"), tuple(self.papers), planned, await self.store.version()), self.hands.clock()
        )
        await self.deliver()
        return self.standin.public()


@asynccontextmanager
async def whole(
    home: Path, standin: StandIn | None = None, papers: Sequence[Paper] = PAPERS, source: str = SOURCE
) -> AsyncIterator[Whole]:
    """It, with papers that it has read."""
    store = await bot.store.open(f"sqlite:{home / 'whole.db'}")
    fetch = FakeFetch([[]])
    hands = Hands(fetch)
    async with slack_standin(standin) as standin:
        world = World(store, hands.clock, fetch, fetch.read, {}, Matcher(), shared=frozenset({source}))

        async def answer(heard: Heard) -> Reply:
            return await flow.answer(heard, world)

        async with hearing(standin, answer, store, hands.clock) as chat:
            assert isinstance(world.chats, dict)
            world.chats["slack"] = chat
            await store.record(Poll(Bookmark(source, baseline_at=START), tuple(papers)), START)
            try:
                yield Whole(standin, chat, store, world, hands, papers)
            finally:
                with contextlib.suppress(Exception):
                    await chat.close()
    await store.close()


async def test_the_moment_of_subscribing(tmp_path: Path) -> None:
    """Preview, edited in a form with a mistake and without, subscribed, told to the channel, taken back."""
    async with whole(tmp_path) as at:
        preview = (await at.standin.command("/subscribe", "transformers quantization")).answers[0]
        assert preview.only == "U0ADA"
        assert preview.buttons.keys() >= {"Subscribe", "Edit…", "Cancel"}
        at.standin.push(preview, preview.buttons["Edit…"])
        view = await at.standin.seen(at.standin.modal)
        said = await at.standin.fill(view, {"Rule": 'mamba "state', "Time of day of a digest": "25:00"})
        assert said["response_action"] == "errors"
        assert set(said["errors"]) == {"0.rule", "2.at"}
        assert await at.standin.fill(view, {"Rule": "transformers", "How papers come": MODES["daily"]}) == {}
        await at.standin.seen(lambda: "Subscribe this channel to transformers" in preview.shown)
        done = at.standin.push(preview, preview.buttons["Subscribe"])
        await done.answered()
        (public,) = await at.standin.seen(at.standin.public)
        assert public.shown.startswith("Ada subscribed this channel to transformers")
        assert [one.rule for one in await at.store.subscriptions(GENERAL)] == ["transformers"]
        undone = await at.standin.press(public, public.buttons["Undo"])
        assert undone.answers
        assert await at.store.subscriptions(GENERAL) == []


async def test_a_rule_that_cannot_be_read_is_told_with_its_place(tmp_path: Path) -> None:
    async with whole(tmp_path) as at:
        (told,) = (await at.standin.command("/subscribe", 'mamba "state')).answers
        assert told.only == "U0ADA"
        assert "^" in told.shown


async def test_a_card_is_voted_saved_cited_and_explained(tmp_path: Path) -> None:
    async with whole(tmp_path) as at:
        (card,) = await at.posted(1)
        assert TITLE in card.shown
        vote = next(label for label in card.buttons if "pvote" in label)
        for person in ("U0ADA", "U0BOB"):
            await at.standin.press(card, card.buttons[vote], user=person)
        at.hands.time = at.hands.time.replace(hour=10)
        for edit in await later.edits(at.world, 10):
            await later.edit(edit, at.world)
        assert any("2" in label for label in card.buttons if "pvote" in label or "▲" in label)
        choices = card.choices
        for label in ("Why is this here?", "Copy BibTeX", "Not for us", "Save for later"):
            seen = await at.standin.press(card, choices[label])
            assert seen.answers[0].only == "U0ADA", label
        await at.standin.until(1, "D0ADA")
        assert TITLE in at.standin.told()[0].shown


async def test_outsiders_change_nothing_and_the_preview_says_who_reads(tmp_path: Path) -> None:
    standin = StandIn()
    standin.people["U0ELSE"] = Person("U0ELSE", "Eve", team="T0OTHER", admin=True)
    standin.rooms["C0BOTH"] = Room("C0BOTH", shared=True, people={"U0ADA", "U0ELSE"})
    async with whole(tmp_path, standin) as at:
        (told,) = (await standin.command("/subscribe", "mamba", "C0BOTH", "U0ELSE")).answers
        assert "Subscribe" not in told.buttons
        assert "looked after by the company whose channel this is" in told.shown
        (mine,) = (await standin.command("/subscribe", "mamba", "C0BOTH")).answers
        assert "another company" in mine.shown
        await standin.push(mine, mine.buttons["Subscribe"], user="U0ELSE").answered()
        assert await at.store.subscriptions(Channel("slack", "T0LAB/C0BOTH")) == []


async def test_a_link_finds_the_papers_thread_of_this_channel(tmp_path: Path) -> None:
    standin = StandIn()
    standin.scopes |= {"links:read", "links:write"}
    async with whole(tmp_path, standin) as at:
        (card,) = await at.posted(1)
        await standin.press(card, card.buttons["Discuss"])
        said = standin.share(LINK)
        shown = read(await standin.seen(lambda: said.unfurled.get(LINK)))
        assert TITLE in shown
        assert "Discussed here" in shown
        assert "Go to the thread" in shown
        unknown = standin.share("https://arxiv.org/abs/1706.03762")
        seen = await standin.point(said)
        assert "Discussed here" in seen.answers[0].shown
        assert unknown.unfurled == {}
        standin.mention("what is this?", thread=card.ts)
        await standin.seen(lambda: [one for one in standin.said if one.only and one.thread == card.ts])


async def test_the_home_shows_and_opens_channels_by_their_names(tmp_path: Path) -> None:
    async with whole(tmp_path) as at:
        for words in ("transformers", "me mamba"):
            preview = (await at.standin.command("/subscribe", words)).answers[0]
            await at.standin.push(preview, preview.buttons["Subscribe"]).answered()
        at.standin.look_home()
        view = await at.standin.seen(lambda: at.standin.views.get("VU0ADA"))
        said = read(view["blocks"])
        assert "For you alone" in said
        assert "mamba" in said
        assert "transformers" in said
        assert {"type": "channel", "channel_id": "C0GENERAL", "style": {"bold": True}} in _spans(view["blocks"])
        offered = Said("", "", "", view["blocks"]).choices
        at.standin.push_in(view, offered["#general"])
        over = await at.standin.seen(at.standin.modal)
        assert "transformers" in read(over["blocks"])


def _spans(thing: object) -> list[object]:
    if isinstance(thing, list):
        return [span for item in thing for span in _spans(item)]
    if isinstance(thing, dict) and "elements" in thing:
        return _spans(thing["elements"])
    return [thing]


async def test_every_command_is_answered_within_slacks_limits(tmp_path: Path) -> None:
    async with whole(tmp_path) as at:
        await at.posted(*range(1, 8), options=Options(mode="instant", format="compact"))
        for words in (
            "", "help", "subscriptions", "settings", "settings mode:daily at:08:30", "pause 3d", "resume", "status",
            "feeds", "search transformers", "why 2608.00001", "why nothing", "test 1", "export", "top", "saved",
            "overview", "find 2608.00001", "subscribe", "unsubscribe", "unsubscribe 9", "nonsense", "unsubscribe all",
        ):  # fmt: skip
            (told,) = (await at.standin.command("/papers", words)).answers
            assert told.only == "U0ADA", words
            assert told.text.strip(), words
