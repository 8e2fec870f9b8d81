"""Mail signed up for on the pages: asked first, ended by one click, and nobody learns whose address is known."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot import optin
from bot.model import Channel
from tests.standins.mail import html_of, text_of
from tests.web.browse import opened
from tests.web.mailed import Post, installed
from tests.web.stage import Stage, browsing

ADA = Channel("email", "ada@mail.example")


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    async with installed() as made:
        yield made


async def begun(post: Post, address: str = "ada@mail.example", rule: str = "top:10") -> str:
    """Sign up and say yes; the path of the mailbox's own page."""
    await post.sign_up(address, rule)
    await post.settled()
    async with post.browser.post(post.link(post.letters(address)[-1])) as page:
        html = await page.text()
        assert page.status == 200, html
    manage = re.search(r'href="(/mail/[^"]+)"', html)
    assert manage
    return manage[1]


async def test_a_mailbox_gets_nothing_before_its_owner_says_yes(post: Post) -> None:
    """Signing up sends one question; looking at its link changes nothing; the button begins it, once."""
    status, html = await post.sign_up("Ada@Mail.Example")
    assert (status, "Look into your inbox" in html) == (200, True)
    await post.settled()
    (asked,) = post.letters()
    assert "List-Unsubscribe" not in asked
    assert "the day" in text_of(asked)
    link = post.link(asked)
    for _ in range(2):
        async with post.browser.get(link) as page:
            assert "Yes, send them" in await page.text()
    assert await post.memory.subscriptions() == []
    async with post.browser.post(link) as page:
        assert "Done" in await page.text()
    (made,) = await post.memory.subscriptions()
    assert (made.channel, made.rule, made.options.mode, made.options.tz) == (ADA, "top:10", "daily", "Europe/Berlin")
    async with post.browser.post(link) as page:
        assert page.status == 410
        assert "used up" in await page.text()
    assert len(await post.memory.subscriptions()) == 1


async def test_what_begins_comes_as_a_digest_with_its_way_out(post: Post) -> None:
    """The first papers come at once, in one mail of two forms that one click ends."""
    await begun(post)
    await post.deliver_all()
    _, first = post.letters()
    assert "Eight-Bit Attention for Small Machines" in text_of(first)
    assert "Eight-Bit Attention for Small Machines" in html_of(first)
    unsubscribe = str(first["List-Unsubscribe"])
    assert unsubscribe.startswith("<http://papers.example.org/mail/")
    path = unsubscribe.strip("<>").removeprefix("http://papers.example.org")
    async with post.browser.get(path) as page:
        assert "top:10" in await page.text()
    assert len(await post.memory.subscriptions()) == 1
    post.browser.session.cookie_jar.clear()
    async with post.browser.post(path, data={"List-Unsubscribe": "One-Click"}) as page:
        assert page.status == 200
    assert await post.memory.subscriptions() == []


async def test_one_click_may_come_as_a_form_in_parts(post: Post) -> None:
    """RFC 8058 allows multipart/form-data too."""
    path = await begun(post)
    body = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    async with post.browser.post(path, data=body, headers=headers) as page:
        assert page.status == 200
    assert await post.memory.subscriptions() == []


async def test_one_of_several_can_be_ended_by_its_owner(post: Post) -> None:
    """The page lists them, ends one, then all; what is nonsense ends nothing."""
    path = await begun(post)
    assert await begun(post, rule="attention") == path
    first, second = await post.memory.subscriptions(ADA)
    for nonsense in ("", "x", "-1", "9" * 30):
        async with post.browser.post(path, data={"end": nonsense}) as page:
            assert page.status == 400
    async with post.browser.post(path, data={"end": str(first.id)}) as page:
        assert "That is ended" in await page.text()
    assert await post.memory.subscriptions() == [second]
    async with post.browser.post(path, data={"end": "all"}) as page:
        assert "Nothing is sent to this address" in await page.text()


async def test_a_token_opens_its_own_mailbox_only(post: Post) -> None:
    """A changed, cut or borrowed token leads nowhere, and says no more than that."""
    path = await begun(post)
    bob = optin.signed(b"x" * 32, "manage", Channel("email", "bob@mail.example"))
    confirm = optin.signed(post.mail.key, "confirm", ADA, 1)
    for token in (path.removeprefix("/mail/")[:-2] + "AA", bob, confirm, "x", "x.y", "é"):
        for method in ("GET", "POST"):
            data = {"end": "all"} if method == "POST" else None
            async with post.browser.request(method, f"/mail/{token}", data=data) as page:
                assert page.status == 404, token
    assert len(await post.memory.subscriptions()) == 1


async def test_known_and_unknown_addresses_get_the_same_answer(post: Post) -> None:
    """Whoever types an address learns nothing of it: known, new, asked too often, refused by the server."""
    await begun(post)
    post.running.refused["gone@mail.example"] = "550 5.1.1 No such user"
    answers = set()
    for address in ("ada@mail.example", "new@mail.example", "gone@mail.example"):
        post.now[0] += timedelta(hours=1)
        status, html = await post.sign_up(address)
        answers.add((status, html.replace(address, "")))
    assert len(answers) == 1


async def test_an_address_is_not_flooded(post: Post) -> None:
    """Three questions at once, whoever asks; the answer stays the same. Then time has to pass."""
    for _ in range(6):
        post.now[0] += timedelta(minutes=10)
        status, _ = await post.sign_up("ada@mail.example")
        assert status == 200
        await post.settled()
    assert len(post.letters()) == 3
    post.now[0] += timedelta(hours=9)
    await post.sign_up("ada@mail.example")
    await post.settled()
    assert len(post.letters()) == 4


async def test_a_client_cannot_sign_up_the_world(post: Post) -> None:
    """Five addresses at once; the sixth is told to wait."""
    statuses = [(await post.sign_up(f"a{n}@mail.example"))[0] for n in range(6)]
    assert statuses == [200] * 5 + [429]
    await post.settled()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"address": "nobody"}, "no e-mail address"),
        ({"address": "a@b.example\r\nBcc: c@d.example"}, "address"),
        ({"address": "a@b.example", "tz": "Mars/Olympus"}, "no time zone"),
        ({"address": "a@b.example", "rule": "(never closed"}, "closed"),
        ({"address": "a@b.example", "rule": ""}, "what the mail is to be about"),
    ],
)
async def test_what_is_wrong_is_said_beside_the_form(post: Post, fields: dict[str, str], said: str) -> None:
    """With what was typed still in it, and nothing sent."""
    status, html = await post.sign_up(**fields)
    assert status == 400
    assert said in html
    await post.settled()
    assert post.running.taken == []


async def test_a_form_from_elsewhere_signs_nobody_up(post: Post) -> None:
    """Without this visitor's token."""
    async with post.browser.post("/mail", data={"q": "top:10", "address": "ada@mail.example"}) as page:
        assert page.status == 403
    assert post.running.taken == []


async def test_a_greylist_does_not_keep_the_question(post: Post) -> None:
    """Later means later."""
    post.running.next_rcpt = ["450 4.7.1 Greylisted", "450 4.7.1 Still"]
    await post.sign_up("ada@mail.example")
    await post.settled()
    assert len(post.letters()) == 1
    assert post.slept == [300, 300]


async def test_where_mail_is_off_the_pages_say_so() -> None:
    """No form, and every address of mail answers with the reason."""
    stage = Stage()
    stage.memory.held = browsing()
    async with opened(stage, mail="Mail is off: neither SMTP_URL nor SMTP_HOST is set.") as browser:
        async with browser.get("/") as page:
            html = await page.text()
            assert "SMTP_URL" in html
            assert 'action="/mail"' not in html
        async with browser.get("/search?q=attention") as page:
            assert "By mail: Mail is off" in await page.text()
        async with browser.get("/mail?q=attention") as page:
            html = await page.text()
            assert "SMTP_URL" in html
            assert "/feed.atom?q=attention" in html
            assert 'action="/mail"' not in html
        for path in ("/mail/x.y", "/mail/confirm/x.y"):
            async with browser.get(path) as page:
                assert page.status == 404
