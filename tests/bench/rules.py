"""Deterministic rules of the kinds people type, drawn from the words of real papers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from bot.model import Paper
from bot.rules.fold import STOPS, family, tokens

_KINDS = "two two two two three three phrase phrase both without either field acronym prefix category"
KINDS = _KINDS.split()
"""How often each kind is drawn."""

PLAIN = [kind for kind in KINDS if kind in ("two", "three", "without", "either")]
"""Kinds that are only words, alternatives and exclusions, which every peer can express."""

RAREST = 30
"""A rule's leading word is among the rarest thirtieth of one paper's words: what a team picks sets a paper apart."""

_ACRONYMS = ["LLM", "RAG", "GAN", "GNN", "VLM", "RL", "CNN", "MoE", "LoRA", "SSM", "NLP", "VAE"]
_CATEGORIES = ["cs.CL", "cs.LG", "cs.CV", "cs.AI", "cs.RO", "stat.ML", "cs.*"]


class Source:
    """Words of papers to make rules of: one that is somewhat rare, beside others that are not too common."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        texts = [[token.low for token in tokens(f"{paper.title}. {paper.abstract}")] for paper in papers]
        self.common = Counter(word for text in texts for word in set(text))
        self.most = len(papers)
        self.texts = [[word for word in text if self.names(word)] for text in texts]
        self.texts = [text for text in self.texts if len(text) > 10]
        self.rare = [
            sorted(set(text), key=lambda word: (self.share(word), word))[: 1 + len(set(text)) // RAREST]
            for text in self.texts
        ]

    def names(self, word: str) -> bool:
        return len(word) > 3 and word.isalpha() and word.isascii() and word not in STOPS and self.share(word) < 0.2

    def share(self, word: str) -> float:
        return self.common[word] / self.most

    def rules(self, count: int, seed: int = 7, kinds: Sequence[str] = KINDS) -> Iterator[str]:
        """So many different rules, always the same."""
        draw = random.Random(seed)
        seen: set[str] = set()
        while len(seen) < count:
            rule = self.rule(draw, kinds)
            if rule not in seen:
                seen.add(rule)
                yield rule

    def rule(self, draw: random.Random, of: Sequence[str] = KINDS) -> str:
        number = draw.randrange(len(self.texts))
        text = self.texts[number]
        at = draw.randrange(len(text) - 1)
        first, second, third = text[at], text[at + 1], draw.choice(text)
        rare = draw.choice(self.rare[number])
        drawn = (first, second, third, rare)
        if len({word[:4] for word in drawn}) < 4 or len({family(word) for word in drawn}) < 4:
            return self.rule(draw, of)  # a rule that asks for a word and excludes its family is refused
        kinds: dict[str, Callable[[], str]] = {
            "two": lambda: f"{rare} {third}",
            "three": lambda: f"{rare} {third} {first}",
            "phrase": lambda: f'"{first} {second}"',
            "both": lambda: f'"{first} {second}" {rare}',
            "without": lambda: f"{rare} -{third}",
            "either": lambda: f"{rare} ({third} OR {first})",
            "field": lambda: f"title:{rare} {third}",
            "acronym": lambda: f"{draw.choice(_ACRONYMS)} {rare}",
            "prefix": lambda: f"{rare} {third[:5]}*",
            "category": lambda: f"cat:{draw.choice(_CATEGORIES)} {rare} {third}",
        }
        return kinds[draw.choice(of)]()
