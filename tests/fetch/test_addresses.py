"""Private addresses are never asked, in whatever spelling and on whatever way they come."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest

from bot.errors import SourceFailed
from bot.fetch.addresses import Gate, as_url, is_private, looked_up, name, number
from bot.model import Bookmark
from tests.fetch.owner import BODY, Names, Owner, ask, fetching, row

PRIVATE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::1",
    "2001::1",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
OPEN = ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]

SPELLINGS = [
    "http://127.0.0.1/",
    "http://127.0.0.1./",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://good.example@127.0.0.1/",
    "http://good.example:80@127.0.0.1:80/",
    "http://0/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://192.168.0.1:8080/feed",
    "https://10.0.0.1/feed",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_these_addresses_are_private(address: str) -> None:
    assert is_private(ip_address(address))


@pytest.mark.parametrize("address", OPEN)
def test_these_addresses_are_open(address: str) -> None:
    assert not is_private(ip_address(address))


@pytest.mark.parametrize("url", SPELLINGS)
async def test_a_private_address_is_refused_in_every_spelling_without_looking_it_up(url: str) -> None:
    names = Names()
    async with fetching(allow_private=False, lookup=names) as fetch:
        with pytest.raises(SourceFailed, match=r"private address.*allow_private_feeds = true under \[polling\]"):
            await ask(fetch, url)
    assert names.asked == []


@pytest.mark.parametrize("answer", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fe80::1%1"])
async def test_a_name_that_leads_to_a_private_address_is_refused(site: Owner, answer: str) -> None:
    async with fetching(allow_private=False, lookup=Names({"feeds.example": [answer]})) as fetch:
        with pytest.raises(SourceFailed) as failed:
            await ask(fetch, site.url(host="feeds.example"))
    assert str(failed.value) == (
        "feeds.example is a private address, and feeds there are refused; "
        "if this one is meant, set allow_private_feeds = true under [polling] in the config."
    )
    assert site.asked == []


async def test_localhost_is_a_private_address_by_the_systems_own_lookup(site: Owner) -> None:
    async with fetching(allow_private=False, lookup=None) as fetch:
        with pytest.raises(SourceFailed, match="localhost is a private address"):
            await ask(fetch, site.url(host="localhost"))
    assert site.asked == []


async def test_private_feeds_are_read_where_they_are_allowed(site: Owner) -> None:
    site.says()
    async with fetching(allow_private=True, lookup=None) as fetch:
        assert (await ask(fetch, site.url(host="localhost"))).body == BODY
        assert (await ask(fetch, site.url(host="127.0.0.7"))).body == BODY


async def test_a_redirect_to_a_private_address_is_refused(site: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(allow_private=False)
    monkeypatch.setattr("bot.fetch.addresses._CLOSED_4", (*_without_loopback(), *_only("127.0.0.1")))
    assert gate.admits("127.0.0.2")
    site.says("/trap", 302, Location=site.url("/secret"))
    site.says("/named", 302, Location=site.url("/secret", "inside.example"))
    site.says("/open", 302, Location=site.url("/feed", "127.0.0.2"))
    site.says()
    async with fetching(allow_private=False, lookup=Names()) as fetch:
        for path in ("/trap", "/named"):
            with pytest.raises(SourceFailed, match="is a private address"):
                await ask(fetch, site.url(path, "127.0.0.2"))
        assert (await ask(fetch, site.url("/open", "127.0.0.2"))).body == BODY
    assert [asked.path for asked in site.asked] == ["/trap", "/named", "/open", "/feed"]


def _without_loopback() -> list[object]:
    from bot.fetch import addresses

    return [block for block in addresses._CLOSED_4 if ip_address("127.0.0.1") not in block]


def _only(address: str) -> list[object]:
    from ipaddress import IPv4Network

    return [IPv4Network(address)]


async def test_of_several_answers_only_the_open_ones_are_connected_to() -> None:
    names = Names({"mixed.example": ["127.0.0.1", "8.8.8.8", "::1", "2606:4700::1111"]})
    found = await looked_up("mixed.example", 80, Gate(allow_private=False), names)
    assert [where[0] for *_, where in found] == ["8.8.8.8", "2606:4700::1111"]


async def test_an_answer_that_changes_after_the_check_is_not_the_one_connected_to(site: Owner) -> None:
    answers = iter(["127.0.0.2", "127.0.0.1", "127.0.0.1"])

    def rebinding(host: str, port: int, family: int) -> list[object]:
        return [row(next(answers), port)]

    local: list[str] = []

    async def note(request: object) -> object:
        from aiohttp import web

        assert isinstance(request, web.BaseRequest)
        assert request.transport is not None
        local.append(request.transport.get_extra_info("sockname")[0])
        return web.Response(body=BODY)

    site.answers["/feed"] = note  # type: ignore[assignment]
    async with fetching(lookup=rebinding) as fetch:
        await ask(fetch, site.url(host="rebind.example"))
    assert local == ["127.0.0.2"]
    assert next(answers) == "127.0.0.1"  # it was looked up once, and that answer was used


async def test_an_answer_of_a_name_server_is_used_for_one_request_only(site: Owner) -> None:
    site.says()
    names = Names()
    async with fetching(lookup=names) as fetch:
        for _ in range(3):
            await ask(fetch, site.url(host="feeds.example"))
    assert names.asked == ["feeds.example"] * 3


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_no_socket_is_made_for_a_private_address(address: str) -> None:
    with pytest.raises(PermissionError):
        Gate(allow_private=False).socket(row(address, 80))


def test_a_socket_is_made_for_an_open_address() -> None:
    with Gate(allow_private=False).socket(row("8.8.8.8", 80)) as made:
        assert made.family == socket.AF_INET


@pytest.mark.parametrize("spelling", ["127.1", "0x7f.1", "2130706433", "0177.1", "127.0.0.1.", "::1", "fe80::1%eth0"])
def test_a_number_is_recognised(spelling: str) -> None:
    address = number(spelling)
    assert address is not None
    assert is_private(address)


@pytest.mark.parametrize("host", ["example.org", "1e100.net", "0x7f.example", "a.1.2.3.4.b", ""])
def test_a_name_is_no_number(host: str) -> None:
    assert number(host) is None


@pytest.mark.parametrize(
    "text",
    [
        "http://",
        "http:///feed",
        "http://a b/",
        "http://a\tb\n.example:x/",
        "http://[::1/",
        "http://[zz]/",
        "http://example.org:0/",
        "http://example.org:99999/",
        "http://example.org:port/",
        "http://ex%41mple.org/",
        "http://" + "a" * 300 + "/",
        "http://\ud800.example/",
        "http://example.org/\ud800",
        "http://x\0.example/",
        "http://" + "ü" * 70 + ".example/",
    ],
)
def test_an_address_that_cannot_be_read_is_a_sentence_without_the_address(text: str) -> None:
    with pytest.raises(SourceFailed) as failed:
        as_url(text)
    assert str(failed.value) == "This web address cannot be read; it should look like https://example.org/feed.xml."


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("https://example.org?q=1", "https://example.org/?q=1"),
        ("HTTPS://Example.ORG/Feed#part", "https://Example.ORG/Feed"),
        ("https://example.org/a%2fb?x=%7e+y&z=a b", "https://example.org/a%2fb?x=%7e+y&z=a%20b"),
        ("https://bücher.example/über", "https://xn--bcher-kva.example/%C3%BCber"),
        ("http://127.1:8080/a%2f", "http://127.0.0.1:8080/a%2f"),
        ("http://me:pw@2130706433/", "http://me:pw@127.0.0.1/"),
        ("http://[0:0::1]:81/?q=%7e", "http://[::1]:81/?q=%7e"),
        ("https://example.org/100%?q=[1]", "https://example.org/100%?q=[1]"),
        ("https://example.org/a\r\nX: y", "https://example.org/a%0D%0AX:%20y"),
    ],
)
def test_an_address_is_sent_as_it_was_typed(typed: str, sent: str) -> None:
    assert str(as_url(typed)) == sent


def test_a_sentence_never_holds_a_key() -> None:
    assert name(as_url("https://me:secret@example.org:8443/feed?key=secret")) == "example.org:8443"


@pytest.mark.parametrize("path", ["/feed?token=SECRET", "/SECRET/feed"])
async def test_no_failure_tells_the_key_of_an_address(site: Owner, path: str) -> None:
    site.says("/SECRET/feed", 302, Location="/loop?SECRET")
    site.says("/loop", 302, Location="/loop?SECRET")
    site.says("/feed", 500)
    async with fetching() as fetch:
        url = f"http://SECRET:SECRET@127.0.0.1:{site.port}{path}"
        with pytest.raises(SourceFailed) as failed:
            await ask(fetch, url, Bookmark(url))
    assert "SECRET" not in str(failed.value)


async def test_an_address_without_a_path_is_asked_for_its_root(site: Owner) -> None:
    site.says("/")
    async with fetching() as fetch:
        await ask(fetch, site.url(""))
        await ask(fetch, site.url("?q=1"))
    assert [asked.path for asked in site.asked] == ["/", "/?q=1"]
