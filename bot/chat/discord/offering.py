"""The commands as Discord offers them: options of their own, choices and completion. Each hands its words on.

https://docs.discord.com/developers/interactions/application-commands
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Literal, Protocol

from bot.chat.discord import words
from bot.chat.discord.commands import Tree
from bot.chat.discord.sdk import Interaction, app_commands, discord
from bot.options import MOST_A_DAY, MOST_AT_START

Mode = Literal["instant", "daily", "weekly"]
Format = Literal["compact", "card", "full"]
Opening = Literal["ask", "auto", "off"]
Switch = Literal["on", "off"]
Empty = Literal["say", "quiet"]
Most = app_commands.Range[int, 1, MOST_A_DAY]
First = app_commands.Range[int, 0, MOST_AT_START]

FIND = "Find this paper's thread"
"""In the menu of a message."""

Into = Literal["rule", "subscription", "zone", "feed"]
Choices = list[app_commands.Choice[str]]
Completing = Callable[[Interaction, str], Coroutine[Any, Any, Choices]]

Place = discord.TextChannel | discord.ForumChannel
"""What can be subscribed: text and announcement channels, forums."""


class Heard(Protocol):
    """What becomes of a command."""

    async def ask(
        self, interaction: Interaction, verb: str, words: str, *, target: Any = None, message: str | None = None
    ) -> None:
        """It was typed; `target` is another channel that is meant, `message` what it is about."""

    async def complete(self, interaction: Interaction, into: Into, typed: str) -> Choices:
        """It is being typed."""


def offer(tree: Tree, heard: Heard, *, to_all: bool = False) -> None:
    """Put the commands into the tree.

    What changes a channel's rules is offered to those who may manage it, unless a server says otherwise; to everybody
    where the bot's config lets everybody (`to_all`). `/papers subscribe` is everybody's in any case: rights are asked
    when it runs, and whoever may not change anything sees what it would bring and can pass it on.
    """
    shown = _as_it_is if to_all else app_commands.default_permissions(manage_channels=True)
    tree.command(name="subscribe", description=SUBSCRIBE)(shown(_subscribe(heard)))
    tree.command(name="unsubscribe", description=UNSUBSCRIBE)(shown(_unsubscribe(heard)))

    @tree.command(description="What this channel is subscribed to")
    @app_commands.describe(mine="What comes to your own messages instead")
    async def subscriptions(interaction: Interaction, mine: bool = False) -> None:
        await heard.ask(interaction, "subscriptions", words.PERSONAL if mine else "")

    papers = app_commands.Group(name="papers", description="Papers and help", guild_only=False)
    papers.command(name="subscribe", description=SUBSCRIBE)(_subscribe(heard))
    papers.command(name="unsubscribe", description=UNSUBSCRIBE)(_unsubscribe(heard))
    _asking(papers, heard)
    _listing(papers, heard)
    _tuning(papers, heard)
    _feeds(papers, heard)
    _address(papers, heard)
    tree.add_command(papers)

    @tree.context_menu(name=FIND)
    async def find(interaction: Interaction, message: discord.Message) -> None:
        await heard.ask(interaction, "papers", "find", message=_named(message))


def _as_it_is(command: Any) -> Any:
    return command


def _named(message: discord.Message) -> str:
    """The message's id as the bot gave it to its posts."""
    thread = message.channel if isinstance(message.channel, discord.Thread) else None
    if thread is None or thread.id == message.id:
        return str(message.id)
    return f"{thread.id}/{message.id}" if isinstance(thread.parent, discord.ForumChannel) else str(thread.id)


def _completion(heard: Heard, into: Into) -> Completing:
    async def complete(interaction: Interaction, current: str) -> Choices:
        return await heard.complete(interaction, into, current)

    return complete


def _single(heard: Heard) -> Completing:
    """One subscription, where `all` would mean nothing."""

    async def complete(interaction: Interaction, current: str) -> Choices:
        offered = await heard.complete(interaction, "subscription", current)
        return [choice for choice in offered if choice.value != "all"]

    return complete


SUBSCRIBE = "Bring new papers that match a rule to this channel; shows you first what it means"
UNSUBSCRIBE = "End one of this channel's subscriptions"
_HOW = {
    "mode": "Each paper at once, or a digest",
    "at": "When a digest goes out, such as 09:00",
    "tz": "The time zone, by its city",
    "days": "Weekdays, such as mon-fri or mon,wed",
    "max": "Papers a day at the most",
    "format": "How much of each paper is shown",
    "thread": "Whether a paper gets its thread at once, or when somebody asks",
    "start": "Stored papers to begin with",
    "publish": "In an announcement channel: whether followers get each post too",
    "empty": "Whether a digest without papers says so",
}
"""The options of a subscription and of a channel, which every command has in the same words."""


def _subscribe(heard: Heard) -> Any:
    """A rule for a channel, with its options as fields."""

    @app_commands.describe(
        rule='Words, "a phrase", OR, -without, title:… cat:… votes:>=20',
        channel="Another channel than this one",
        mine="To your own messages instead of a channel",
        **_HOW,
    )
    @app_commands.autocomplete(rule=_completion(heard, "rule"), tz=_completion(heard, "zone"))
    async def subscribe(
        interaction: Interaction,
        rule: str,
        mode: Mode | None = None,
        at: str | None = None,
        tz: str | None = None,
        days: str | None = None,
        max: Most | None = None,
        format: Format | None = None,
        thread: Opening | None = None,
        start: First | None = None,
        publish: Switch | None = None,
        empty: Empty | None = None,
        channel: Place | None = None,
        mine: bool = False,
    ) -> None:
        given = {"mode": mode, "at": at, "tz": tz, "days": days, "max": max, "format": format}
        given |= {"thread": thread, "start": start, "publish": publish, "empty": empty}
        typed = words.subscribing(rule, given, mine=mine)
        await heard.ask(interaction, "subscribe", typed, target=None if mine else channel)

    return subscribe


def _unsubscribe(heard: Heard) -> Any:
    """One of a channel's rules, chosen from its list; or one's own."""

    @app_commands.describe(which="Its number from /subscriptions, its rule, or all", mine="One of your own instead")
    @app_commands.autocomplete(which=_completion(heard, "subscription"))
    async def unsubscribe(interaction: Interaction, which: str, mine: bool = False) -> None:
        await heard.ask(interaction, "unsubscribe", words.subscribing(which, {}, mine=mine))

    return unsubscribe


def _asking(papers: app_commands.Group, heard: Heard) -> None:
    """What is told to one person and changes nothing."""

    @papers.command(description="Papers seen so far that match a rule, for your eyes only")
    @app_commands.describe(rule='Words, "a phrase", OR, -without, (…)')
    @app_commands.autocomplete(rule=_completion(heard, "rule"))
    async def search(interaction: Interaction, rule: str) -> None:
        await heard.ask(interaction, "papers", f"search {rule}")

    @papers.command(description="The best that this channel had of late, for your eyes only")
    @app_commands.describe(span="How far back: 7d, 2w, 12h")
    async def top(interaction: Interaction, span: str = "7d") -> None:
        await heard.ask(interaction, "papers", f"top {span}")

    @papers.command(description="Why a paper came here, or why it did not")
    @app_commands.describe(paper="Its arXiv id, its link, or words of its title")
    async def why(interaction: Interaction, paper: str) -> None:
        await heard.ask(interaction, "papers", f"why {paper}")

    @papers.command(description="A paper's post and its thread in this channel")
    @app_commands.describe(paper="Its arXiv id, its link, or words of its title")
    async def find(interaction: Interaction, paper: str) -> None:
        await heard.ask(interaction, "papers", f"find {paper}")

    @papers.command(description="How this channel and the sources are doing, and why nothing came")
    async def status(interaction: Interaction) -> None:
        await heard.ask(interaction, "papers", "status")


def _listing(papers: app_commands.Group, heard: Heard) -> None:
    """What there is: rules, papers that were kept, channels."""

    @papers.command(description="What a subscription would bring now, for your eyes only")
    @app_commands.describe(which="Its number from /subscriptions")
    @app_commands.autocomplete(which=_single(heard))
    async def test(interaction: Interaction, which: str) -> None:
        await heard.ask(interaction, "papers", f"test {which}")

    @papers.command(description="Give one of this channel's subscriptions another rule; shows you first what it means")
    @app_commands.describe(which="Its number from /subscriptions", rule="The rule that takes its place, and options")
    @app_commands.autocomplete(which=_single(heard), rule=_completion(heard, "rule"))
    async def change(interaction: Interaction, which: str, rule: str) -> None:
        await heard.ask(interaction, "papers", f"change {which} {rule}")

    @papers.command(description="What you saved for later, for your eyes only")
    async def saved(interaction: Interaction) -> None:
        await heard.ask(interaction, "papers", "saved")

    @papers.command(description="This channel's rules as text that can be read in again")
    async def export(interaction: Interaction) -> None:
        await heard.ask(interaction, "papers", "export")

    @papers.command(description="All channels you can see: rules, who made them, the last post")
    async def overview(interaction: Interaction) -> None:
        await heard.ask(interaction, "papers", "overview")

    @papers.command(name="help", description="What you can type, with examples")
    async def help_(interaction: Interaction) -> None:
        await heard.ask(interaction, "papers", "help")


def _tuning(papers: app_commands.Group, heard: Heard) -> None:
    """How and when a channel gets its papers."""

    @papers.command(description="When and how this channel gets its papers; with options, change it")
    @app_commands.describe(who="Who may change rules here: anyone, creator, managers, me, @people; with commas", **_HOW)
    @app_commands.autocomplete(tz=_completion(heard, "zone"))
    async def settings(
        interaction: Interaction,
        mode: Mode | None = None,
        at: str | None = None,
        tz: str | None = None,
        days: str | None = None,
        max: Most | None = None,
        format: Format | None = None,
        thread: Opening | None = None,
        start: First | None = None,
        publish: Switch | None = None,
        empty: Empty | None = None,
        who: str | None = None,
    ) -> None:
        given = {"mode": mode, "at": at, "tz": tz, "days": days, "max": max, "format": format}
        given |= {"thread": thread, "start": start, "publish": publish, "empty": empty, "who": who}
        await heard.ask(interaction, "papers", f"settings {words.subscribing('', given)}".strip())

    @papers.command(description="Post nothing here for a while; what matches waits, and nothing is lost")
    @app_commands.describe(span="For how long: 3d, 2w; without it, until somebody resumes")
    async def pause(interaction: Interaction, span: str = "") -> None:
        await heard.ask(interaction, "papers", f"pause {span}".strip())

    @papers.command(description="Go on; what waited comes in one digest")
    async def resume(interaction: Interaction) -> None:
        await heard.ask(interaction, "papers", "resume")


def _feeds(papers: app_commands.Group, heard: Heard) -> None:
    """Feeds of a channel's own."""
    own = app_commands.Group(name="feeds", description="Feeds of this channel's own", parent=papers)

    @own.command(name="list", description="This channel's own feeds")
    async def list_(interaction: Interaction) -> None:
        await heard.ask(interaction, "papers", "feeds")

    @own.command(description="A feed that only this channel's rules see")
    @app_commands.describe(address="Its web address, or that of a page that names it")
    async def add(interaction: Interaction, address: str) -> None:
        await heard.ask(interaction, "papers", f"feeds add {address}")

    @own.command(description="End one of this channel's own feeds")
    @app_commands.describe(address="As /papers feeds list shows it")
    @app_commands.autocomplete(address=_completion(heard, "feed"))
    async def remove(interaction: Interaction, address: str) -> None:
        await heard.ask(interaction, "papers", f"feeds remove {address}")


def _address(papers: app_commands.Group, heard: Heard) -> None:
    """The secret address of a channel's page."""

    @papers.command(description="A page of this channel's papers, at an address that nobody guesses")
    @app_commands.describe(end="Make the address lead nowhere any more")
    async def address(interaction: Interaction, end: bool = False) -> None:
        await heard.ask(interaction, "papers", "address end" if end else "address")
