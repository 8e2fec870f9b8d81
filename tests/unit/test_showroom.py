"""The showroom of pages and mails can be entered, and every page that it takes a picture of is there."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import aiohttp
import pytest

from tests.standins.mail import text_of
from tests.standins.showroom import BOX, DAYS, PAGES, showroom


def furnish(folder: Path) -> None:
    """Days of Hugging Face and some of arXiv, as the recorded ones are shaped."""
    (folder / "feeds" / "huggingface").mkdir(parents=True)
    (folder / "papers").mkdir()
    for at, day in enumerate(DAYS):
        listed = [
            {
                "paper": {
                    "id": f"2608.{at}000{n}",
                    "title": f"Agents That Plan Ahead, Part {at}{n}",
                    "summary": "We present agents that plan by diffusion, and a distillation of them.",
                    "authors": [{"name": "Ada Lindqvist"}],
                    "upvotes": 40 - n,
                    "publishedAt": f"{day}T00:00:00.000Z",
                    "submittedOnDailyAt": f"{day}T00:00:00.000Z",
                },
                "numComments": n,
            }
            for n in range(3)
        ]
        (folder / "feeds" / "huggingface" / f"{day}.json").write_text(json.dumps(listed))
    known = {"id": "2605.00001", "title": "Quantization of Agents", "abstract": "We quantize.", "authors": ["Bo"]}
    with gzip.open(folder / "papers" / "arxiv.jsonl.gz", "wt") as lines:
        lines.write(json.dumps(known | {"categories": ["cs.CL"], "first_seen": "2026-05-13"}) + "\n")


@pytest.mark.timeout(120)
async def test_every_page_of_the_showroom_is_there_and_the_best_of_each_day_was_mailed(tmp_path: Path) -> None:
    furnish(tmp_path)
    async with showroom(tmp_path) as (_, served, posted, places), aiohttp.ClientSession(served.url) as visitor:
        for name, path in PAGES.items():
            async with visitor.get(path.format(**places)) as page:
                assert page.status == (404 if name == "nowhere" else 200), name
        *told, asked = [text_of(mail) for mail in posted.mails(BOX.place)]
    assert [text.count("Agents That Plan Ahead") for text in told] == [3, 3]
    assert "/mail/confirm/" in asked
