"""The inputs that load tests send (`locustfiles/inputs.json`), made from the same seed.

`python -m target.dataset.inputs`.
"""

import json
import sys
from datetime import UTC, datetime
from random import Random

from target.dataset import text
from target.dataset.rows import ANALYSED_CASES, SEED, cases
from target.dataset.vocabulary import VERSIONS

SURVIVORS = 100  # settled cases named beside the analysed ones
TEXTS = 200


def inputs() -> dict[str, list[str]]:
    """Ids that outlive every consolidation, search texts, texts to classify, and taxonomy versions."""
    random = Random(SEED + 4)
    bank = cases("standard", datetime(2025, 1, 1, tzinfo=UTC))
    return {
        "case_ids": [case.case_id for case in bank[: ANALYSED_CASES + SURVIVORS]],
        "queries": [text.question(random, text.leaf(random)) for _ in range(TEXTS)],
        "texts": [
            text.sentence(random, text.leaf(random), words=random.randint(14, 40)) for _ in range(TEXTS)
        ],
        "taxonomy_versions": list(VERSIONS),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(inputs(), indent=1) + "\n")
