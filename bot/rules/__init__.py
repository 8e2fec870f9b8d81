"""The rule language and its engine: read a rule, say what it means, find the papers it hits, explain each hit and miss.

>>> from bot.rules import parse, write
>>> write(parse("Transformers quantization –survey"))
'quantization transformers -survey'
"""

from bot.rules.acronyms import KNOWN, Acronyms, extend
from bot.rules.backtest import Backtest, Count, backtest
from bot.rules.describe import describe
from bot.rules.engine import Engine
from bot.rules.exclude import Exclusion, exclusions
from bot.rules.judge import Explanation, explain
from bot.rules.parser import parse
from bot.rules.plan import compiled, folding
from bot.rules.reading import field_text
from bot.rules.shelf import Shelf
from bot.rules.tree import Rule
from bot.rules.trending import trending
from bot.rules.variants import Variant
from bot.rules.vocabulary import Unseen, unseen
from bot.rules.writer import write

__all__ = [
    "KNOWN",
    "Acronyms",
    "Backtest",
    "Count",
    "Engine",
    "Exclusion",
    "Explanation",
    "Rule",
    "Shelf",
    "Unseen",
    "Variant",
    "backtest",
    "compiled",
    "describe",
    "exclusions",
    "explain",
    "extend",
    "field_text",
    "folding",
    "parse",
    "trending",
    "unseen",
    "write",
]
