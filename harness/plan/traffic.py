"""The traffic of a scenario: which user classes, with which weights, and whether everyone gets a user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heapify, heapreplace
from math import log2
from pathlib import Path

from harness.model.plan import TrafficShare
from harness.model.stage import Schedule
from harness.plan.checking import checked
from harness.plan.document import Document
from harness.plan.inspection import Inspection, UserClass
from harness.plan.problems import Problems
from harness.plan.schema import Weight


def files_of(document: Document, default: Path, named: Sequence[str], problems: Problems) -> tuple[str, ...]:
    """The locustfiles to look into: those the scenario names (relative to it), else those of `default`."""
    if not named:
        return tuple(_python_files(default))
    found: list[str] = []
    for index, name in enumerate(named):
        path = Path(document.file).parent / name
        if path.is_dir():
            found += _python_files(path)
        elif path.is_file():
            found.append(path.as_posix())
        else:
            problems.add(
                document.at("locustfiles", index),
                f"there is no locustfile '{name}'",
                f"paths count from the scenario's folder: {path.as_posix()} was looked for",
            )
    return tuple(found)


def _python_files(folder: Path) -> list[str]:
    return sorted(path.as_posix() for path in folder.glob("*.py") if not path.name.startswith("_"))


def traffic_of(document: Document, inspection: Inspection, problems: Problems) -> tuple[TrafficShare, ...]:
    """The shares in the order of the scenario; without any, every class of the scenario's own files once."""
    weights = document.value("traffic")
    if weights is None and ("traffic",) not in document.values and document.value("locustfiles"):
        if not inspection.classes:
            problems.add(document.at("locustfiles"), "these files hold no user class", "name other files")
        return tuple(_share(found.name, found, 1) for found in inspection.classes)
    if not isinstance(weights, dict) or not weights:
        if ("traffic",) not in document.broken:
            problems.add(document.at("traffic"), "there is no traffic", "write traffic: {class: weight}")
        return ()
    shares = []
    for key in weights:
        weight = checked(document, ("traffic", key), Weight, problems)
        found = _class_of(document, key, inspection, problems)
        if found and weight is not None:
            shares.append(_share(key, found, weight))
    if shares and not any(share.weight for share in shares):
        problems.add(document.at("traffic"), "every weight is 0", "give at least one class a weight above 0")
    return tuple(shares)


def used_files(traffic: Sequence[TrafficShare], inspection: Inspection) -> tuple[str, ...]:
    """The files of the classes of the traffic, each once."""
    file_of = {found.name: found.file for found in inspection.classes}
    return tuple(dict.fromkeys(file_of[share.user_class] for share in traffic))


def _share(key: str, found: UserClass, weight: int) -> TrafficShare:
    return TrafficShare(key=key, user_class=found.name, endpoint=found.endpoint, weight=weight)


def _class_of(document: Document, key: str, inspection: Inspection, problems: Problems) -> UserClass | None:
    """The class of that name, or the one class of the file of that name."""
    named = [found for found in inspection.classes if found.name == key]
    of_file = [found for found in inspection.classes if found.key == key]
    if len(named or of_file) == 1:
        return (named or of_file)[0]
    place = document.at_key("traffic", key)
    if of_file:
        problems.add(
            place,
            f"file '{key}' holds {len(of_file)} user classes",
            f"name the class: {', '.join(found.name for found in of_file)}",
        )
    else:
        known = {found.key for found in inspection.classes} | {found.name for found in inspection.classes}
        keys = {found.key for found in inspection.classes}
        problems.unknown(place, "user class", key, keys if len(keys) > 1 else known, "harness list endpoints")
    return None


def users_by_class(weights: Mapping[str, int], users: int) -> dict[str, int]:
    """How Locust divides `users` over classes by weight, one user after the other.

    The rule of `_kl_generator` in locust.dispatch: the next user goes to the class whose w·log2(x / (x + 1))
    is the least, w being its weight and x its weight plus the users it has.
    """
    divided = dict.fromkeys(weights, 0)
    heap = [(w * log2(w / (w + 1.0)), w + 1.0, w, name) for name, w in weights.items() if w > 0]
    heapify(heap)
    for _ in range(users if heap else 0):
        _, x, weight, name = heap[0]
        divided[name] += 1
        heapreplace(heap, (weight * log2(x / (x + 1.0)), x + 1.0, weight, name))
    return divided


def check_users(
    document: Document, traffic: Sequence[TrafficShare], schedule: Schedule, problems: Problems
) -> None:
    """Notes the classes that would get no user even at the highest level of the judged stages."""
    if schedule.unit != "users":
        return
    users = int(max((span.stage.peak_level for span in schedule.judged_spans()), default=0))
    weights = {share.user_class: share.weight for share in traffic}
    divided = users_by_class(weights, users)
    for share in traffic:
        if share.weight and users and not divided[share.user_class]:
            problems.add(
                document.at("traffic", share.key),
                f"weight {share.weight} gives '{share.key}' none of {users} users",
                "raise its weight, lower the others, or raise the users",
            )
