"""Sentences from the vocabulary, drawn from a seeded stream.

Nobody reads them, but indexes and embeddings must bite.
"""

from random import Random

from target.dataset.vocabulary import AREAS, COMMON, KINDS, leaves, path

Leaf = tuple[str, str, str]
_LEAVES = leaves()


def leaf(random: Random) -> Leaf:
    """Any leaf of the taxonomy."""
    return random.choice(_LEAVES)


def sentence(random: Random, place: Leaf, *, words: int) -> str:
    """A text about `place`.

    Half of its words belong to the topic, a sixth to the kind, the rest to everybody.
    """
    area, topic, kind = place
    own = AREAS[area][topic].split()
    drawn = [random.choice(own) for _ in range(words // 2)]
    drawn += [random.choice(KINDS[kind].split()) for _ in range(words // 6)]
    drawn += [topic, area, *(random.choice(COMMON) for _ in range(words - len(drawn) - 3))]
    random.shuffle(drawn)
    return f"{' '.join(drawn)} {random.randrange(100_000, 1_000_000)}".capitalize()


def category(place: Leaf) -> str:
    """The taxonomy path of a leaf."""
    return path(*place)


def question(random: Random, place: Leaf) -> str:
    """A short search text: two to four words of the topic and one that everybody uses."""
    own = AREAS[place[0]][place[1]].split()
    asked = random.sample(own, random.randint(2, 4))
    return " ".join([*asked, random.choice(COMMON)])
