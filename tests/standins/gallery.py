"""Ten papers in every format as people see them: `python -m tests.standins.gallery PAPERS.json OUT [--pictures]`.

PAPERS.json holds objects with `title` and `abstract`; OUT becomes a folder with a page a platform, drawn from the very
blocks and embeds that are sent, in each platform's look; with `--pictures` Chromium takes a picture of each format.
Nothing here decides how a post reads: it draws what `bot.summary` says and what the adapters make of it.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from bot import rules, summary
from bot.chat.discord.embeds import show
from bot.chat.slack.blocks import blocks
from bot.chat.slack.blocks import fits as slack_fits
from bot.model import Channel, Delivery, Item, Message, Options, Paper, Post, Signals
from bot.sources.tex import detexed as plain_text
from bot.web.render import look
from bot.web.visitor import BOT

RULE = "transformers quantization OR attention OR benchmark OR survey OR forget*"
NOW = datetime(2026, 8, 21, 7, 0, tzinfo=UTC)
HERE = NOW.astimezone(ZoneInfo("Europe/Berlin"))
DAY = date(2026, 8, 21)

# What Hugging Face and arXiv tell of these papers beside their words: ids and authors; votes and code for the eye.
KNOWN: dict[str, tuple[str, tuple[str, ...], Signals]] = {
    "LLM-FP4": ("2310.16836", ("Shih-yang Liu", "Zechun Liu", "Xijie Huang"), Signals(upvotes=14, code_url="https://github.com/nbasyl/LLM-FP4")),
    "Informer": ("2012.07436", ("Haoyi Zhou", "Shanghang Zhang", "Jieqi Peng"), Signals(upvotes=6)),
    "Long Range Arena": ("2011.04006", ("Yi Tay", "Mostafa Dehghani"), Signals(upvotes=112, comments=7, code_url="https://github.com/google-research/long-range-arena")),
    "TinyStories": ("2305.07759", ("Ronen Eldan", "Yuanzhi Li"), Signals(upvotes=31, comments=3)),
    "MiniLM": ("2002.10957", ("Wenhui Wang", "Furu Wei", "Li Dong"), Signals()),
    "LoLCATs": ("2410.10254", ("Michael Zhang", "Simran Arora", "Rahul Chalamala"), Signals(upvotes=1)),
    "Mamba-360": ("2404.16112", ("Badri Narayana Patro", "Vijay Srinivas Agneeswaran"), Signals(upvotes=9)),
    "A Survey of Techniques for Optimizing": ("2307.07982", ("Krishna Teja Chitty-Venkata",), Signals(upvotes=4)),
    "What Matters in Transformers": ("2406.15786", ("Shwai He", "Guoheng Sun", "Zheyu Shen"), Signals(upvotes=43, code_url="https://github.com/shwai-he/llm-drop")),
    "Unforgettable Generalization": ("2409.02228", ("Eric Zhang", "Leshem Choshen", "Jacob Andreas"), Signals()),
}  # fmt: skip


def papers(file: Path) -> list[Paper]:
    """Ten of the file's papers, as a feed would have brought them."""
    found = []
    for entry in json.loads(file.read_text()):
        for name, (number, authors, signals) in KNOWN.items():
            if entry["title"].startswith(name):
                found.append(_paper(entry, number, authors, signals))
    return found


def _paper(entry: Mapping[str, str], number: str, authors: tuple[str, ...], signals: Signals) -> Paper:
    return Paper(
        f"arxiv:{number}",
        plain_text(entry["title"]),
        "huggingface:daily",
        authors=authors,
        abstract=plain_text(entry["abstract"]),
        url=f"https://arxiv.org/abs/{number}",
        pdf_url=f"https://arxiv.org/pdf/{number}",
        categories=("cs.CL", "cs.LG"),
        announced=NOW,
        signals=signals,
    )


def delivery(paper: Paper, row: int, **options: Any) -> Delivery:
    """What brought it to a channel that wants posts so."""
    found = rules.explain(rules.parse(RULE), paper).reasons
    reasons = tuple(replace(one, rule=RULE) for one in found)
    wish = replace(Options("daily", "09:00", "Europe/Berlin", "mon-fri", thread="ask"), **options)
    return Delivery(paper.id, Channel("slack", "T/C"), reasons, row=row, options=wish, posted_at=NOW, due=NOW)


def _voted(item: Item, votes: int) -> Item:
    return replace(item, delivery=replace(item.delivery, votes=votes))


def gallery(found: Sequence[Paper]) -> dict[str, list[Post]]:
    """Every format, by its name."""
    items = [Item(delivery(paper, row), paper) for row, paper in enumerate(found, 1)]
    voted = [
        replace(item, delivery=replace(item.delivery, votes=votes)) for item, votes in zip(items, (3, 1), strict=False)
    ]
    week = summary.week(voted, items[2:3])
    ranked, ruled = summary.ranked(items), [RULE]
    weekly = [Item(delivery(i.paper, i.delivery.row, mode="weekly"), i.paper) for i in ranked]
    late = (HERE, HERE + timedelta(hours=5))
    return {
        "compact": [summary.post(delivery(p, n), p) for n, p in enumerate(found, 1)],
        "card": [summary.post(delivery(p, n, format="card"), p) for n, p in enumerate(found, 1)],
        "full": [summary.post(delivery(p, n, format="full"), p) for n, p in enumerate(found, 1)],
        "digest": [summary.digest(ranked, day=DAY, rules=ruled)],
        "digest with the rest": [summary.digest(ranked[:4], day=DAY, rules=ruled, total=10, rest=6, late=late)],
        "one-liners": [summary.one_liners(ranked[4:])],
        "Friday": [summary.digest(ranked[:3], day=DAY, rules=ruled, week=week)],
        "weekly": [summary.digest(weekly[:5], day=DAY, rules=ruled)],
        "no papers": [summary.digest((), day=DAY, rules=ruled), summary.digest((), day=DAY, rules=ruled, weekly=True)],
        "to begin with": [summary.digest(ranked[:3], day=DAY, kind="start", rules=ruled)],
        "what waited": [summary.digest(ranked[:2], day=DAY, kind="waited", since=HERE - timedelta(days=3))],
        "thread": [summary.opener(p) for p in found],
    }


# ── Slack ──


def slack(post: Post) -> str:
    """Its blocks as Slack draws them."""
    return "".join(map(_block, blocks(post)))


def _block(block: dict[str, Any]) -> str:
    match block["type"]:
        case "rich_text":
            return "".join(map(_rich, block["elements"]))
        case "context":
            return f'<p class="small">{" ".join(map(_mrkdwn, block["elements"]))}</p>'
        case "actions":
            return f'<p class="actions">{"".join(map(_element, block["elements"]))}</p>'
    raise ValueError(f"a block that this gallery does not know: {block['type']}")


def _rich(element: dict[str, Any]) -> str:
    inner = "".join(map(_rich if element["type"] == "rich_text_list" else _styled, element["elements"]))
    tag = {"rich_text_section": "p", "rich_text_list": "ul", "rich_text_quote": "blockquote"}.get(
        element["type"], "pre"
    )
    return f"<{tag}>{inner}</{tag}>"


def _styled(element: dict[str, Any]) -> str:
    if element["type"] == "channel":
        return f"<a>#{html.escape(element['channel_id'])}</a>"
    text = html.escape(element["text"]).replace("\n", "<br>")
    for style, tag in (("bold", "b"), ("italic", "i"), ("code", "code"), ("strike", "s")):
        text = f"<{tag}>{text}</{tag}>" if element.get("style", {}).get(style) else text
    return f"<a>{text}</a>" if element["type"] == "link" else text


def _mrkdwn(element: dict[str, Any]) -> str:
    if element["type"] == "plain_text":
        return html.escape(element["text"])
    linked = re.sub(r"<(https?:[^|>]+)\|([^>]*)>", r"<a>\2</a>", element["text"])
    return re.sub(r"\*([^*]+)\*", r"<b>\1</b>", linked)


def _element(element: dict[str, Any]) -> str:
    if element["type"] == "overflow":
        return '<span class="button">⋯</span>'
    name = (element.get("text") or element["placeholder"])["text"]
    look = "select" if element["type"] == "static_select" else element.get("style", "")
    return f'<span class="button {look}">{html.escape(name)}</span>'


# ── Discord ──


def discord(post: Post) -> str:
    """Its message or embed as Discord draws it."""
    shown = show(post)
    said = markdown(shown.content)
    if shown.title or shown.description:
        title = f'<p class="title{" linked" if shown.url else ""}">{inline(shown.title)}</p>' if shown.title else ""
        bar = f"border-left-color: #{shown.colour:06x}"
        said = f'<div class="embed" style="{bar}">{title}{markdown(shown.description)}</div>'
    buttons = "".join(f'<span class="button">{html.escape(one.label)}</span>' for one in shown.buttons)
    menus = "".join(
        f'<p class="actions"><span class="select">{html.escape(one.placeholder)}</span></p>' for one in shown.menus
    )
    return said + (f'<p class="actions">{buttons}</p>' if buttons else "") + menus


def markdown(text: str) -> str:
    """Discord's markdown as it is drawn; as much of it as we use."""
    lines = []
    for n, part in enumerate(re.split(r"```\n(.*?)\n```", text, flags=re.DOTALL)):
        lines.append(f"<pre>{html.escape(part)}</pre>" if n % 2 else _paragraphs(part) if part.strip() else "")
    return "".join(lines)


def _paragraphs(text: str) -> str:
    lines = []
    for line in text.strip("\n").split("\n"):
        kind = "small" if line.startswith("-# ") else "item" if line.startswith("- ") else ""
        inner = inline(line.removeprefix("-# ").removeprefix("- "))
        lines.append(f'<p class="{kind}">{"• " if kind == "item" else ""}{inner or "&nbsp;"}</p>')
    return "".join(lines)


def inline(text: str) -> str:
    """One line of it."""
    kept = re.sub(r"\\([\\*_~`|>#\[\]()<:.!@&/-])", lambda found: f"\0{ord(found[1])};", text)
    made = re.sub(r"&lt;#\d+&gt;", "<a>#papers</a>", html.escape(kept))
    made = re.sub(r"&lt;@\d+&gt;", "<a>@ada</a>", made)
    made = re.sub(r"`([^`]+)`", r"<code>\1</code>", made)
    made = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", made)
    made = re.sub(r"~~(.+?)~~", r"<s>\1</s>", made)
    made = re.sub(r"(?<!\w)[*_]([^*_]+)[*_](?!\w)", r"<i>\1</i>", made)
    made = re.sub(r"\[([^\]]+)\]\(&lt;?https?:[^)]*?(?:&gt;)?\)", r"<a>\1</a>", made)
    return re.sub("\0(\\d+);", lambda found: html.escape(chr(int(found[1]))), made)


# ── the local channel ──


ROOM = SimpleNamespace(channel=Channel("local", "general"), person="local:you", token="", lay=None)


def local(post: Post) -> str:
    """As the pages draw it."""
    return look().part("message", ROOM, Message(ROOM.channel, BOT, post, NOW, "", id=1))


SLACK = """
    body { background: #fff; color: #1d1c1d; font: 15px/1.46 Lato, "Liberation Sans", Arial, sans-serif; width: 720px }
    a { color: #1264a3 } .small { font-size: 12px; color: #616061 } p { margin: 0 0 8px } ul { margin: 0 }
    .button { border: 1px solid #bbb; border-radius: 4px; padding: 4px 10px; font-weight: bold; font-size: 13px;
        margin: 4px 8px 0 0; display: inline-block } .select::after { content: " ▾" }
    .primary { background: #007a5a; border-color: #007a5a; color: #fff }
    .danger { color: #e01e5a; border-color: #e01e5a }
    code { color: #c01343; border: 1px solid #ddd; background: #f8f8f8; border-radius: 3px; padding: 0 3px;
        font-size: 12px }
"""
DISCORD = """
    body { background: #313338; color: #dbdee1; width: 620px;
        font: 16px/1.375 "gg sans", "Liberation Sans", Arial, sans-serif }
    a { color: #00a8fc } .small { font-size: 12.8px; color: #949ba4 } p { margin: 0 } .who b { color: #fff }
    .embed { background: #2b2d31; border-left: 4px solid #1e1f22; border-radius: 4px; padding: 8px 16px 14px 12px;
        max-width: 520px; font-size: 14px }
    .title { font-weight: bold; font-size: 16px; color: #fff; margin: 6px 0 } .linked { color: #00a8fc }
    .button { background: #4e5058; border-radius: 3px; color: #fff; padding: 6px 14px; font-size: 14px;
        margin: 6px 8px 0 0; display: inline-block }
    .select { background: #1e1f22; border-radius: 4px; padding: 8px 12px; display: inline-block; min-width: 300px;
        margin-top: 6px }
    pre { background: #1e1f22; border-radius: 4px; padding: 8px; margin: 4px 0; font-size: 13px;
        white-space: pre-wrap }
    code { background: #1e1f22; border-radius: 3px; padding: 0 3px; font-size: 13px }
"""
LOOKS = {"slack": (slack, SLACK), "discord": (discord, DISCORD), "local": (local, "")}
AROUND = """
    body { margin: 16px; padding: 8px } section { margin: 0 0 28px; padding: 8px }
    h2 { font-size: 13px; opacity: .6; font-weight: normal }
    .shown { margin: 0 0 18px } .by { margin: 0 0 2px } .by span { font-size: 11px; opacity: .7 }
"""
APP = '<p class="by"><b>Paper Round</b> <span>APP 9:00 AM</span></p>'


def page(platform: str, shown: Mapping[str, Sequence[Post]]) -> str:
    """A platform's page: a section a format."""
    draw, style = LOOKS[platform]
    who, style = (APP, style) if style else ("", look().files["style.css"].decode())
    sections = []
    for name, posts in shown.items():
        said = "".join(f'<div class="shown">{who}{draw(post)}</div>' for post in posts)
        sections.append(f'<section id="{name.replace(" ", "-")}"><h2>{html.escape(name)}</h2>{said}</section>')
    head = f"<!doctype html><meta charset=utf-8><title>{platform}</title><style>{style}{AROUND}</style>"
    return head + "".join(sections)


async def pictures(folder: Path, platforms: Sequence[str] = tuple(LOOKS)) -> None:
    """A picture of each section of these platforms' pages."""
    from tests.web.browser import CHROMIUM, chromium

    assert CHROMIUM, "no Chromium here: apt-get install chromium"
    async with chromium(CHROMIUM) as browser:
        for platform in platforms:
            seen = await browser.new_page(viewport={"width": 780, "height": 900})
            await seen.goto((folder / f"{platform}.html").resolve().as_uri())
            for section in await seen.query_selector_all("section"):
                await section.screenshot(path=folder / f"{platform}-{await section.get_attribute('id')}.png")


def plain(shown: Mapping[str, Sequence[Post]]) -> str:
    """The words alone, as a notification or a screen reader says them."""
    return "\n\n".join(f"── {name} ──\n\n" + "\n\n".join(post.plain for post in posts) for name, posts in shown.items())


def most(found: Sequence[Paper]) -> str:
    """How many of such papers one message holds: what bundling saves."""
    many = [Item(delivery(p, n), p) for n, p in enumerate([*found] * 10, 1)]

    def render(items: Sequence[Item], part: int, parts: int) -> Post:
        return summary.digest(items, day=DAY, rules=[RULE], part=part, parts=parts, total=len(many))

    counts = {}
    for platform, fits in (("slack", slack_fits), ("discord", lambda post: show(post).whole)):
        counts[platform] = len(summary.split(many, render, fits)[0])
    return f"papers in one message of a digest: {counts}"


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.standins.gallery")
    asked.add_argument("papers", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("--pictures", action="store_true")
    given = asked.parse_args()
    found = papers(given.papers)
    shown = gallery(found)
    given.out.mkdir(parents=True, exist_ok=True)
    for platform in LOOKS:
        (given.out / f"{platform}.html").write_text(page(platform, shown), encoding="utf-8")
    (given.out / "words.txt").write_text(plain(shown), encoding="utf-8")
    if given.pictures:
        asyncio.run(pictures(given.out))
    print(most(found))


if __name__ == "__main__":
    main()
