"""A morning in a workspace, as people see it: `python -m tests.standins.scenes PAPERS OUT [--pictures]`.

PAPERS is as for `answers`. The whole bot runs over sockets against the Slack stand-in, people type and press, and what
each of them is then shown is drawn from the very blocks that the stand-in took: messages, modals, the Home, cards under
links, direct messages. OUT becomes a folder with a page, and `scenes.json` with all those blocks.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any

from bot.cli.posting import tend
from bot.flow import tending
from bot.model import Bookmark, Delivery, Options, Paper, Poll, Signals
from bot.rules import explain, parse
from bot.sources.tex import detexed as plain_text
from tests.bench.papers import load
from tests.chat.slack_bot import GENERAL
from tests.chat.test_slack_whole import Whole, whole
from tests.flow.stage import START
from tests.standins import gallery
from tests.standins.slack import Person, Room, Said, StandIn

Json = dict[str, Any]
Deed = Callable[[], Awaitable[object]]

SOURCE = "huggingface:daily"
STORED = 1000
PEOPLE = {"U0BOB": "Bob", "U0ELSE": "Eve"}
RULE = "LLM agents"


@dataclass(frozen=True)
class Shown:
    """Something that somebody sees: where, and its blocks."""

    where: str
    blocks: list[Json]
    wrong: Mapping[str, str] = field(default_factory=dict)
    """What is said at a form's fields."""


@dataclass(frozen=True)
class Shot:
    """What somebody did, and what people were shown for it."""

    did: str
    shown: tuple[Shown, ...]


def stored(papers: Sequence[Paper]) -> tuple[Paper, ...]:
    """A month of them, the newest first, as Hugging Face would have brought them."""
    return tuple(
        replace(
            paper,
            title=plain_text(paper.title),
            abstract=plain_text(paper.abstract),
            source=SOURCE,
            url=f"https://arxiv.org/abs/{paper.id.partition(':')[2]}",
            pdf_url=f"https://arxiv.org/pdf/{paper.id.partition(':')[2]}",
            announced=START - timedelta(days=1 + 29 * place / max(1, len(papers))),
            signals=Signals(upvotes=(place * 7919) % 89 if place % 3 == 0 else 0),
        )
        for place, paper in enumerate(papers)
    )


class Camera:
    """Takes what changed in the workspace, for whoever sees it."""

    def __init__(self, at: Whole) -> None:
        self.at = at
        self.shots: list[Shot] = []
        self._before: dict[str, str] = {}
        self._seen()

    async def take(self, did: str, deed: Deed) -> list[Said]:
        """Do it, wait until all is said, and keep what is new; the new messages."""
        answered = len(self.at.standin.sockets.responses)
        known = {id(said) for said in self.at.standin.said}
        await deed()
        await self._rest()
        payloads = [*self.at.standin.sockets.responses.values()][answered:]
        wrong: Json = next((one["errors"] for one in payloads if one and "errors" in one), {})
        shown = self._seen() if not wrong else [Shown("Modal", self._modal(), wrong)]
        self.shots.append(Shot(did, tuple(shown)))
        return [said for said in self.at.standin.said if id(said) not in known]

    def _modal(self) -> list[Json]:
        view = self.at.standin.modal()
        return list(view["blocks"]) if view else []

    async def _rest(self) -> None:
        await self.at.standin.sockets.quiet()
        for answers in self.at.chat._answers:
            while answers._tasks:
                await asyncio.wait(set(answers._tasks))

    def _seen(self) -> list[Shown]:
        """What was not there, or was not so."""
        now: dict[str, Shown] = {}
        for said in self.at.standin.said:
            now[f"{said.channel}{said.ts}"] = Shown(_where(said), said.blocks or [_words(said.text)])
            now |= {
                f"{said.ts}{url}": Shown("Under the message with the link", laid) for url, laid in said.unfurled.items()
            }
        for number, view in self.at.standin.views.items():
            now[number] = Shown("Home" if view["type"] == "home" else f"Modal: {view['title']['text']}", view["blocks"])
        fresh = [shown for key, shown in now.items() if self._before.get(key) != json.dumps(shown.blocks)]
        self._before |= {key: json.dumps(shown.blocks) for key, shown in now.items()}
        return [shown for shown in fresh if shown.where]


def _where(said: Said) -> str:
    if said.author != StandIn.bot_user:
        return ""
    where = " In the thread." if said.thread else ""
    if said.only:
        return f"Only visible to {'you' if said.only == StandIn.user else PEOPLE[said.only]}.{where}"
    return ("Your direct messages." if said.channel.startswith("D") else "Everybody sees it.") + where


def _words(text: str) -> Json:
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}],
    }


# ── the morning ──


async def subscribing(at: Whole, camera: Camera) -> None:
    """The first minutes in a channel, with a form that is filled in wrong."""
    s = at.standin
    joined = {"type": "member_joined_channel", "user": s.bot_user, "channel": "C0GENERAL", "event_ts": "1.0"}
    await camera.take("Ada invites the bot", lambda: _done(s.happen(joined)))
    (preview,) = await camera.take(f"/subscribe {RULE}", lambda: s.command("/subscribe", RULE))
    await camera.take("[Edit…]", lambda: _pushed(at, preview, "Edit…"))
    view = s.modal()
    assert view is not None
    wrong = {"Rule": "LLM agents (video", "Time of day of a digest": "25:00", "Time zone": "Narnia"}
    await camera.take("fills in a rule, a time and a zone that cannot be", lambda: s.fill(view, wrong))
    right = {"Rule": "LLM agents -survey", "Time of day of a digest": "08:30", "Time zone": ""}
    await camera.take("fills them in again", lambda: s.fill(view, right))
    (_, public) = [preview, *await camera.take("[Subscribe]", lambda: _pushed(at, preview, "Subscribe"))]
    await camera.take("[Undo]", lambda: _pushed(at, public, "Undo"))
    await camera.take("[Undo] once more", lambda: _pushed(at, public, "Undo"))
    (other,) = await camera.take(
        f"/subscribe {RULE} mode:instant", lambda: s.command("/subscribe", f"{RULE} mode:instant")
    )
    await camera.take("[Subscribe]", lambda: _pushed(at, other, "Subscribe"))
    await camera.take("a moment later", lambda: _later(at))
    (away,) = await camera.take("/subscribe diffusion video", lambda: s.command("/subscribe", "diffusion video"))
    await camera.take("[Cancel]", lambda: _pushed(at, away, "Cancel"))
    (alone,) = await camera.take("/subscribe me protein", lambda: s.command("/subscribe", "me protein"))
    await camera.take("[Subscribe]", lambda: _pushed(at, alone, "Subscribe"))


async def elsewhere(at: Whole, camera: Camera) -> None:
    """A private channel without the bot, and one shared with another company."""
    s = at.standin
    s.rooms["C0SECRET"] = Room("C0SECRET", private=True, member=False, name="secret")
    s.rooms["C0BOTH"] = Room("C0BOTH", shared=True, people={"U0ADA", "U0ELSE"}, name="with-acme")
    s.people["U0ELSE"] = Person("U0ELSE", "Eve", team="T0OTHER")
    (private,) = await camera.take(
        "/subscribe robotics (private channel, the bot is not in it)",
        lambda: s.command("/subscribe", "robotics", "C0SECRET"),
    )
    await camera.take("[Subscribe]", lambda: _pushed(at, private, "Subscribe", times=2))
    s.rooms["C0SECRET"].member = True
    joined = {"type": "member_joined_channel", "user": s.bot_user, "channel": "C0SECRET", "event_ts": "1.0"}
    await camera.take("/invite @paper-round", lambda: _done(s.happen(joined)))
    await camera.take("a moment later", lambda: _later(at))
    await camera.take(
        "/subscribe robotics (shared with another company)", lambda: s.command("/subscribe", "robotics", "C0BOTH")
    )
    await camera.take(
        "the same by somebody of that company", lambda: s.command("/subscribe", "robotics", "C0BOTH", "U0ELSE")
    )


async def posts(at: Whole, camera: Camera) -> None:
    """A paper's card and all that can be pressed below it; its thread; a link to it."""
    s = at.standin
    had = {one.paper for one in await at.store.deliveries()}
    fresh = [one for one in at.papers if one.id not in had]
    met = [one for one in fresh if explain(parse(RULE), one).hit and one.signals.upvotes]
    missed = next(one for one in fresh if not explain(parse(RULE), one).hit)
    (card,) = await camera.take("a paper comes", lambda: _comes(at, met[0]))
    for label in ("Discuss", "▲ Upvote"):
        await camera.take(f"[{label}]", lambda label=label: _pushed(at, card, label))  # type: ignore[misc]
    await camera.take("[▲] once more", lambda: _pushed(at, card, next(one for one in card.buttons if "▲" in one)))
    for label, action in card.choices.items():
        await camera.take(f"[⋯ {label}]", lambda action=action: s.press(card, action))  # type: ignore[misc]
    again = await camera.take("[⋯ Save for later] again", lambda: s.press(card, card.choices["Save for later"]))
    await camera.take("[Remove it]", lambda: _pushed(at, again[0], "Remove it"))
    await camera.take("Bob pastes its link", lambda: _done_later(s.share(met[0].url or "", user="U0BOB")))
    other = s.write(f"Has anybody read <{missed.url}>?", user="U0BOB")
    await camera.take("“Find this paper's thread” of a message with another paper", lambda: s.point(other))
    await camera.take("“Find this paper's thread” of a message without", lambda: s.point(s.write("Lunch?")))
    await camera.take("@paper-round in the paper's thread", lambda: _done_later(s.mention("which?", thread=card.ts)))
    await camera.take("@paper-round status", lambda: _done_later(s.mention("status")))
    await camera.take("@paper-round", lambda: _done_later(s.mention("")))


async def rights(at: Whole, camera: Camera) -> None:
    """Who may not change rules, and what they are told."""
    s = at.standin
    s.people["U0ADA"].admin = True
    at.chat._known.people._known.clear()
    await camera.take("/papers settings who:managers", lambda: s.command("/papers", "settings who:managers"))
    await camera.take("Bob: /subscribe robotics", lambda: s.command("/subscribe", "robotics", user="U0BOB"))
    await camera.take("Bob: /unsubscribe 1", lambda: s.command("/unsubscribe", "1", user="U0BOB"))
    await camera.take("Bob: /papers pause", lambda: s.command("/papers", "pause", user="U0BOB"))
    card = next(one for one in s.public() if "Not for us" in one.choices)
    await camera.take("Bob: [⋯ Not for us]", lambda: s.press(card, card.choices["Not for us"], "U0BOB"))
    await camera.take("/papers settings who:@ada", lambda: s.command("/papers", "settings who:@ada"))
    await camera.take(
        "/papers settings who:managers,@bob", lambda: s.command("/papers", "settings who:managers,<@U0BOB|bob>")
    )


async def home(at: Whole, camera: Camera) -> None:
    """The Home, and the overview of all channels."""
    s = at.standin
    await camera.take("opens the Home", lambda: _looked(at))
    (listed,) = await camera.take("/papers overview", lambda: s.command("/papers", "overview"))
    (opened,) = await camera.take("[Open… #general]", lambda: s.press(listed, listed.choices["#general"]))
    for label in opened.buttons:
        await camera.take(f"[{label}]", lambda label=label: _pushed(at, opened, label))  # type: ignore[misc]
    await camera.take("a button whose moment has passed", lambda: s.press(listed, listed.choices["#general"]))


async def months(at: Whole, camera: Camera) -> None:
    """A channel that is lost and comes back, a rule that rots."""
    s = at.standin
    (preview,) = await camera.take(
        "/subscribe LLM zebrafishes", lambda: s.command("/subscribe", "LLM zebrafishes start:0")
    )
    await camera.take("[Subscribe]", lambda: _pushed(at, preview, "Subscribe"))
    s.rooms["C0GENERAL"].archived = True
    gone = {"type": "channel_archive", "channel": "C0GENERAL", "event_ts": "1.0"}
    await camera.take("#general is archived", lambda: _told(at, gone))
    s.rooms["C0GENERAL"].archived = False
    back = {"type": "channel_unarchive", "channel": "C0GENERAL", "event_ts": "1.0"}
    await camera.take("and unarchived", lambda: _told(at, back))
    at.hands.time += timedelta(days=91)
    await camera.take("three months later", lambda: _rotten(at))


SCENES: Mapping[str, Callable[[Whole, Camera], Awaitable[None]]] = {
    "subscribing": subscribing,
    "elsewhere": elsewhere,
    "posts": posts,
    "rights": rights,
    "home": home,
    "months": months,
}


async def _done(told: asyncio.Event) -> None:
    await told.wait()


async def _done_later(said: Said) -> None:
    """What the bot does about a message is awaited by the camera."""
    assert said.text


async def _pushed(at: Whole, message: Said, label: str, times: int = 1) -> None:
    pushed = at.standin.push(message, message.buttons[label])
    if label.endswith("…"):
        await at.standin.seen(at.standin.modal)
    else:
        await pushed.answered(times)


async def _later(at: Whole) -> None:
    """What is due goes out, and what is to be told is told."""
    for _ in range(4):
        at.hands.time += timedelta(seconds=2)
        await at.deliver()
        await tend(at.world)


async def _comes(at: Whole, paper: Paper) -> None:
    """A paper meets the first rule."""
    rule = (await at.store.subscriptions(GENERAL))[0]
    found = explain(parse(rule.rule), paper).reasons
    why = tuple(replace(one, rule=rule.rule) for one in found)
    options = Options("instant", format="card", thread="ask")
    planned = Delivery(paper.id, GENERAL, why, due=at.hands.clock(), options=options)
    poll = Poll(Bookmark("x:y"), (paper,), (planned,), await at.store.version())
    await at.store.record(poll, at.hands.clock())
    await _later(at)


async def _looked(at: Whole) -> None:
    at.standin.look_home()
    await at.standin.seen(lambda: at.standin.views.get("VU0ADA"))


async def _told(at: Whole, event: Json) -> None:
    await at.standin.happen(event).wait()
    for answers in at.chat._answers:
        while answers._tasks:
            await asyncio.wait(set(answers._tasks))
    at.hands.time += timedelta(minutes=5)
    await _later(at)


async def _rotten(at: Whole) -> None:
    await tending.tell_rot(at.world)
    await _later(at)


async def morning(papers: Sequence[Paper]) -> dict[str, list[Shot]]:
    """All scenes, one after the other in one workspace."""
    shown: dict[str, list[Shot]] = {}
    standin = StandIn(history=True)
    standin.scopes |= {"links:read", "links:write"}
    async with _house() as place, whole(place, standin, stored(papers), SOURCE) as at:
        for name, scene in SCENES.items():
            camera = Camera(at)
            await scene(at, camera)
            shown[name] = camera.shots
    return shown


@asynccontextmanager
async def _house() -> Any:
    with tempfile.TemporaryDirectory() as place:
        yield Path(place)


# ── drawing ──


def drawn(shot: Shot) -> str:
    said = [f'<p class="did">{escape(shot.did)}</p>']
    for shown in shot.shown or (Shown("Nothing is shown.", []),):
        where = f'<p class="by"><span>{escape(shown.where)}</span></p>'
        kind = " form" if shown.where.startswith(("Modal", "Home")) else ""
        said.append(
            f'<div class="shown{kind}">{where}{"".join(_block(one, shown.wrong) for one in shown.blocks)}</div>'
        )
    return "".join(said)


def _block(block: Json, wrong: Mapping[str, str]) -> str:
    if block["type"] != "input":
        return gallery._block(block)
    element = block["element"]
    given = element.get("initial_value") or (element.get("initial_option") or {}).get("text", {}).get("text", "")
    hint = block.get("hint", {}).get("text", "")
    told = f'<br><span class="wrong">{escape(wrong[block["block_id"]])}</span>' if block["block_id"] in wrong else ""
    label, optional = escape(block["label"]["text"]), " (optional)" if block.get("optional") else ""
    return (
        f'<p><b>{label}</b>{optional}<br><span class="input">{escape(given) or "&nbsp;"}</span>{told}'
        f'<br><span class="small">{escape(hint)}</span></p>'
    )


STYLE = """
    .did { font-family: monospace; opacity: .75; margin: 14px 0 4px } .form { border: 1px solid #888; padding: 12px }
    .input { border: 1px solid #bbb; border-radius: 4px; padding: 2px 8px; display: inline-block; min-width: 400px }
    .wrong { color: #e01e5a; font-size: 13px }
"""


def page(shown: Mapping[str, Sequence[Shot]]) -> str:
    """A section a scene."""
    sections = "".join(
        f'<section id="{name}"><h2>{name}</h2>{"".join(map(drawn, shots))}</section>' for name, shots in shown.items()
    )
    return gallery.page("slack", {}).replace("</style>", f"{STYLE}</style>") + sections


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.standins.scenes")
    asked.add_argument("papers", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("--pictures", action="store_true")
    given = asked.parse_args()
    shown = asyncio.run(morning(load(given.papers)[:STORED]))
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "scenes.html").write_text(page(shown), encoding="utf-8")
    told = {
        name: [{"did": one.did, "shown": [vars_of(s) for s in one.shown]} for one in shots]
        for name, shots in shown.items()
    }
    (given.out / "scenes.json").write_text(json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8")
    if given.pictures:
        asyncio.run(gallery.pictures(given.out, ("scenes",)))


def vars_of(shown: Shown) -> Json:
    return {"where": shown.where, "blocks": shown.blocks, "wrong": dict(shown.wrong)}


if __name__ == "__main__":
    main()
