"""Latency histograms: counts by bucket, merged and asked for quantiles. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil

from harness.model.buckets import value_of


@dataclass(frozen=True)
class Histogram:
    """Counts of latencies by bucket (`harness.model.buckets`: the key is the bucket's lower end in µs)."""

    counts: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def merged(cls, histograms: Iterable[Histogram]) -> Histogram:
        """All samples of several histograms in one."""
        total: dict[int, int] = {}
        for histogram in histograms:
            for bucket, count in histogram.counts.items():
                total[bucket] = total.get(bucket, 0) + count
        return cls(total)

    @cached_property
    def total(self) -> int:
        """How many samples there are."""
        return sum(self.counts.values())

    @cached_property
    def _ascending(self) -> list[tuple[int, int]]:
        return sorted(self.counts.items())

    def quantile_s(self, q: float) -> float | None:
        """The smallest latency in seconds that a share `q` (0 < q <= 1) of the samples does not exceed.

        The upper nearest rank: element ceil(q·n) of the sorted samples. Within 0.2 % of the true value
        (half a bucket). None when there are no samples.
        """
        rank = max(1, ceil(q * self.total - 1e-9))
        seen = 0
        for bucket, count in self._ascending:
            seen += count
            if seen >= rank:
                return value_of(bucket) / 1e6
        return None

    def count_above(self, limit_s: float) -> int:
        """How many samples are above `limit_s` seconds: a bucket is, when the value that stands for it is."""
        return sum(count for bucket, count in self.counts.items() if value_of(bucket) / 1e6 > limit_s)

    @property
    def mean_s(self) -> float | None:
        """Mean latency in seconds, within 0.2 %; None when there are no samples."""
        if not self.total:
            return None
        return sum(value_of(bucket) * count for bucket, count in self.counts.items()) / self.total / 1e6

    @property
    def max_s(self) -> float | None:
        """The highest latency in seconds, within 0.2 %; None when there are no samples."""
        return value_of(max(self.counts)) / 1e6 if self.counts else None
