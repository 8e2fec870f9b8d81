"""TeX in running text to readable Unicode: a reader of what abstracts really hold, not of TeX programs.

One pass to pair brackets, one to write; every character is looked at a bounded number of times. `%` is a per cent sign
here, never a comment. The symbols are pylatexenc's; its own reader is not used because it treats `%` as a comment,
recurses on every bracket and knows nothing of half-converted text.
"""

from __future__ import annotations

import re
import unicodedata

from bot.sources.scripts import lowered, raised
from bot.sources.structures import OPTION, STRUCTURES, Place
from bot.sources.symbols import ACCENTS, BRACED, DROPPED, GAPS, LETTERS, SILENT, symbols

DEEPEST = 24
"""Groups within groups that are read; deeper ones lose their brackets unread."""
_LONGEST_MATH = 2000

_SIGN = re.compile(r"https?://|\\|[${}^_~`]|''|--+")
_PAIRED = re.compile(r"\\.|[{}$]", re.DOTALL)
_PLAIN = re.compile(r"\\([%&#])(?!\*)|https?://[A-Za-z0-9.-]++(?:/[A-Za-z0-9./_~-]*+)?(?=\s|$)")
"""The signs that papers are full of, read at once: `4.2\\%`, an address with nothing odd in it."""
_NAME = re.compile(r"\\([A-Za-z]{1,40}|.)\*?", re.DOTALL)
_URL = re.compile(r"""https?://(?:[^\s<>"'{}|\\^`$]|\\[_%#&~$])*""")
_MATHLIKE = re.compile(r"\\[A-Za-z%]|[\^_=<>{}]")
_PROSE = re.compile(r"(?<![\\A-Za-z{])[a-z]{2,} [a-z]{2,}")
_TEXT_WITHIN = re.compile(r"\\(?:text|mathrm|mbox|operatorname)")
_WORD = re.compile(r"[a-z]{2,}")
_WORDS = re.compile(r"\w[\w .'’&/+-]{0,80}")
_STRIPPED = re.compile(  # Hugging Face's texts have lost most backslashes: textbf{x}, {bf x}
    r"(?<![\\A-Za-z])(textbf|textit|texttt|textsc|emph|mathcal|mathbb|mathbf|mathrm|mathsf|operatorname|boldsymbol)(?=\{)"
)
_SWITCH = re.compile(r"(?<![A-Za-z}\]])\{(bf|em|it|sc|tt|sf|rm) ")


def detexed(text: str) -> str:
    """Read TeX as people meet it in titles and abstracts. Never raises; linear; other text comes back as it is."""
    text = _SWITCH.sub(r"{\\\1 ", _STRIPPED.sub(r"\\\1", text)) if "{" in text else text
    return _Text(text).read(0, Place(len(text))) if _SIGN.search(text) else text


def shifted(sign: str, inner: str) -> str:
    """A superscript (`^`) or subscript (`_`): in Unicode where it can be, else `^T`, `_NN`, `^(a+b)`."""
    if inner in ("∘", "°", "′", "*", "†", "‡"):
        return {"∘": "°"}.get(inner, inner)
    small = raised(inner) if sign == "^" else lowered(inner)
    if small is not None or not inner:
        return small or ""
    held = len(inner) == 1 or inner.isalnum() or (inner[0] == "(" and inner.find(")") == len(inner) - 1)
    return f"{sign}{inner}" if held else f"{sign}({inner})"


def _mathematical(inner: str, after: str) -> bool:
    """Whether what stands between two dollar signs is a formula, rather than prose between two prices."""
    if not inner.strip() or (_PROSE.search(inner) and not _TEXT_WITHIN.search(inner)):
        return False
    if _MATHLIKE.search(inner):
        return not (inner[-1].isspace() and inner[0].isdigit() and after.isdigit())
    if after.isdigit() and any(c.isdigit() for c in inner):
        return False
    return inner[0].isspace() == inner[-1].isspace() and (not inner[0].isspace() or not _WORD.search(inner))


def _grouping(raw: str, near: str) -> bool:
    """Whether braces only hold letters together (`{BERT}`, `{B}ayes`, `3{,}000`), rather than write a set."""
    if raw in ("", ",", "-", ":", "."):
        return True
    if len(raw) == 1:
        return any(c.isalpha() for c in near)
    return bool(_WORDS.fullmatch(raw)) and any(c.isalpha() for c in raw)


def _pairs(text: str) -> dict[int, int]:
    """Where each `{`, `\\(`, `\\[` and `$` ends."""
    pairs: dict[int, int] = {}
    braces, rounds = list[int](), list[int]()
    dollar: int | None = None
    for found in _PAIRED.finditer(text):
        sign, at = found[0], found.start()
        if sign in ("{", "\\(", "\\["):
            (braces if sign == "{" else rounds).append(at)
        elif sign in ("}", "\\)", "\\]") and (stack := braces if sign == "}" else rounds):
            pairs[stack.pop()] = at
        elif sign == "$":
            if dollar is not None:
                pairs[dollar] = at
            dollar = at
    return pairs


class _Text:
    """Reads one text. Each step is given where it stands and appends to `out`; it returns where reading goes on."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pairs = _pairs(text)

    def read(self, at: int, place: Place) -> str:
        """The characters from `at` to the place's end, as readable text."""
        out: list[str] = []
        while found := _SIGN.search(self.text, at, place.end):
            out.append(self.text[at : found.start()])
            if known := _PLAIN.match(self.text, found.start(), place.end):
                out.append(known[1] or known[0])
                at = known.end()
            else:
                at = self._sign(found, place, out)
        out.append(self.text[at : place.end])
        return "".join(out)

    def _sign(self, found: re.Match[str], place: Place, out: list[str]) -> int:
        sign, at = found[0], found.start()
        step = {"h": self._address, "\\": self._macro, "{": self._group, "$": self._dollar}.get(sign[0])
        if sign in "^_":
            step = self._script
        if step:
            return step(at, place, out)
        out.append(self._mark(sign, at, place.math))
        return found.end()

    def _around(self, at: int, width: int = 1) -> tuple[str, str]:
        """The characters before and after a sign; a space at the ends of the text."""
        before, after = self.text[max(0, at - 1) : at], self.text[at + width : at + width + 1]
        return before or " ", after or " "

    # ── addresses, dashes, quotes, ties ──
    def _address(self, at: int, place: Place, out: list[str]) -> int:
        found = _URL.match(self.text, at, place.end)
        if not found:
            return at + 1
        out.append(re.sub(r"\\(.)", r"\1", found[0]) if "\\" in found[0] else found[0])
        close = self._closing(found.end(), place)
        if close is None:
            return found.end()
        label = self.read(found.end() + 1, place.inner(close, math=False)).strip()
        out.append(f" ({label})" if label else "")  # \href{address}{label} that has lost its backslash
        return close + 1

    def _mark(self, sign: str, at: int, math: bool) -> str:
        before, after = self._around(at, len(sign))
        if sign == "~":
            loose = before.isspace() or before in "/(=<>" or (before.isdigit() and after.isdigit())
            return " " if math or not loose else "~"
        if sign in ("''", "`"):
            return self._quote(sign, at, math)
        if sign[0] == "-":
            option = (before.isspace() or before in "`'\"(") and after.isalnum()  # --verbose
            return sign if len(sign) > 3 or option or math else ("—" if len(sign) == 3 else "–")
        return "" if math else sign

    def _quote(self, sign: str, at: int, math: bool) -> str:
        if math:
            return "″" if sign == "''" else sign
        if sign == "''":
            return '"'
        before, after = self._around(at)
        if "`" in (before, after):  # the first of two writes the mark, the second nothing; code fences keep theirs
            fence = self.text[max(0, at - 2) : at + 3].count("`") > 2
            return "`" if fence else ('"' if after == "`" else "")
        if before.isalnum() and after.isalnum():
            return "'"
        close = self.text.find("'", at, at + 200)
        return "'" if close > 0 and "`" not in self.text[at + 1 : close] else "`"

    # ── groups and formulas ──
    def _closing(self, at: int, place: Place) -> int | None:
        close = self.pairs.get(at) if self.text[at : at + 1] == "{" else None
        return close if close is not None and close < place.end else None

    def _group(self, at: int, place: Place, out: list[str]) -> int:
        close = self._closing(at, place)
        if close is None or place.depth >= DEEPEST:
            out.append("" if place.math or place.depth >= DEEPEST else "{")
            return at + 1
        raw = self.text[at + 1 : min(close, at + 120)]
        inner = BRACED.get(raw) or self.read(at + 1, place.inner(close, math=place.math))
        near = self.text[max(0, at - 1) : at] + self.text[close + 1 : close + 2]
        bare = place.math or raw.startswith("\\") or raw in BRACED or _grouping(raw, near)
        out.append(inner if bare else f"{{{inner}}}")
        return close + 1

    def _dollar(self, at: int, place: Place, out: list[str]) -> int:
        at += self.text.startswith("$$", at)
        close = self.pairs.get(at, place.end)
        inner, after = self.text[at + 1 : min(close, at + _LONGEST_MATH)], self.text[close + 1 : close + 2]
        far = close >= place.end or close - at >= _LONGEST_MATH or place.depth >= DEEPEST
        if place.math or far or not _mathematical(inner, after):
            out.append("" if place.math else "$")
            return at + 1
        out.append(self.read(at + 1, place.inner(close, math=True)).strip())
        return close + (2 if after == "$" else 1)

    def _formula(self, at: int, after: int, place: Place, out: list[str]) -> int:
        close = self.pairs.get(at, place.end)
        if close >= place.end or place.depth >= DEEPEST:
            return after
        out.append(self.read(after, place.inner(close, math=True)).strip())
        return close + 2

    def _script(self, at: int, place: Place, out: list[str]) -> int:
        sign = self.text[at]
        if not place.math and self._closing(at + 1, place) is None:
            out.append(sign)
            return at + 1
        inner, at = self.argument(at + 1, place._replace(math=True))
        out.append(shifted(sign, inner.strip()))
        return at

    # ── macros ──
    def argument(self, at: int, place: Place) -> tuple[str, int]:
        """What a macro or script takes next: a group, a macro, or one character; its text and where it ends."""
        while at < place.end and self.text[at] == " ":
            at += 1
        if at >= place.end or place.depth >= DEEPEST:
            return "", at
        close = self._closing(at, place)
        if close is not None:
            return self.read(at + 1, place.inner(close, math=place.math)), close + 1
        if self.text[at] == "\\":
            part: list[str] = []
            at = self._macro(at, place._replace(depth=place.depth + 1), part)
            return "".join(part), at
        return (self.text[at], at + 1) if self.text[at] not in "{}$" else ("", at)

    def skip(self, at: int, place: Place) -> int:
        """Where the argument at `at` ends, unread, with an option in square brackets before it."""
        if option := OPTION.match(self.text, at, place.end):
            at = option.end()
        close = self._closing(at, place)
        return at if close is None else close + 1

    def _macro(self, at: int, place: Place, out: list[str]) -> int:
        found = _NAME.match(self.text, at, place.end)
        if not found:
            out.append("\\")
            return at + 1
        name, after = found[1], found.end()
        if name in "([":
            return self._formula(at, after, place, out)
        if name in ACCENTS:
            return self._accent(name, after, place, out)
        if name in DROPPED:
            return self.skip(after, place)
        if name in STRUCTURES:
            text, after = STRUCTURES[name](self, after, place)
            out.append(text)
            return after
        return self._word(name, after, place, out)

    def _accent(self, name: str, at: int, place: Place, out: list[str]) -> int:
        follows = self.text[at : at + 1]
        taken = follows.isalpha() or (follows and follows in "{\\") or (name.isalpha() and follows == " ")
        if not place.math and not taken:
            out.append("" if name in "^\"'`=." else name)
            return at
        inner, at = self.argument(at, place)
        letter = {"ı": "i", "ȷ": "j"}.get(inner, inner)
        out.append(unicodedata.normalize("NFC", letter + ACCENTS[name]) if len(letter) == 1 else inner)
        return at

    def _word(self, name: str, at: int, place: Place, out: list[str]) -> int:
        """A macro that stands for characters, or one that only its authors know: then its argument, else its name."""
        if name in SILENT:
            return at + (self.text[at : at + 1] == " " and name.isalpha())
        if name in GAPS:
            out.append(" ")
            return at
        if not name.isalpha():
            out.append(symbols().get(name, name if name in "%&#_${}@|'\"" or not name.isascii() else ""))
            return at
        if (known := symbols().get(name)) is not None:
            return self._symbol(name, known, at, place, out)
        close = self._closing(at, place)
        inner = "" if close is None else self.read(at + 1, place.inner(close, math=place.math))
        out.append(name + inner if name != name.lower() else inner or name)  # \ECUAS{n} is a name, \tit{x} a wrapper
        return at if close is None else close + 1

    def _symbol(self, name: str, known: str, at: int, place: Place, out: list[str]) -> int:
        last = out[-1][-1:] if out else ""
        spaced = self.text[at : at + 1] == " " and not known[:1].isalpha()
        worded = len(known) > 1 and known.isalpha() and (last.isalnum() or last == ")")
        if name not in LETTERS and (worded or (spaced and last.isalnum())):
            out.append(" ")
        out.append(known)
        if name in LETTERS and self.text[at : at + 1] == " ":
            return at + 1
        return at + 2 if self._closing(at, place) == at + 1 else at  # \LaTeX{}
