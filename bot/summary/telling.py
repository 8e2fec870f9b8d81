"""The one sentence that says what is new: chosen among those of the source, never made up."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.model import Paper
from bot.summary.words import cut_at_clause, one_line, sentences

GIST = 240
"""Characters of the one sentence that says what is new: two lines on a laptop, four on a phone."""

NAME = 30
"""Characters of a title before its colon that are the name of something: LLM-FP4, Long Range Arena."""

READ = 6_000
"""Characters of an abstract that are read for it; arXiv's longest have about 2,000."""

_PAPER = r"(?:paper|work|article|study|survey|report|thesis|position|letter|dissertation)"
_WE = rf"\b(?:we|this (?:\w+ )?{_PAPER}) "
_WHO = _WE + r"(?:\w+ )?"

# How authors announce their own news, and what is not the news: the rest of the story, the machinery of a paper.
# Tuned by reading the choices for papers of arXiv and of the sample. Asked of sentences in lower case, and only of
# those that have one of the words before it: looking for a word costs a fiftieth of the pattern.
_OURS = ("we ", "this ")
_WEIGHTS = tuple(
    (words, re.compile(pattern), weight)
    for words, pattern, weight in (
        (_OURS, _WHO + r"(?:propos|introduc|present|contribut|formulat|describ)\w*", 4.0),
        (
            _OURS,
            _WHO + r"(?:develop|design|build|create|construct|releas|offer|provid|deriv|establish|devis|adapt|extend)",
            3.2,
        ),
        (_OURS, _WHO + r"(?:show|find|found|demonstrat|prov|reveal|discover|observ|identif|argu)", 3.0),
        (
            _OURS,
            _WHO + r"(?:survey|review|stud|investigat|analy[sz]|examin|explor|evaluat|revisit|compar|benchmark)",
            2.6,
        ),
        (_OURS, _WHO + r"(?:address|tackl)", 2.3),
        (("in this ",), rf"\bin this (?:\w+ )?{_PAPER}\b", 1.4),
        (
            ("our ",),
            r"\bour (?:\w+ ){0,3}?(?:findings?|results?|analysis) (?:\w+ )?(?:show|suggest|reveal|indicat)",
            2.2,
        ),
        (
            ("novel ", "new "),
            r"\b(?:novel|new) (?:[\w()-]+ ){1,12}(?:is|are) (?:proposed|introduced|presented|developed)\b",
            3.5,
        ),
        (
            ("is a", "are a"),
            r"\b(?:is|are) an? (?:\w+ ){0,4}?(?:model|method|framework|dataset|benchmark|system|library)\b",
            1.2,
        ),
        (
            ("is a", "are a"),
            r"\b(?:is|are) an? (?:\w+ ){0,4}?(?:library|toolkit|approach|algorithm|technique|architecture)\b",
            1.2,
        ),
        (
            ("outperform", "surpass", "reduc", "improv", "achiev", "halv", "speed"),
            r"\b(?:outperform|surpass|reduc|improv|achiev|halv|speed)\w*",
            0.5,
        ),
        (("the first", "novel", "new"), r"\bfor the first time\b|\bthe first\b|\bnovel\b|\bnew\b", 0.3),
        ((), r"^(?:additionally|furthermore|moreover|besides|also|finally|lastly|meanwhile|in addition)\b", -2.0),
        ((), r"^(?:second|third)(?:ly)?\b", -2.0),
        (_OURS, _WE + r"(?:also|further|additionally|then|next|finally|hope|discuss|conclude|end by|briefly)\b", -2.2),
        ((), r"^(?:for (?:example|instance)|specifically|in particular|concretely|in contrast|unlike)\b", -1.2),
        ((), rf"^(?:they|these|those|such|it|its|this (?!(?:\w+ )?{_PAPER}))\b", -1.5),
        ((), r"^(?:however|while|although|though|despite|existing|recent|traditional|current|prior|previous)\b", -1.0),
        (
            ("http", "code", "publicly", "open"),
            r"https?://|\bcode\b.{0,40}\b(?:available|released|found)\b|\bpublicly available\b|\bopen-?sourc",
            -3.0,
        ),
        (
            ("extensive", "comprehensive", "empirical"),
            r"\b(?:extensive|comprehensive|empirical) (?:experiment|evaluation|result)s?",
            -1.5,
        ),
        (
            ("we ", "following ", "several "),
            r"\bwe (?:conduct|perform|evaluate|test)\b|\bfollowing (?:question|contribution)s?\b|\bseveral novel\b",
            -1.5,
        ),
        (
            ("we ", "in "),
            r"\bwe (?:(?:address|tackle|refer)|first|take)\b|^in (?:this|these|those|such) cases?\b",
            -1.0,
        ),
        (("we ",), r"\bwe (?:therefore|thus|hence)\b", -0.8),
        (("?", ":"), r"\?$|:$", -3.0),
    )
)

_LEAD = re.compile(
    r"""(?:
      (?:in|with|through)\ (?:this|the\ present|our)\ (?:\w+\ )?(?:paper|work|article|study|survey|report|thesis)
    | here(?:in)? | to\ (?:this|that)\ end | therefore | thus | hence | accordingly | finally | next | then
    | first | additionally | furthermore | moreover | consequently | specifically | in\ particular | as\ a\ result
    | (?:to\ (?:\w+\ ){1,3}|in\ (?:light\ of|response\ to)\ |(?:inspired|motivated|guided)\ by\ )
      (?:all\ |both\ )?(?:this|these|those|such|that|it|them|the\ above)(?:\ [\w'’-]+){0,4}
    | (?:based|building|drawing)\ (?:up)?on\ (?:this|these|those|such|that|it|them|the\ above)(?:\ [\w'’-]+){0,4}
    )(?:,\ (?=(?:we|this|our|a\ novel|a\ new)\ )|\ (?=we\ ))""",
    re.IGNORECASE | re.VERBOSE,
)
"""Openings that point back at what is not shown here: "To address these challenges, we propose …"."""

_MAIN = re.compile(
    r"^(?:\w+, )?(?:inspired|motivated|guided|based|building|drawing|to|in|first|next|by|using|with|despite|while)"
    r"\b[^;:]*?, (?=we (?:propos|introduc|present|develop|design|find|show|study|creat|build)\w*)",
    re.IGNORECASE,
)
AHEAD = 300
"""Characters in which the main clause of a long sentence is looked for."""

_SO = re.compile(r"(?<=^we )(?:thus|therefore|hence|then|accordingly|consequently) ", re.IGNORECASE)
"""A word after "we" that points back as well: "We thus propose …"."""

_CITED = re.compile(
    r"""[ ]?\((?:(?:e\.g\.,[ ]|see[ ])?
    [A-Z][\w'’-]+ (?:(?:[ ]et[ ]al\.|[ ](?:and|&)[ ][A-Z][\w'’-]+),?)? ,?[ ](?:19|20)\d\d[a-z]? (?:;[ ])?){1,5}\)""",
    re.VERBOSE,
)
"""`(Vaswani et al., 2017)`."""

_WORD = re.compile(r"[a-z][\w-]{3,}")


def gist(paper: Paper, limit: int = GIST) -> str:
    """One sentence that says what is new, in at most `limit` characters; empty when the source says nothing.

    The source's own summary where it has one, else the abstract's most telling sentence: its words, without an opening
    that points back at what the reader does not see, and cut where a clause ends when it is too long.
    """
    own = _uncited(one_line(paper.signals.gist or ""))
    if own:
        return own if len(own) <= limit else cut_at_clause(sentences(own)[0], limit)
    told = _uncited(_telling(paper.title[:500], paper.abstract[:READ]))
    return cut_at_clause(told if len(told) <= limit else _main_clause(told), limit)


@lru_cache(maxsize=1024)  # a digest is laid out several times until it fits
def _telling(title: str, abstract: str) -> str:
    """The most telling sentence; of equals the first."""
    told = [one_line(sentence) for sentence in sentences(abstract)]
    if not told:
        return ""
    scores = [_score(sentence, title) - 0.05 * place for place, sentence in enumerate(told)]
    return _without_lead(told[scores.index(max(scores))])


def _uncited(sentence: str) -> str:
    """Without citations in brackets: nobody can follow them from here."""
    return _CITED.sub("", sentence)


def _without_lead(sentence: str) -> str:
    lead = _LEAD.match(sentence)
    rest = _SO.sub("", sentence[lead.end() :] if lead else sentence)
    return rest[:1].upper() + rest[1:]


def _main_clause(sentence: str) -> str:
    """From where the authors say what they did, when that comes after an occasion: "Inspired by …, we propose"."""
    main = _MAIN.search(sentence[:AHEAD])
    return sentence[main.end() :][:1].upper() + sentence[main.end() + 1 :] if main else sentence


def _score(sentence: str, title: str) -> float:
    """How much a sentence sounds like the paper's news."""
    low = sentence.lower()
    claims = [weight for words, pattern, weight in _WEIGHTS if _has(low, words) and pattern.search(low)]
    strongest = max((weight for weight in claims if weight >= 2), default=0.0)
    return strongest + sum(weight for weight in claims if weight < 2) + _about(sentence, title) + _size(sentence)


def _has(sentence: str, words: tuple[str, ...]) -> bool:
    return not words or any(word in sentence for word in words)


def _about(sentence: str, title: str) -> float:
    """How much of the title it takes up, and whether it says the name that the title gives."""
    words = _title(title)
    shared = len(words & stems(sentence)) / len(words) if words else 0.0
    name, colon, _ = title.partition(":")
    named = bool(colon) and len(name) <= NAME and name.strip().lower() in sentence.lower()
    return 2.5 * shared + (1.8 if named else 0.0) + (0.7 if named and sentence.startswith(name.strip()) else 0.0)


@lru_cache(maxsize=16)  # a title is compared with each sentence below it
def _title(text: str) -> frozenset[str]:
    return stems(text)


def stems(text: str) -> frozenset[str]:
    """What its longer words begin with."""
    return frozenset(word[:7] for word in _WORD.findall(text.lower()))


def _size(sentence: str) -> float:
    """A sentence of a few words says little; a very long one loses its end."""
    return -1.5 if len(sentence) < 45 else -1.0 if len(sentence) > 330 else -0.4 if len(sentence) > GIST else 0.0
