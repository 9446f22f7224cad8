"""Results of a ballot, in total and by tier, never as a bare total (R-74). Pure."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

TIERS = ("1", "2", "3", "other")
JOINED = "joined"  # tiers with too few voters, counted together

Ballots = Iterable[tuple[str, Mapping[str, int]]]  # (tier, {item: dots or step}) of each voter


def dots(items: Sequence[str], votes: Ballots, *, minimum: int) -> dict[str, dict[str, Any]]:
    """{item: {dots, by_tier}} for every item, in its order. Tiers with fewer than `minimum` voters are joined."""
    votes = list(votes)
    group = groups(Counter(tier for tier, _ in votes), minimum)
    by_tier: dict[str, Counter[str]] = {item: Counter() for item in items}
    for tier, allocation in votes:
        for item, n in allocation.items():
            by_tier[item][group[tier]] += n
    return {item: {"dots": sum(counts.values()), "by_tier": _ordered(counts)} for item, counts in by_tier.items()}


def ratings(items: Sequence[str], votes: Ballots, *, minimum: int) -> dict[str, dict[str, Any]]:
    """{item: {mean, n, spread, by_tier: {tier: mean}}}; mean and spread (standard deviation) to two places."""
    votes = list(votes)
    group = groups(Counter(tier for tier, _ in votes), minimum)
    result: dict[str, dict[str, Any]] = {}
    for item in items:
        steps = [(group[tier], allocation[item]) for tier, allocation in votes if item in allocation]
        values = [step for _, step in steps]
        means = {
            tier: mean([step for where, step in steps if where == tier])
            for tier in (*TIERS, JOINED)
            if any(where == tier for where, _ in steps)
        }
        result[item] = {"n": len(values), "mean": mean(values), "spread": spread(values), "by_tier": means}
    return result


def groups(voters: Mapping[str, int], minimum: int) -> dict[str, str]:
    """Under which name each tier is printed: its own, or `joined` when a split would show too few people."""
    small = [tier for tier, n in voters.items() if n < minimum]
    if len(small) == 1 and len(voters) > 1:  # one small group alone could be worked out from the rest
        others = sorted((n, tier) for tier, n in voters.items() if tier not in small)
        if sum(voters[tier] for tier in small) < minimum:
            small.append(others[0][1])
    return {tier: JOINED if tier in small else tier for tier in voters}


def ranking(result: Mapping[str, Mapping[str, Any]], order: Mapping[str, int]) -> list[tuple[int, str]]:
    """[(place, item)]: more dots first, ties share a place and stand in the order of making."""
    rows = sorted(result, key=lambda item: (-result[item]["dots"], order[item]))
    places: list[tuple[int, str]] = []
    for index, item in enumerate(rows):
        tied = index > 0 and result[rows[index - 1]]["dots"] == result[item]["dots"]
        places.append((places[-1][0] if tied else index + 1, item))
    return places


def mean(values: Sequence[int]) -> float | None:
    return round(sum(values) / len(values), 2) if values else None


def spread(values: Sequence[int]) -> float | None:
    if not values:
        return None
    return round(statistics.pstdev(values), 2)


def _ordered(counts: Counter[str]) -> dict[str, int]:
    return {tier: counts[tier] for tier in (*TIERS, JOINED) if counts[tier]}
