"""config/bot.toml + environment → Settings. Every mistake is named by file and key."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_type_hints

import msgspec
import platformdirs
from dotenv import dotenv_values

from bot.errors import SettingsError

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Days = Annotated[int, msgspec.Meta(ge=0, le=36_500)]

FILED = "_FILE"
"""At the end of a variable's name: its value is the path of the file that holds the secret, as containers do it."""

_OURS = re.compile(r"(?:SLACK|DISCORD|BOT|MAIL|SMTP)_[A-Z_]{1,40}")
"""Variables that may stand in files of their own; what other programs keep so is not ours to read."""

LARGEST_SECRET = 8192
"""Bytes of such a file at the most: tokens have a few dozen."""


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[sources]]` of the config."""

    address: Annotated[str, msgspec.Meta(min_length=1)]


class Polling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[polling]`."""

    allow_private_feeds: bool = False
    max_age_days: Annotated[int, msgspec.Meta(ge=0, le=36_500)] = 30
    """Older entries are known but not posted; 0 is off."""


class Web(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[web]`: where the pages and the local channel are served."""

    host: Annotated[str, msgspec.Meta(min_length=1)] = "127.0.0.1"
    port: Port = 8090


class Delivery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[delivery]`: how channels get their papers where nobody has said otherwise."""

    tz: str = "UTC"


class Rights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[rights]`: who may change the rules of a channel that does not say so itself."""

    who: Literal["anyone", "creator", "managers"] | None = None


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[limits]`: `pace`, how many times faster than a platform allows its stand-in is posted to, for tests only;
    `workspace`, messages a second over all channels of a Slack workspace, which names no figure of its own.
    """

    pace: Annotated[float, msgspec.Meta(ge=0.01, le=10_000)] = 1.0
    workspace: Annotated[float, msgspec.Meta(ge=0.01, le=1_000)] | None = None


class Logs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[logs]`: `text` for people (a sentence and key=value), `json` for machines (an object a line)."""

    format: Literal["text", "json"] = "text"


class Keep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[keep]`: after how many days papers lose their abstracts, deliveries their reasons; 0: never."""

    papers_days: Days = 730
    deliveries_days: Days = 730


class StorePath(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[store]`."""

    path: str | None = None


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of bot.toml."""

    sources: tuple[Source, ...] = ()
    polling: Polling = msgspec.field(default_factory=Polling)
    web: Web = msgspec.field(default_factory=Web)
    delivery: Delivery = msgspec.field(default_factory=Delivery)
    rights: Rights = msgspec.field(default_factory=Rights)
    limits: Limits = msgspec.field(default_factory=Limits)
    logs: Logs = msgspec.field(default_factory=Logs)
    keep: Keep = msgspec.field(default_factory=Keep)
    store: StorePath = msgspec.field(default_factory=StorePath)
    acronyms: dict[str, str | tuple[str, ...]] = msgspec.field(default_factory=dict)
    """`[acronyms]`: what the team's own stand for, beside those the rules know."""

    def meanings(self) -> dict[str, tuple[str, ...]]:
        """Each acronym with all it may stand for."""
        return {name: (said,) if isinstance(said, str) else said for name, said in self.acronyms.items()}


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the front door needs to know. `env`: the environment above the `.env` beside the config."""

    file: File
    path: Path
    store: str
    env: Mapping[str, str] = field(repr=False)  # holds tokens: never printed


def load(config: str | None, store: str | None, env: Mapping[str, str]) -> Settings:
    """Settings from `config`, else ./config/bot.toml, else the shipped one; `SettingsError` names what is wrong.

    The database is `store`, else BOT_STORE, else `[store] path`, else in the user's data folder, so that it survives
    a new clone.
    """
    path = Path(config) if config else next(p for p in (Path("config/bot.toml"), shipped("bot.toml")) if p.exists())
    file = read(path)
    merged = unfiled({**_beside(path.parent / ".env"), **env})
    chosen = store or merged.get("BOT_STORE") or file.store.path
    return Settings(
        msgspec.structs.replace(file, web=_served(file.web, merged)), path, chosen or str(default_store()), merged
    )


def _served(web: Web, env: Mapping[str, str]) -> Web:
    """Where the pages are, on a host that gives the port by PORT as well; open to others only if they have an address.

    https://devcenter.heroku.com/articles/runtime-principles#web-servers
    """
    given = env.get("PORT", "").strip()
    if not given:
        return web
    try:
        port = msgspec.convert(given, Port, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"PORT is {given!r}; a port is a number such as {web.port}.") from error
    public = env.get("BOT_PUBLIC_URL", "").strip() and web.host == Web().host
    return Web("0.0.0.0" if public else web.host, port)  # noqa: S104 — whoever sets both wants just that


def _beside(path: Path) -> dict[str, str]:
    """The variables of the `.env` file; none where there is no file."""
    try:
        return {key: value for key, value in dotenv_values(path).items() if value is not None}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The file {path} cannot be read: {_reason(error)}.") from error


def unfiled(env: Mapping[str, str]) -> dict[str, str]:
    """The variables; the file that `SLACK_BOT_TOKEN_FILE` names is read as SLACK_BOT_TOKEN, and so on for each of ours.

    `SettingsError` when both are set, or the file cannot be read.
    """
    named = ((key.removesuffix(FILED), path.strip()) for key, path in env.items() if key.endswith(FILED))
    read = {name: _secret(name, path) for name, path in named if path and _OURS.fullmatch(name)}
    for name in read:
        if env.get(name, "").strip():
            raise SettingsError(f"{name} and {name}{FILED} are both set: take one of them away.")
    return {**env, **read}


def _secret(name: str, path: str) -> str:
    try:
        with Path(path).expanduser().open("rb") as file:
            text = file.read(LARGEST_SECRET + 1).decode("utf-8").strip()
    except (OSError, RuntimeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}{FILED} is {path}, which cannot be read: {_reason(error)}.") from error
    if not text or len(text) > LARGEST_SECRET:
        what = "is empty" if not text else "is too long for a token"
        raise SettingsError(f"{name}{FILED} is {path}, which {what}: put the value of {name} in it, and nothing else.")
    return text


def read(path: Path) -> File:
    """The config file, checked key by key."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert(found, File)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The config {path} cannot be read: {_reason(error)}.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The config {path} is not TOML: {error}.") from error
    except RecursionError as error:
        raise SettingsError(f"The config {path} is not TOML that can be read: its brackets nest too deeply.") from error
    except msgspec.ValidationError as error:
        raise SettingsError(f"The config {path} is wrong: {_named(str(error))}") from error


def shipped(name: str) -> Path:
    """A file of config/: in the wheel beside the code, in a clone beside the package."""
    here = Path(__file__).parent
    return here / "shipped" / name if (here / "shipped").is_dir() else here.parent / "config" / name


def default_store() -> Path:
    """Where this system keeps a person's data."""
    return Path(platformdirs.user_data_dir("paper-round", appauthor=False)) / "paper-round.db"


def environment() -> Mapping[str, str]:
    """The process's environment."""
    return dict(os.environ)


def _named(sentence: str) -> str:
    """msgspec's sentence as people say it, with the key as it stands in the file: `$.web.port` → `[web] port`."""
    words, _, place = sentence.partition(" - at `$")
    keys = [key for key in place.replace("[...]", "").strip("`.").split(".") if key]
    if words.startswith("Object contains unknown field"):
        name = words.split("`")[1]
        known = list(_hints(keys))
        close = get_close_matches(name, known, n=1)
        meant = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}."
        keys, told = [*keys, name], f"there is no such key; {meant}"
    elif words.startswith("Object missing required field"):
        told = f"{words.split('`')[1]} is missing."
    else:
        told = f"{_spoken(words, keys)}."
    where = " ".join([*map(_table, keys[:-1]), *(map(_heading, keys[-1:]))])
    return f"{where.rstrip(',')}: {told}" if where else told


def _heading(key: str) -> str:
    """The last key: a table's heading where it is one of the list of them."""
    return _table(key) if key.endswith("]") else key


def _spoken(words: str, keys: list[str]) -> str:
    """What is wrong with a value."""
    if found := re.fullmatch(r"Expected `(.+?)`, got `(.+?)`", words):
        wanted = " or ".join(_KINDS.get(kind, kind) for kind in found[1].split(" | "))
        return f"takes {wanted}, not {_KINDS.get(found[2], found[2])}"
    if found := re.fullmatch(r"Expected `(int|float)` ([<>]=) (\S+)", words):
        return f"takes {_KINDS[found[1]]}, {found[3]} or {'more' if found[2] == '>=' else 'less'}"
    if found := re.fullmatch(r"Invalid enum value (.+)", words):
        return f"takes {' or '.join(_choices(_hints(keys[:-1])[keys[-1]]))}, not {found[1]}"
    return "must not be empty" if words == "Expected `str` of length >= 1" else f"{words[0].lower()}{words[1:]}"


_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text between quotes",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}


def _hints(keys: list[str]) -> dict[str, Any]:
    """The keys of a table, with what each takes."""
    found: Any = File
    for key in keys:
        found = Source if key.startswith("sources[") else get_type_hints(found)[key]
    return get_type_hints(found)


def _choices(hint: Any) -> list[str]:
    """The words of a `Literal`, alone or beside None."""
    return [word for one in get_args(hint) for word in ([one] if isinstance(one, str) else _choices(one))]


def _table(key: str) -> str:
    """A table's heading: `web` → `[web]`, `sources[0]` → `[[sources]] number 1,`."""
    name, _, number = key.partition("[")
    number = number.rstrip("]")
    return f"[[{name}]] number {int(number) + 1}," if number.isdigit() else f"[{name}]"


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or "it is not UTF-8 text"
