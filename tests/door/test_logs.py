"""The log: one line an event, whatever the event, and nothing in it that opens doors."""

from __future__ import annotations

import json
import logging

import pytest

from bot.cli.logs import Style, formatter, secrets_of, veil

SECRETS = [
    ("xoxb-1234-5678-abcdef", "token xoxb-1234-5678-abcdef refused"),
    ("xapp-1-A0-99-feed", "with xapp-1-A0-99-feed."),
    ("ticketed", "wss://wss.slack.com/link/?ticket=ticketed&app_id=A1"),
    ("MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.abcdefghijklmnopqrstuvwxyz0123456789ab", "Bot {} was refused"),
    ("aW50ZXJhY3Rpb24", "POST /webhooks/123/aW50ZXJhY3Rpb24/messages"),
    ("hunter2pw", "https://me:hunter2pw@feeds.example/rss could not be reached"),
    ("k3y-of-lab", "https://feeds.example/rss?api_key=k3y-of-lab&page=2"),
    ("Zm9yZ2V0LW1l", "GET /shared/Zm9yZ2V0LW1l/feed.atom"),
    ("ada.lovelace", "mail to ada.lovelace@example.org bounced"),
    ("dXNlcjpwYXNz", "Authorization: Basic dXNlcjpwYXNz"),
]


def line(said: str, *args: object, style: str = "text", secrets: tuple[str, ...] = (), **extra: object) -> str:
    record = logging.LogRecord("paper-round", logging.WARNING, __file__, 1, said, args, None)
    record.__dict__ |= extra
    return formatter(style, secrets).format(record)  # type: ignore[arg-type]


@pytest.mark.parametrize(("secret", "said"), SECRETS)
@pytest.mark.parametrize("style", ["text", "json"])
def test_what_opens_doors_is_masked_wherever_it_stands(secret: str, said: str, style: str) -> None:
    said = said.format(secret)
    assert secret in said
    assert secret not in line(said, style=style)
    assert secret not in line("%s", said, style=style)
    assert secret not in line("plain", style=style, where=said, deep=[{"in": said}])


def test_a_secret_of_the_environment_is_masked_whatever_it_looks_like() -> None:
    env = {"BOT_WEB_TOKEN": "correct horse battery", "PATH": "/usr/bin/of/somewhere", "DISCORD_TOKEN": "short"}
    known = tuple(secrets_of(env.items()))
    assert known == ("correct horse battery",)
    assert "horse" not in line("it was correct horse battery, no?", secrets=known)
    assert "/usr/bin/of/somewhere" in line("in /usr/bin/of/somewhere", secrets=known)


def test_a_traceback_is_one_line_and_masked() -> None:
    """Machines read a line an event; the traceback is a field of it."""
    error = ValueError("xoxb-in-a-traceback\nand more")
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "it broke", (), (ValueError, error, None))
    styles: tuple[Style, ...] = ("text", "json")
    for style in styles:
        shown = formatter(style).format(record)
        assert "\n" not in shown
        assert "ValueError" in shown
        assert "xoxb-in" not in shown


def test_text_is_a_sentence_and_pairs() -> None:
    assert line("arxiv:cs.CL: %d new", 3, new=3, source="arxiv:cs.CL").endswith(
        "arxiv:cs.CL: 3 new new=3 source=arxiv:cs.CL"
    )


def test_json_is_an_object_with_its_figures() -> None:
    told = json.loads(line("%d new", 3, style="json", new=3))
    assert (told["event"], told["new"], told["level"]) == ("3 new", 3, "warning")
    assert told["at"].endswith("Z")


def test_ordinary_words_stay_as_they_are() -> None:
    for said in ("arxiv:cs.CL+cs.LG: 5 new of 10, 2 to post", "slack:T1/C1: not invited", "https://arxiv.org/abs/1"):
        assert veil(said) == said
