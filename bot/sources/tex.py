"""TeX in running text to readable Unicode: a reader of what abstracts really hold, not of TeX programs.

One pass to pair brackets, one to write; every character is looked at a bounded number of times. `%` is a per cent sign
here, never a comment. The symbols are pylatexenc's; its own reader is not used because it treats `%` as a comment,
recurses on every bracket and knows nothing of half-converted text.
"""

from __future__ import annotations

import re
import unicodedata

from bot.sources.scripts import lowered, raised
from bot.sources.symbols import ACCENTS, BOARD, BRACED, DROPPED, GAPS, LETTERS, SILENT, symbols

DEEPEST = 24
"""Groups within groups that are read; deeper ones lose their brackets unread."""
_LONGEST_MATH = 2000

_SIGN = re.compile(r"https?://|\\|[${}^_~`]|''|--+")
_PAIRED = re.compile(r"\\.|[{}$]", re.DOTALL)
_NAME = re.compile(r"\\([A-Za-z]{1,40}|.)\*?", re.DOTALL)
_URL = re.compile(r"""https?://(?:[^\s<>"'{}|\\^`$]|\\[_%#&~$])*""")
_OPTION = re.compile(r"\[[^\]\[{}]{0,80}\]")
_MATHLIKE = re.compile(r"\\[A-Za-z%]|[\^_=<>{}]")
_PROSE = re.compile(r"(?<![\\A-Za-z{])[a-z]{2,} [a-z]{2,}")
_WORD = re.compile(r"[a-z]{2,}")
_STRIPPED = re.compile(  # Hugging Face's texts have lost most backslashes: textbf{x}, {bf x}
    r"(?<![\\A-Za-z])(textbf|textit|texttt|textsc|emph|mathcal|mathbb|mathbf|mathrm|mathsf|operatorname|boldsymbol)(?=\{)"
)
_SWITCH = re.compile(r"(?<![A-Za-z}\]])\{(bf|em|it|sc|tt|sf|rm) ")
_WORDS = re.compile(r"[\w][\w .'’&/+-]{0,80}")
_SIMPLE = re.compile(r"[\w^.]+")
_TEXTUAL = frozenset("text textrm textnormal mathrm mathit mathsf mathtt operatorname mbox hbox emph".split())


class _Reader:
    """Reads one text. `pairs` holds where each `{`, `\\(` and `$` ends."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pairs: dict[int, int] = {}
        self._pair()

    def _pair(self) -> None:
        braces: list[int] = []
        rounds: list[int] = []
        dollar: int | None = None
        for found in _PAIRED.finditer(self.text):
            sign, at = found[0], found.start()
            if sign == "{":
                braces.append(at)
            elif sign == "}" and braces:
                self.pairs[braces.pop()] = at
            elif sign in ("\\(", "\\["):
                rounds.append(at)
            elif sign in ("\\)", "\\]") and rounds:
                self.pairs[rounds.pop()] = at
            elif sign == "$":
                if dollar is not None:
                    self.pairs[dollar] = at
                dollar = at

    def read(self, at: int, end: int, *, math: bool = False, depth: int = 0) -> str:
        """The characters from `at` to `end`, as readable text."""
        out: list[str] = []
        while found := _SIGN.search(self.text, at, end):
            out.append(self.text[at : found.start()])
            at = self._sign(found, end, out, math, depth)
        out.append(self.text[at:end])
        return "".join(out)

    def _sign(self, found: re.Match[str], end: int, out: list[str], math: bool, depth: int) -> int:
        sign, at = found[0], found.start()
        if sign[0] == "h":
            return self._address(at, end, out, depth)
        if sign == "\\":
            return self._macro(at, end, out, math, depth)
        if sign == "{":
            return self._group(at, end, out, math, depth)
        if sign in "^_":
            return self._script(at, end, out, math, depth)
        if sign == "$":
            return self._dollar(at, end, out, math, depth)
        out.append(self._mark(sign, at, math))
        return found.end()

    def _address(self, at: int, end: int, out: list[str], depth: int) -> int:
        found = _URL.match(self.text, at, end)
        assert found
        out.append(re.sub(r"\\(.)", r"\1", found[0]))
        close = self._closing(found.end(), end)
        if close is None:
            return found.end()
        label = self.read(found.end() + 1, close, depth=depth + 1).strip()  # \href{address}{label}, backslash lost
        out.append(f" ({label})" if label else "")
        return close + 1

    def _mark(self, sign: str, at: int, math: bool) -> str:
        before = self.text[at - 1] if at else " "
        after = self.text[at + len(sign)] if at + len(sign) < len(self.text) else " "
        if sign == "~":
            tie = math or (not before.isspace() and before not in "/(=<>" and not (before.isdigit() and after.isdigit()))
            return " " if tie else "~"
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
        near = self.text[at - 1 : at] == "`", self.text[at + 1 : at + 2] == "`"
        if near[0] or near[1]:  # the first of two writes the mark, the second nothing; code fences keep theirs
            fence = self.text[max(0, at - 2) : at + 3].count("`") > 2
            return "`" if fence else ('"' if near[1] else "")
        if self.text[at - 1 : at].isalnum() and self.text[at + 1 : at + 2].isalnum():
            return "'"
        close = self.text.find("'", at, at + 200)
        return "'" if close > 0 and "`" not in self.text[at + 1 : close] else "`"

    def _closing(self, at: int, end: int) -> int | None:
        close = self.pairs.get(at) if self.text[at : at + 1] == "{" else None
        return close if close is not None and close < end else None

    def _group(self, at: int, end: int, out: list[str], math: bool, depth: int) -> int:
        close = self._closing(at, end)
        if close is None or depth >= DEEPEST:
            out.append("" if math or depth >= DEEPEST else "{")
            return at + 1
        raw = self.text[at + 1 : min(close, at + 120)]
        inner = BRACED.get(raw) if close - at < 20 else None
        inner = inner or self.read(at + 1, close, math=math, depth=depth + 1)
        near = self.text[at - 1 : at] + self.text[close + 1 : close + 2]
        keep = not math and not raw.startswith("\\") and raw not in BRACED and not self._grouping(raw, near)
        out.append(f"{{{inner}}}" if keep else inner)
        return close + 1

    @staticmethod
    def _grouping(raw: str, near: str) -> bool:
        """Whether braces only hold letters together (`{BERT}`, `{B}ayes`, `3{,}000`), rather than write a set."""
        if raw in ("", ",", "-", ":", "."):
            return True
        if len(raw) == 1:
            return any(c.isalpha() for c in near)
        return bool(_WORDS.fullmatch(raw)) and any(c.isalpha() for c in raw)

    def _dollar(self, at: int, end: int, out: list[str], math: bool, depth: int) -> int:
        if self.text.startswith("$$", at):
            at += 1
        close = self.pairs.get(at, end)
        if math or close >= end:
            out.append("" if math else "$")
            return at + 1
        inner, after = self.text[at + 1 : min(close, at + _LONGEST_MATH)], self.text[close + 1 : close + 2]
        if depth >= DEEPEST or close - at >= _LONGEST_MATH or not _mathematical(inner, after):
            out.append("$")
            return at + 1
        out.append(self.read(at + 1, close, math=True, depth=depth + 1).strip())
        return close + (2 if after == "$" else 1)

    def _script(self, at: int, end: int, out: list[str], math: bool, depth: int) -> int:
        sign = self.text[at]
        if not math and self._closing(at + 1, end) is None:
            out.append(sign)
            return at + 1
        inner, at = self._argument(at + 1, end, True, depth)
        out.append(shifted(sign, inner.strip()))
        return at

    def _argument(self, at: int, end: int, math: bool, depth: int) -> tuple[str, int]:
        """What a macro or script takes next: a group, a macro, or one character."""
        while at < end and self.text[at] == " ":
            at += 1
        if at >= end:
            return "", end
        if depth >= DEEPEST:
            return "", at
        close = self._closing(at, end)
        if close is not None:
            return self.read(at + 1, close, math=math, depth=depth + 1), close + 1
        if self.text[at] == "\\":
            part: list[str] = []
            at = self._macro(at, end, part, math, depth + 1)
            return "".join(part), at
        return (self.text[at], at + 1) if self.text[at] not in "{}$" else ("", at)

    def _macro(self, at: int, end: int, out: list[str], math: bool, depth: int) -> int:
        found = _NAME.match(self.text, at, end)
        if not found:
            out.append("\\")
            return at + 1
        name, after = found[1], found.end()
        if name in "([":
            return self._formula(at, after, end, out, depth)
        if name in ACCENTS:
            return self._accent(name, after, end, out, math, depth)
        if name in _STRUCTURES:
            return _STRUCTURES[name](self, after, end, out, math, depth)
        if name in DROPPED:
            return self._skip(after, end)
        return self._word(name, after, end, out, math, depth)

    def _formula(self, at: int, after: int, end: int, out: list[str], depth: int) -> int:
        close = self.pairs.get(at, end)
        if close >= end or depth >= DEEPEST:
            return after
        out.append(self.read(after, close, math=True, depth=depth + 1).strip())
        return close + 2

    def _skip(self, at: int, end: int) -> int:
        if option := _OPTION.match(self.text, at, end):
            at = option.end()
        close = self._closing(at, end)
        return at if close is None else close + 1

    def _accent(self, name: str, at: int, end: int, out: list[str], math: bool, depth: int) -> int:
        follows = self.text[at : at + 1]
        if not math and not (follows.isalpha() or follows in "{\\" or (name.isalpha() and follows == " ")):
            out.append("" if name in "^\"'`=." else name)
            return at
        inner, at = self._argument(at, end, math, depth)
        letter = {"ı": "i", "ȷ": "j"}.get(inner, inner)
        out.append(unicodedata.normalize("NFC", letter + ACCENTS[name]) if len(letter) == 1 else inner)
        return at

    def _word(self, name: str, at: int, end: int, out: list[str], math: bool, depth: int) -> int:
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
            return self._symbol(name, known, at, end, out)
        close = self._closing(at, end)
        inner = "" if close is None else self.read(at + 1, close, math=math, depth=depth + 1)
        out.append(name + inner if name != name.lower() else inner or name)  # \ECUAS{n} is a name, \tit{x} a wrapper
        return at if close is None else close + 1

    def _symbol(self, name: str, known: str, at: int, end: int, out: list[str]) -> int:
        last = out[-1][-1:] if out else ""
        spaced = self.text[at : at + 1] == " " and not known[:1].isalpha()
        worded = len(known) > 1 and known.isalpha() and (last.isalnum() or last == ")")
        if name not in LETTERS and last and last not in " (" and (worded or (spaced and last.isalnum())):
            out.append(" ")
        out.append(known)
        if name in LETTERS and self.text[at : at + 1] == " ":
            return at + 1
        close = self._closing(at, end)
        return at + 2 if close == at + 1 else at  # \LaTeX{}


def shifted(sign: str, inner: str) -> str:
    """A superscript (`^`) or subscript (`_`): in Unicode where it can be, else `^T`, `_NN`, `^(a+b)`."""
    if inner in ("∘", "°", "′", "*", "†", "‡"):
        return {"∘": "°"}.get(inner, inner)
    small = raised(inner) if sign == "^" else lowered(inner)
    if small is not None or not inner:
        return small or ""
    return f"{sign}{inner}" if len(inner) == 1 or inner.isalnum() else f"{sign}({inner})"


def _mathematical(inner: str, after: str) -> bool:
    """Whether what stands between two dollar signs is a formula, rather than prose between two prices."""
    if not inner.strip() or (_PROSE.search(inner) and not re.search(r"\\(?:text|mathrm|mbox|operatorname)", inner)):
        return False
    if _MATHLIKE.search(inner):
        return not (inner[-1].isspace() and inner[0].isdigit() and after.isdigit())
    if after.isdigit() and any(c.isdigit() for c in inner):
        return False
    return inner[0].isspace() == inner[-1].isspace() and (not inner[0].isspace() or not _WORD.search(inner))





def _frac(reader: _Reader, at: int, end: int, out: list[str], math: bool, depth: int) -> int:
    above, at = reader._argument(at, end, math, depth)
    below, at = reader._argument(at, end, math, depth)
    out.append("/".join(part if _SIMPLE.fullmatch(part) else f"({part})" for part in (above, below)))
    return at


def _sqrt(reader: _Reader, at: int, end: int, out: list[str], math: bool, depth: int) -> int:
    root = _OPTION.match(reader.text, at, end)
    inner, at = reader._argument(root.end() if root else at, end, math, depth)
    degree = raised(root[0][1:-1]) or "" if root else ""
    out.append(f"{degree}√{inner}" if _SIMPLE.fullmatch(inner) else f"{degree}√({inner})")
    return at


def _binom(reader: _Reader, at: int, end: int, out: list[str], math: bool, depth: int) -> int:
    above, at = reader._argument(at, end, math, depth)
    below, at = reader._argument(at, end, math, depth)
    out.append(f"C({above},{below})")
    return at


def _href(reader: _Reader, at: int, end: int, out: list[str], math: bool, depth: int) -> int:
    url, at = reader._argument(at, end, False, depth)
    label, at = reader._argument(at, end, False, depth)
    label, url = label.strip(), url.strip()
    out.append(f"{label} ({url})" if label and label != url else url)
    return at


def _aside(reader: _Reader, at: int, end: int, out: list[str], math: bool, depth: int) -> int:
    option = _OPTION.match(reader.text, at, end)
    inner, at = reader._argument(option.end() if option else at, end, False, depth)
    out.append(f" ({inner.strip()})" if inner.strip() else "")
    return at


def _upright(reader: _Reader, at: int, end: int, out: list[str], math: bool, depth: int) -> int:
    inner, at = reader._argument(at, end, False, depth)
    out.append(inner)
    return at


def _board(reader: _Reader, at: int, end: int, out: list[str], math: bool, depth: int) -> int:
    inner, at = reader._argument(at, end, math, depth)
    out.append(BOARD.get(inner.strip(), inner))
    return at


def _second(reader: _Reader, at: int, end: int, out: list[str], math: bool, depth: int) -> int:
    return _upright(reader, reader._skip(at, end), end, out, math, depth)


def _raise(reader: _Reader, at: int, end: int, out: list[str], math: bool, depth: int) -> int:
    inner, at = reader._argument(at, end, math, depth)
    out.append(raised(inner) or inner)
    return at


def _lower(reader: _Reader, at: int, end: int, out: list[str], math: bool, depth: int) -> int:
    inner, at = reader._argument(at, end, math, depth)
    out.append(lowered(inner) or inner)
    return at


def _modulo(reader: _Reader, at: int, end: int, out: list[str], math: bool, depth: int) -> int:
    inner, at = reader._argument(at, end, math, depth)
    out.append(f" (mod {inner})")
    return at


def _ding(reader: _Reader, at: int, end: int, out: list[str], math: bool, depth: int) -> int:
    inner, at = reader._argument(at, end, math, depth)
    out.append({"51": "✓", "52": "✓", "55": "✗", "56": "✗"}.get(inner.strip(), ""))
    return at


def _item(reader: _Reader, at: int, end: int, out: list[str], math: bool, depth: int) -> int:
    out.append(" • ")
    return at


_STRUCTURES = (
    dict.fromkeys(("frac", "tfrac", "dfrac", "nicefrac", "sfrac"), _frac)
    | {"sqrt": _sqrt, "binom": _binom, "href": _href, "footnote": _aside, "mathbb": _board, "textcolor": _second}
    | {"textsuperscript": _raise, "textsubscript": _lower, "pmod": _modulo, "ding": _ding, "item": _item}
    | {"colorbox": _second, "texorpdfstring": _second}
    | dict.fromkeys(_TEXTUAL | {"url", "textbf", "textit", "texttt", "textsc"}, _upright)
)


def detexed(text: str) -> str:
    """Read TeX as people meet it in titles and abstracts. Never raises; linear; text without TeX comes back as it is."""
    text = _SWITCH.sub(r"{\\\1 ", _STRIPPED.sub(r"\\\1", text)) if "{" in text else text
    return _Reader(text).read(0, len(text)) if _SIGN.search(text) else text
