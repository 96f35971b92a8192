"""Latency buckets at most 0.4 % wide. Standard library only: the recorder inside Locust uses them too.

A latency in whole microseconds keeps its nine most significant bits: 0 to 511 µs are exact, then buckets
of 2, 4, 8 … µs follow. A bucket is named by its lower end, so a file of buckets can be read by eye.
"""

from __future__ import annotations

SIGNIFICANT_BITS = 9


def bucket_of(us: int) -> int:
    """Lower end in µs of the bucket that holds `us` (a whole number of microseconds, at least 0)."""
    shift = us.bit_length() - SIGNIFICANT_BITS
    return us >> shift << shift if shift > 0 else us


def value_of(bucket: int) -> float:
    """The latency in µs that stands for a bucket: its middle, so within 0.2 % of all it holds."""
    shift = bucket.bit_length() - SIGNIFICANT_BITS
    return bucket + ((1 << shift) - 1) / 2 if shift > 0 else float(bucket)
