"""What can be pressed: rows of buttons, selects for a list's entries, and a menu behind one small button. Pure.

Nothing is remembered about any message: the ids hold all that a press needs, so they work for posts of any age.
https://docs.discord.com/developers/components/reference
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.chat.discord.markdown import ELLIPSIS, clean, cut, size
from bot.model import Button, Entry

LABEL = 80
OPTION_LABEL = 100
OPTION = 100
"""Units of an option's value, which is an action."""
CUSTOM_ID = 100
ROWS = 5
WIDTH = 5
"""Buttons a row; a select takes a row of its own."""
OPTIONS = 25
PLACEHOLDER = 150

MORE = "⋯"
"""The label of the button behind which a post's seldom wanted ones stand, and what its id begins with."""

PICK = "pick"
"""What a select's id begins with; the action is the value that was picked."""

_ENOUGH = 2_000


@dataclass(frozen=True, slots=True)
class Menu:
    """A select: each option's label, and its action."""

    id: str
    placeholder: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Pressable:
    """What stands below a message; `whole` says whether anything had to be left out or cut."""

    buttons: tuple[Button, ...] = ()
    menus: tuple[Menu, ...] = ()
    whole: bool = True


def pressable(buttons: Sequence[Button], entries: Sequence[Entry], more: Sequence[Button]) -> Pressable:
    """Buttons, the menu behind `⋯`, and selects, as many as five rows hold: buttons first, each action once."""
    asked = list(dict.fromkeys(button.action for button in buttons))
    kept = _labelled(buttons, LABEL)
    folded = behind(_labelled(more, LABEL)) if more else None
    shown = (kept + ([folded] if folded else []))[: ROWS * WIDTH]
    picks = [*_gathered(entries), *([] if folded or not more else _menus("More", _labelled(more, OPTION_LABEL)))]
    menus = [Menu(f"{PICK}:{n}", placeholder, options) for n, (placeholder, options) in enumerate(picks)]
    room = ROWS - -(-len(shown) // WIDTH)
    lost = len(kept) < len(asked) or len(kept) + bool(folded) > len(shown) or len(menus) > room
    short = all(size(clean(button.label).strip()) <= LABEL for button in (*buttons, *more))
    listed = {action for menu in menus for _, action in menu.options}
    offered = all(e.button is None or e.button.action in listed for e in entries)
    return Pressable(tuple(shown), tuple(menus[:room]), not lost and short and offered)


def behind(more: Sequence[Button]) -> Button | None:
    """The button that holds these in its own id; None when they are too many or too long for that.

    `⋯7|why=Why is it here?|save=Save` stands for `why:7` and `save:7`: they usually share their number.
    """
    numbers = {button.action.partition(":")[2] for button in more}
    shared = numbers.pop() if len(numbers) == 1 else ""
    parts = [f"{b.action.partition(':')[0] if shared else b.action}={b.label}" for b in more]
    held = "|".join([MORE + shared, *parts])
    button = Button(MORE, held)
    return (
        button if size(held) <= CUSTOM_ID and [(b.label, b.action) for b in unfolded(held)] == _plainly(more) else None
    )


def unfolded(id: str) -> tuple[Button, ...]:
    """The buttons that such an id holds; none for any other id."""
    if not id.startswith(MORE):
        return ()
    shared, *parts = id.removeprefix(MORE).split("|")
    pairs = (part.partition("=") for part in parts)
    return tuple(Button(label, f"{verb}:{shared}" if shared else verb) for verb, _, label in pairs)


def _plainly(buttons: Sequence[Button]) -> list[tuple[str, str]]:
    return [(button.label, button.action) for button in buttons]


def _labelled(buttons: Sequence[Button], most: int) -> list[Button]:
    """Each action once, as the first one has it, with a label that Discord takes."""
    once: dict[str, Button] = {}
    for button in buttons:
        if 0 < size(button.action) <= CUSTOM_ID:
            once.setdefault(button.action, Button(_label(button.label, most), button.action, button.style))
    return list(once.values())


def _label(text: str, most: int) -> str:
    return cut(" ".join(clean(text[:_ENOUGH]).split()), most) or ELLIPSIS


def _gathered(entries: Sequence[Entry]) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """The entries' buttons by what they do, named by their entries."""
    pressed = [(entry.button, entry) for entry in entries if entry.button]
    for label in dict.fromkeys(button.label for button, _ in pressed):
        named = [Button(entry.name, button.action) for button, entry in pressed if button.label == label]
        yield from _menus(label, _labelled(named, OPTION_LABEL))


def _menus(label: str, buttons: Sequence[Button]) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """As many selects as the options take; more than one say which of the list they hold."""
    title = _label(label, PLACEHOLDER - 20).removesuffix(ELLIPSIS)
    for part, numbered in groupby(enumerate(buttons), key=lambda pair: pair[0] // OPTIONS):
        options = tuple((button.label, button.action) for _, button in numbered)
        first, last = part * OPTIONS + 1, part * OPTIONS + len(options)
        yield f"{title}{ELLIPSIS}" + (f" ({first}–{last})" if len(buttons) > OPTIONS else ""), options
