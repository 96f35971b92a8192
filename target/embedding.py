"""A deterministic local embedding (hashing trick); refuses to be clever, needs no model and no network.

Each distinct word votes +1 or -1 on one of 128 buckets. Vectors are whole counts, not unit vectors: cosine
distance ignores the length, and whole numbers are cheap to write. 128 dimensions keep an HNSW insert well
below a millisecond.
"""

import re
import struct
from zlib import crc32

DIMENSIONS = 128
_WORD = re.compile(r"[a-z0-9]+")
_BINARY = struct.Struct(f">HH{DIMENSIONS}f")


def embed(text: str) -> list[int]:
    """The vector of `text`; never all zeros, since a zero vector has no direction."""
    vector = [0] * DIMENSIONS
    for word in set(_WORD.findall(text.lower())):
        bits = crc32(word.encode())
        vector[bits % DIMENSIONS] += 1 if bits & 0x80000000 else -1
    if not any(vector):
        vector[0] = 1
    return vector


def literal(vector: list[int]) -> str:
    """The vector as pgvector reads it in text: `[0, 1, -1]`."""
    return str(vector)


def packed(vector: list[int]) -> bytes:
    """The vector as pgvector reads it in a binary COPY: dimensions, unused, big-endian float4s."""
    return _BINARY.pack(DIMENSIONS, 0, *vector)
