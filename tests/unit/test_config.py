"""config: bot.toml and the environment → Settings, every mistake named by file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import config
from bot.errors import SettingsError


def write(folder: Path, text: str) -> str:
    (folder / "bot.toml").write_text(text, encoding="utf-8")
    return str(folder / "bot.toml")


def test_the_shipped_config_is_read_and_has_the_default_sources() -> None:
    """What a newcomer gets without a file of their own."""
    found = config.read(config.shipped("bot.toml"))
    assert [source.address for source in found.sources] == ["sample:", "huggingface:daily", "arxiv:cs.CL+cs.LG"]
    assert (found.web.host, found.web.port) == ("127.0.0.1", 8090)


def test_the_database_is_chosen_from_the_nearest_word(tmp_path: Path) -> None:
    """The command line, then the environment, then the file, then the user's data folder."""
    path = write(tmp_path, "[store]\npath = 'from-file.db'\n")
    assert config.load(path, "from-words.db", {"BOT_STORE": "from-env.db"}).store == "from-words.db"
    assert config.load(path, None, {"BOT_STORE": "from-env.db"}).store == "from-env.db"
    assert config.load(path, None, {}).store == "from-file.db"
    assert config.load(write(tmp_path, ""), None, {}).store == str(config.default_store())


def test_the_env_file_beside_the_config_is_read_below_the_environment(tmp_path: Path) -> None:
    """A variable that is really set wins over the file."""
    path = write(tmp_path, "")
    (tmp_path / ".env").write_text("DISCORD_TOKEN=from-file\nBOT_STORE=file.db\n")
    found = config.load(path, None, {"BOT_STORE": "env.db"})
    assert (found.env["DISCORD_TOKEN"], found.store) == ("from-file", "env.db")


@pytest.mark.parametrize(
    ("env", "host", "port"),
    [
        ({}, "127.0.0.1", 8090),
        ({"PORT": "5000"}, "127.0.0.1", 5000),
        ({"PORT": "5000", "BOT_PUBLIC_URL": "https://papers.example.org"}, "0.0.0.0", 5000),
        ({"BOT_PUBLIC_URL": "https://papers.example.org"}, "127.0.0.1", 8090),
    ],
)
def test_a_host_that_names_a_port_is_heard(env: dict[str, str], host: str, port: int, tmp_path: Path) -> None:
    """The pages are open to others only where their public address is set."""
    (tmp_path / "bot.toml").write_text("")
    web = config.load(str(tmp_path / "bot.toml"), None, env).file.web
    assert (web.host, web.port) == (host, port)


def test_a_host_that_is_set_stays_and_a_port_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "bot.toml").write_text('[web]\nhost = "192.0.2.7"\n')
    web = config.load(str(tmp_path / "bot.toml"), None, {"PORT": "80", "BOT_PUBLIC_URL": "https://x.example"}).file.web
    assert (web.host, web.port) == ("192.0.2.7", 80)
    with pytest.raises(SettingsError, match=r"PORT is .tcp://10\.0\.0\.1:80.; a port is a number such as 8090"):
        config.load(str(tmp_path / "bot.toml"), None, {"PORT": "tcp://10.0.0.1:80"})


def test_settings_never_show_the_environment(tmp_path: Path) -> None:
    """Tokens are in it."""
    assert "hush" not in repr(config.load(write(tmp_path, ""), None, {"DISCORD_TOKEN": "hush"}))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[web]\nport = 70000\n", "[web] port"),
        ("[web]\nhost = ''\n", "[web] host"),
        ("[limits]\npace = 0\n", "[limits] pace"),
        ("[limits]\nworkspace = 0\n", "[limits] workspace"),
        ("[wbe]\n", "wbe"),
        ("[polling]\nallow = true\n", "[polling] allow"),
        ("[[sources]]\naddress = 3\n", "[[sources]] number 1, address"),
        ("[[sources]]\n", "address"),
        ("= 1", "not TOML"),
    ],
)
def test_a_mistake_is_named_by_file_and_key(tmp_path: Path, text: str, says: str) -> None:
    """The sentence holds the file's name and the key as it stands there."""
    path = write(tmp_path, text)
    with pytest.raises(SettingsError) as wrong:
        config.read(Path(path))
    assert path in str(wrong.value)
    assert says in str(wrong.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[web]\nport = 'x'\n", "[web] port: takes a whole number, not a text between quotes."),
        ("[web]\nport = 70000\n", "[web] port: takes a whole number, 65535 or less."),
        ("[web]\nprot = 1\n", "[web] prot: there is no such key; did you mean port?"),
        ("[zzz]\n", "zzz: there is no such key; there are sources, polling, web,"),
        ("[web]\nhost = ''\n", "[web] host: must not be empty."),
        ("[logs]\nformat = 'xml'\n", "[logs] format: takes text or json, not 'xml'."),
        ("[rights]\nwho = 'nobody'\n", "[rights] who: takes anyone or creator or managers, not 'nobody'."),
        ("[polling]\nallow_private_feeds = 'yes'\n", "takes true or false, not a text between quotes."),
        ("sources = 3\n", "sources: takes a list, not a whole number."),
        ("[[sources]]\nadress = 'x'\n", "adress: there is no such key; did you mean address?"),
        ("[[sources]]\n", "[[sources]] number 1: address is missing."),
        ("[acronyms]\nLLM = 3\n", "acronyms: takes a text between quotes or a list, not a whole number."),
        ("web = 3\n", "web: takes a table, not a whole number."),
    ],
)
def test_a_mistake_is_said_as_people_say_it(tmp_path: Path, text: str, says: str) -> None:
    """What the key takes, and what it was given; a slip of the pen is put right."""
    with pytest.raises(SettingsError) as wrong:
        config.read(Path(write(tmp_path, text)))
    assert says in str(wrong.value)
    assert not str(wrong.value).endswith("..")


def test_a_missing_or_unreadable_file_is_a_sentence(tmp_path: Path) -> None:
    """Named, with the reason."""
    with pytest.raises(SettingsError, match="cannot be read"):
        config.read(tmp_path / "missing.toml")
    (tmp_path / "latin.toml").write_bytes(b"# \xff\xfe")
    with pytest.raises(SettingsError, match="UTF-8"):
        config.read(tmp_path / "latin.toml")


@pytest.mark.parametrize("text", [b"a = " + b"[" * 100_000, b"\xff\xfe"], ids=["nested", "no UTF-8"])
def test_a_config_that_cannot_be_read_is_one_sentence(tmp_path: Path, text: bytes) -> None:
    """However it is broken."""
    (tmp_path / "bot.toml").write_bytes(text)
    with pytest.raises(SettingsError, match=r"bot\.toml"):
        config.load(str(tmp_path / "bot.toml"), None, {})


def test_an_env_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    """The file is named; nothing of it is shown."""
    (tmp_path / ".env").write_bytes(b"DISCORD_TOKEN=\xff\xfe")
    with pytest.raises(SettingsError, match=r"\.env cannot be read"):
        config.load(write(tmp_path, ""), None, {})
