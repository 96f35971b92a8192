"""The immutable part of the seed data: taxonomy versions, documents and chunks. Pure, like `rows`."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from target.dataset import text
from target.dataset.rows import SEED
from target.dataset.vocabulary import AREAS, KINDS, VERSIONS, leaves

CHUNKS_PER_DOCUMENT = 10
DOCUMENTS = 144  # two a leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A taxonomy node and the id of its parent (None at the top)."""

    version: str
    node_id: str
    label: str
    canonical_path: str
    keywords: str
    parent_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A piece of a document."""

    chunk_id: str
    document_id: str
    text: str
    taxonomy_path: str


def nodes() -> Iterator[Node]:
    """Three versions; the first two lack the newest areas."""
    for place, version in enumerate(VERSIONS):
        for area in list(AREAS)[: len(AREAS) - (len(VERSIONS) - 1 - place)]:
            yield from _area(version, area)


def _area(version: str, area: str) -> Iterator[Node]:
    yield _node(version, (area,), area, None)
    for topic, words in AREAS[area].items():
        yield _node(version, (area, topic), f"{area} {topic} {words}", (area,))
        for kind, its_words in KINDS.items():
            yield _node(
                version, (area, topic, kind), f"{area} {topic} {words} {kind} {its_words}", (area, topic)
            )


def _node(version: str, parts: tuple[str, ...], keywords: str, parent: tuple[str, ...] | None) -> Node:
    return Node(
        version=version,
        node_id=".".join(parts),
        label=parts[-1].replace("-", " ").capitalize(),
        canonical_path="/" + "/".join(parts),
        keywords=keywords,
        parent_id=".".join(parent) if parent else None,
    )


def documents() -> list[tuple[str, str]]:
    """(document_id, source) of every document."""
    places = leaves()
    return [
        (f"doc-{n:04d}", f"handbook/{'-'.join(places[n % len(places)])}-{n // len(places) + 1}.md")
        for n in range(DOCUMENTS)
    ]


def chunks() -> Iterator[Chunk]:
    """Ten chunks a document, about sixty words each."""
    random = Random(SEED + 3)
    places = leaves()
    for number, (document_id, _source) in enumerate(documents()):
        place = places[number % len(places)]
        for part in range(CHUNKS_PER_DOCUMENT):
            yield Chunk(
                chunk_id=f"{document_id}-{part:02d}",
                document_id=document_id,
                text=". ".join(text.sentence(random, place, words=20) for _ in range(3)),
                taxonomy_path=text.category(place),
            )
