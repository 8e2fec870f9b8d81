"""Deterministic rules of the kinds people type, drawn from the words of real papers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from bot.model import Paper
from bot.rules.fold import STOPS, tokens

KINDS = [
    "two",
    "two",
    "two",
    "two",
    "three",
    "three",
    "phrase",
    "phrase",
    "both",
    "without",
    "either",
    "field",
    "acronym",
    "prefix",
    "category",
]
"""How often each kind is drawn."""

RARER = 80
"""A rule's leading word is the rarest of so many words of one paper: what a team picks is what sets a paper apart."""

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

    def names(self, word: str) -> bool:
        return len(word) > 3 and word.isalpha() and word.isascii() and word not in STOPS and self.share(word) < 0.2

    def share(self, word: str) -> float:
        return self.common[word] / self.most

    def rules(self, count: int, seed: int = 7) -> Iterator[str]:
        """So many different rules, always the same."""
        draw = random.Random(seed)
        seen: set[str] = set()
        while len(seen) < count:
            rule = self.rule(draw)
            if rule not in seen:
                seen.add(rule)
                yield rule

    def rule(self, draw: random.Random) -> str:
        text = draw.choice(self.texts)
        at = draw.randrange(len(text) - 1)
        first, second, third = text[at], text[at + 1], draw.choice(text)
        rare = min((draw.choice(text) for _ in range(RARER)), key=self.share)
        if len({word[:4] for word in (first, second, third, rare)}) < 4:
            return self.rule(draw)
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
        return kinds[draw.choice(KINDS)]()
