"""The post of one paper, in the format its channel wants, and what its thread opens with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.model import Button, Delivery, Line, Paper, Post, Reason, Span
from bot.summary.later import is_withdrawn, page
from bot.summary.telling import gist
from bot.summary.words import Said, counted, cut, joined, one_line, plain, sentences

TITLE = 250
"""Characters of a title that are shown; the longest of arXiv's have about 240."""

LINE = 150
"""Characters of a compact post's second line: one line on a laptop, with a few words on the next."""

LEAST = 90
"""Characters that the telling sentence gets there, whatever else there is to say."""

TALK = 2
"""Comments that are worth a word in a short line: the first one is nearly always the submitter's own."""

PARAGRAPH = 420
"""Characters after which an abstract's next sentence begins a new paragraph."""

ABSTRACT = 20_000
"""Characters of an abstract that are laid out: ten times arXiv's longest, and more than any platform shows."""

AUTHORS = 600
TERM = 60


def post(delivery: Delivery, paper: Paper) -> Post:
    """The post about one paper by the delivery's `format`: compact where nobody has said."""
    lines = {"card": _card, "full": _full}.get(delivery.options.format or "compact", _compact)(delivery, paper)
    return Post(
        headline=_headline(delivery, paper),
        lines=tuple(line for line in (*lines, updates(delivery)) if line.spans),
        buttons=_buttons(delivery),
        paper=paper.id,
        more=_more(delivery),
    )


def card(delivery: Delivery, paper: Paper) -> Post:
    """The paper's own compact post, whatever its channel's format: what Discuss on a digest's line makes.

    Discuss is its one button; the upvote stands first in the menu.
    """
    own = post(replace(delivery, options=replace(delivery.options, format="compact")), paper)
    first = tuple(button for button in own.buttons if button.action.startswith("discuss:"))
    return replace(own, buttons=first, more=(*own.buttons[len(first) :], *own.more))


def opener(paper: Paper) -> Post:
    """What a thread opens with: who wrote it, the abstract in full in readable paragraphs, where to read it."""
    who = cut(one_line(", ".join(paper.authors)[: 4 * AUTHORS]), AUTHORS)
    about = [plain(one_line(", ".join(paper.categories))), *signals(paper), *links(paper)]
    lines = (Line((Span(who, "emphasis"),) if who else ()), *abstract(paper), Line(joined(about, " · "), "small"))
    headline = Line((Span(shown_title(paper), "strong", paper.url),))
    return Post(headline, tuple(line for line in lines if line.spans), paper=paper.id)


def example(paper: Paper) -> Line:
    """A paper as one line of a list."""
    who = byline(paper.authors)
    title = Span(cut(one_line(paper.title), 120), url=paper.url)
    return Line((title, *plain(f" — {who}" if who else "")), "item")


# ── its parts, shared with digests ──


def title(delivery: Delivery, paper: Paper) -> Said:
    """The title with its link; of a withdrawn paper struck, after the word, which is also heard."""
    if is_withdrawn(delivery, paper):
        return (Span("Withdrawn: ", "strong"), Span(shown_title(paper), "struck", paper.url))
    return (Span(shown_title(paper), "strong", paper.url),)


def shown_title(paper: Paper) -> str:
    """One line, of bearable length, never empty."""
    return cut(one_line(paper.title[: 4 * TITLE]), TITLE) or "Untitled paper"


def byline(authors: Sequence[str]) -> str:
    """Who wrote it, briefly: two names at the most, then *et al.*"""
    names = [cut(one_line(name[: 4 * TERM]), TERM) for name in authors[:2]]
    return f"{names[0]} et al." if len(authors) > 2 else " and ".join(names)


def compact(delivery: Delivery, paper: Paper, where: bool = True) -> Line:
    """One telling sentence cut short · why it is here · what is known of it; `where` it can be read, if wanted."""
    facts = [*why(delivery.reasons, 3), *signals(paper, TALK), *(links(paper) if where else ())]
    taken = sum(len(span.text) for group in facts for span in group) + 3 * len(facts)
    return Line(joined([plain(gist(paper, max(LEAST, LINE - taken))), *facts], " · "))


def updates(delivery: Delivery) -> Line:
    """What became of the paper and was told in the post itself; that it is withdrawn stands before its title."""
    told = [news.text for news in delivery.news if news.said == "post" and news.kind != "withdrawn"]
    return Line((Span("Update: " + " ".join(map(one_line, told))),) if told else (), "small")


def why(reasons: Iterable[Reason], most: int = 6) -> list[Said]:
    """Why a paper is here: the terms of the rules that it met, each once, emphasised; more than `most` are counted."""
    words_first = sorted(reasons, key=lambda reason: reason.start is None)  # that it has code is seen beside it
    terms = list(dict.fromkeys(one_line(reason.term) for reason in words_first))
    if not terms:
        return []
    shown: list[Said] = [(Span(cut(term, TERM), "strong"),) for term in terms[:most]]
    if len(terms) > most:
        shown.append((Span(f"{len(terms) - most} more"),))
    return [(Span("matches "), *joined(shown, ", "))]


def signals(paper: Paper, talk: int = 1) -> list[Said]:
    """What a community says of the paper, as far as the source tells it: votes, at least `talk` comments, code."""
    said = paper.signals
    votes = f"▲ {counted(said.upvotes, 'vote')}" if said.upvotes else ""
    comments = counted(said.comments, "comment") if said.comments and said.comments >= talk else ""
    code = (Span("code", url=said.code_url),) if said.code_url else ()
    return [spans for spans in (plain(votes), plain(comments), code) if spans]


def links(paper: Paper) -> list[Said]:
    """Where to read it: PDF, and the Hugging Face page of a paper that came from there."""
    from_there = paper.source.startswith("huggingface:") and paper.id.startswith("arxiv:")
    return [
        spans
        for spans in (
            (Span("PDF", url=paper.pdf_url),) if paper.pdf_url else (),
            (Span("from the sample"),) if paper.source == "sample:" else (),
            (Span("Hugging Face", url=page(paper)),) if from_there else (),
        )
        if spans
    ]


def abstract(paper: Paper) -> list[Line]:
    """The whole abstract in paragraphs of a few sentences; what has no abstract says so."""
    paragraphs: list[str] = []
    for sentence in sentences(cut(paper.abstract, ABSTRACT)):
        if paragraphs and len(paragraphs[-1]) + len(sentence) <= PARAGRAPH:
            paragraphs[-1] += " " + one_line(sentence)
        else:
            paragraphs.append(one_line(sentence))
    return [Line((Span(text),)) for text in paragraphs or ["The source gives no abstract."]]


def discuss(delivery: Delivery) -> Button | None:
    """The way to the paper's thread; None where the channel wants no threads."""
    return Button("Discuss", f"discuss:{delivery.row}") if delivery.options.thread != "off" else None


# ── the three formats ──


def _headline(delivery: Delivery, paper: Paper) -> Line:
    who = byline(paper.authors) if (delivery.options.format or "compact") == "compact" else ""
    return Line((*title(delivery, paper), *plain(f" — {who}" if who else "")))


def _compact(delivery: Delivery, paper: Paper) -> tuple[Line, ...]:
    return (compact(delivery, paper),)


def _card(delivery: Delivery, paper: Paper) -> tuple[Line, ...]:
    told = Line(joined([plain(byline(paper.authors)), plain(gist(paper))], " — "))
    return (told, _facts(delivery, paper))


def _full(delivery: Delivery, paper: Paper) -> tuple[Line, ...]:
    """The card with the abstract, which is not told twice: its own sentence stands there, the source's above it."""
    told, facts = _card(delivery, paper)
    if not paper.abstract.strip():
        return (told, facts)
    own = one_line(paper.signals.gist or "")
    who = told if own else Line(plain(byline(paper.authors)))
    return (who, *abstract(paper), facts)


def _facts(delivery: Delivery, paper: Paper) -> Line:
    return Line(joined([*why(delivery.reasons), *signals(paper), *links(paper)], " · "), "small")


def _buttons(delivery: Delivery) -> tuple[Button, ...]:
    """Discuss, and the upvote with how many there are."""
    votes = Button(f"▲ {delivery.votes}" if delivery.votes else "▲ Upvote", f"vote:{delivery.row}")
    return tuple(button for button in (discuss(delivery), votes) if button)


def _more(delivery: Delivery) -> tuple[Button, ...]:
    return (
        Button("Why is this here?", f"why:{delivery.row}"),
        Button("Not for us", f"not:{delivery.row}"),
        Button("Save for later", f"save:{delivery.row}"),
        Button("Copy BibTeX", f"bibtex:{delivery.row}"),
    )
