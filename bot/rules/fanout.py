"""From a rule to the keys of all who want it: one array, a slice a rule, and a little beside it for what is new."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bot.rules.arrays import spread, where

Keys = npt.NDArray[np.int64]
_MUCH = 4096


class Fanout:
    """Keys by rule. Adding and removing cost little; `settle` now and then puts all into the array."""

    def __init__(self) -> None:
        self.keys: Keys = np.empty(0, np.int64)
        self.starts: Keys = np.zeros(1, np.int64)
        self.alive: npt.NDArray[np.bool_] = np.ones(0, np.bool_)
        self.sorted: Keys = self.keys
        self.places: Keys = self.keys
        self.new: dict[int, list[int]] = {}
        self.rule_of: dict[int, int] = {}
        self.holes = 0

    def __len__(self) -> int:
        return len(self.keys) - self.holes + len(self.rule_of)

    def fill(self, rules: Keys, keys: Keys, size: int) -> None:
        """Take many at once: `keys[n]` wants `rules[n]`, of `size` rules in all."""
        own_rules, own_keys = self._all()
        rules, keys = np.concatenate([own_rules, rules]), np.concatenate([own_keys, keys])
        order = np.lexsort((keys, rules))
        self.keys = keys[order]
        self.starts = np.searchsorted(rules[order], np.arange(size + 1))
        self.alive = np.ones(len(keys), np.bool_)
        self.places = np.argsort(self.keys, kind="stable")
        self.sorted = self.keys[self.places]
        self.new, self.rule_of, self.holes = {}, {}, 0

    def _all(self) -> tuple[Keys, Keys]:
        rules = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        more = np.array([(rule, key) for key, rule in self.rule_of.items()], np.int64).reshape(-1, 2)
        return (
            np.concatenate([rules[self.alive], more[:, 0]]),
            np.concatenate([self.keys[self.alive], more[:, 1]]),
        )

    def settle(self, size: int) -> None:
        """Put what is new into the array when it has become much."""
        if len(self.rule_of) + self.holes > max(_MUCH, len(self.keys) // 8):
            self.fill(np.empty(0, np.int64), np.empty(0, np.int64), size)

    def add(self, rule: int, key: int) -> None:
        self.new.setdefault(rule, []).append(key)
        self.rule_of[key] = rule

    def remove(self, key: int) -> tuple[int, bool] | None:
        """Forget a key; the rule it wanted, and whether nobody wants that any more. None for an unknown key."""
        rule = self.rule_of.pop(key, None)
        if rule is not None:
            self.new[rule].remove(key)
            if not self.new[rule]:
                del self.new[rule]
        else:
            at = int(np.searchsorted(self.sorted, key))
            if at == len(self.sorted) or self.sorted[at] != key or not self.alive[self.places[at]]:
                return None
            place = int(self.places[at])
            self.alive[place] = False
            self.holes += 1
            rule = int(np.searchsorted(self.starts, place, "right")) - 1
        return rule, not any(map(len, self.of(np.array([rule]), np.zeros(1, np.int64), 1)))

    def of(self, rules: Keys, papers: Keys, count: int) -> list[Keys]:
        """For each of `count` papers all keys that want a rule it hits; the hits are given paper by paper."""
        own = where(rules < len(self.starts) - 1)
        starts = self.starts.take(rules[own])
        sizes = self.starts.take(rules[own] + 1) - starts
        if self.holes or self.new:
            return self._mended(rules, papers, own, starts, sizes, count)
        if count == 1:
            return [self.keys.take(spread(starts, sizes))]
        ends = np.bincount(papers[own], sizes, count).cumsum().astype(np.int64)
        return np.split(self.keys.take(spread(starts, sizes)), ends[:-1])

    def _mended(self, rules: Keys, papers: Keys, own: Keys, starts: Keys, sizes: Keys, count: int) -> list[Keys]:
        """`of` without the keys that are gone and with those that are new."""
        places = spread(starts, sizes)
        alive = self.alive[places]
        late = where(np.isin(rules, np.array(list(self.new), np.int64)))
        new = zip(rules[late].tolist(), papers[late].tolist(), strict=True)
        more = np.array([(key, paper) for rule, paper in new for key in self.new[rule]], np.int64).reshape(-1, 2)
        keys = np.concatenate([self.keys[places][alive], more[:, 0]])
        whose = np.concatenate([np.repeat(papers[own], sizes)[alive], more[:, 1]])
        ends = np.bincount(whose, minlength=count).cumsum()
        return np.split(keys[np.argsort(whose, kind="stable")], ends[:-1])
