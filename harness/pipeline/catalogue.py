"""What there is to choose from, read from the folders themselves: there is no second list."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.evidence import collector
from harness.pipeline import inspecting
from harness.places import Places
from harness.plan.building import describe_scenario
from harness.report import formats
from harness.verdict import metrics


def entries(what: str, places: Places) -> Mapping[str, str]:
    """Names of one kind (a key of `KINDS`) with one line each."""
    return _READERS[what](places)


def _endpoints(places: Places) -> Mapping[str, str]:
    found = inspecting.everything(places)
    return {one.key: f"{one.endpoint or one.name}: {one.doc}" for one in found.classes}


def _shapes(places: Places) -> Mapping[str, str]:
    return {
        one.kind: f"{one.doc} ({', '.join(name.removesuffix('_s') for name in one.parameters)})"
        for one in inspecting.everything(places).shapes
    }


def _scenarios(places: Places) -> Mapping[str, str]:
    return {name: describe_scenario(places.scenarios / f"{name}.yaml") for name in places.scenario_names()}


def _metrics(_: Places) -> Mapping[str, str]:
    return {metric.name: f"{metric.doc} [{metric.unit}]" for metric in metrics.METRICS.values()}


def _reports(_: Places) -> Mapping[str, str]:
    return {name: (module.__doc__ or "").splitlines()[0] for name, module in formats.formats().items()}


_READERS: dict[str, Callable[[Places], Mapping[str, str]]] = {
    "scenarios": _scenarios,
    "endpoints": _endpoints,
    "shapes": _shapes,
    "metrics": _metrics,
    "collectors": lambda _: collector.names(),
    "reports": _reports,
}

KINDS = tuple(_READERS)
