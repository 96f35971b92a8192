"""Samples: what a collector saw within a stage, or what is missing of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.model.evidence import Evidence
from harness.verdict.material import Material
from harness.verdict.measurement import Measurement


def available(material: Material, collector: str) -> Evidence | Measurement:
    """The evidence of a collector, or a measurement that says why there is none."""
    piece = material.evidence.get(collector)
    if piece is None:
        return Measurement(
            missing=f"{collector} was not collected",
            mend=f"add {collector} to the scenario's evidence",
            files=files_of(collector),
        )
    if not piece.available:
        missing = f"{collector} is unavailable: {piece.unavailable}"
        return Measurement(missing=missing, mend=piece.mend or "", files=files_of(collector))
    return piece


def samples_in(
    material: Material, collector: str, stage: str | None
) -> tuple[Mapping[str, float | None], ...] | Measurement:
    """The samples that lie within a stage (None: all judged ones), or why there are none."""
    piece = available(material, collector)
    if isinstance(piece, Measurement):
        return piece
    spans = material.recording.spans(stage)
    found = tuple(
        sample
        for sample in piece.samples
        if (t_s := sample.get("t_s")) is not None and any(start <= t_s < end for start, end in spans)
    )
    return found or unseen(collector, "sample within the stage")


def column(samples: Sequence[Mapping[str, float | None]], name: str) -> list[float]:
    """The values of one column, without the missing ones."""
    return [value for sample in samples if (value := sample.get(name)) is not None]


def unseen(collector: str, what: str) -> Measurement:
    """The measurement of what a collector was there for, and could not see."""
    return Measurement(
        missing=f"{collector} has no {what}",
        mend=f"look into evidence/{collector}.json for what it could not see",
        files=files_of(collector),
    )


def measured(
    material: Material,
    collector: str,
    value: float,
    samples: int | None,
    *,
    detail: str = "",
    broken: str = "",
) -> Measurement:
    """A value that was made of a collector's samples."""
    files = files_of(collector)
    if material.evidence[collector].samples:
        files += (f"evidence/{collector}.jsonl",)
    return Measurement(value=value, samples=samples, detail=detail, broken=broken, files=files)


def files_of(collector: str) -> tuple[str, ...]:
    """The file of a collector that always is there."""
    return (f"evidence/{collector}.json",)
