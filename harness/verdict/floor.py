"""The floor: what the generator itself adds to latencies, and the findings that it could reverse. Pure.

Measurement rule 8: a promise that was broken, but would have been kept without the floor, says nothing of the
target, so it is INVALID. A promise that was kept is kept all the more. A floor that was never measured is
remarked, and changes nothing.

Without the floor a latency is shorter by the floor's own quantile (P90 by its P95; P99.9 and the longest by
its longest), and so is the reference of a relative objective. The floor of several stages is the highest of
them. A quantile with too few samples at one endpoint is taken from all endpoints pooled.

Users without think time send as fast as answers come, which is fastest against a null server. So where the
generator was saturated in the calibration, and the run asked less of it, its floor is not the run's: it is
not applied, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.calibration import EVIDENCE, CalibratedLevel, Calibration, Floor
from harness.model.sla import ALL, Objective
from harness.model.stage import Span
from harness.model.units import show
from harness.model.verdict import Finding, Status
from harness.verdict.material import Material
from harness.verdict.recording import Recording
from harness.verdict.saturation import BUSY_RATIO, FEWER
from harness.verdict.traffic import samples_needed
from harness.verdict.words import listed

FILE = f"evidence/{EVIDENCE}.json"
NAME = "generator floor"
SAME_RATE = 0.8
"""From this share of the calibration's rate on, the run asked as much of the generator."""
NEEDED = {"p50_s": samples_needed(0.5), "p95_s": samples_needed(0.95), "p99_s": samples_needed(0.99)}
FLOOR_OF = {
    "p50": "p50_s",
    "p90": "p95_s",
    "p95": "p95_s",
    "p99": "p99_s",
    "p99.9": "max_s",
    "max": "max_s",
    "mean": "mean_s",
}
"""Which figure of the floor a metric would be shorter by."""


def without_floor(material: Material, objective: Objective, finding: Finding) -> Finding:
    """The finding itself, or INVALID when the promise is only broken because of the generator's floor."""
    if finding.status is not Status.FAIL or finding.measured is None or finding.limit is None:
        return finding
    figure, calibration = FLOOR_OF.get(objective.metric), known(material)
    if figure is None or calibration is None:
        return finding
    endpoint = None if objective.endpoint == ALL else objective.endpoint
    floor_s = _floor_s(calibration, material.recording, endpoint, objective.stage, figure)
    if floor_s is None:
        return finding
    limit = _limit_without_floor(material, calibration, objective, finding, figure)
    if limit is None or max(finding.measured - floor_s, objective.floor or 0.0) > limit:
        return finding
    sentence = (
        f"{finding.sentence}; but the generator itself adds up to {show(floor_s, 's')} of it "
        "(calibration against a null server), without which the promise would be kept"
    )
    return finding.model_copy(
        update={
            "status": Status.INVALID,
            "sentence": sentence,
            "mend": FEWER,
            "evidence": (*finding.evidence, FILE),
        }
    )


def _limit_without_floor(
    material: Material, calibration: Calibration, objective: Objective, finding: Finding, figure: str
) -> float | None:
    """An absolute limit as it is; a relative one made of the reference without its own floor, if known."""
    stretch = material.reference
    if finding.reference is None or stretch is None:
        return finding.limit
    endpoint = None if objective.endpoint == ALL else objective.endpoint
    floor_s = _floor_s(calibration, stretch.recording, endpoint, stretch.stage, figure)
    reference = finding.reference if floor_s is None else finding.reference - floor_s
    return max(reference, objective.floor or 0.0) * (1 + (objective.max_increase or 0.0))


def known(material: Material) -> Calibration | None:
    """The calibration of the run; None when there is none."""
    piece = material.evidence.get(EVIDENCE)
    return Calibration.model_validate(piece.facts) if piece and piece.available else None


def _floor_s(
    calibration: Calibration, recording: Recording, endpoint: str | None, stage: str | None, figure: str
) -> float | None:
    """The highest floor of the stages that were looked at; None when none of them has one that applies."""
    found = (
        _figure(level, endpoint, figure)
        for span in _spans(recording, stage)
        if (level := calibration.at(span.stage.peak_level)) and applies(level, recording, span)
    )
    return max((value for value in found if value is not None), default=None)


def _spans(recording: Recording, stage: str | None) -> Iterator[Span]:
    for span in recording.schedule.spans:
        chosen = span.stage.judged if stage is None else span.stage.name == stage
        if chosen and span.start_s < recording.ended_s:
            yield span


def applies(level: CalibratedLevel, recording: Recording, span: Span) -> bool:
    """Whether the floor at a level is a stage's: not when only the calibration was saturated there."""
    if level.busy_ratio is None or level.busy_ratio <= BUSY_RATIO:
        return True
    return recording.window(None, span.stage.name).rate_per_s >= SAME_RATE * level.rate_per_s


def _figure(level: CalibratedLevel, endpoint: str | None, figure: str) -> float | None:
    own = level.pooled if endpoint is None else level.endpoints.get(endpoint)
    for floor in (own, level.pooled):
        if floor and floor.requests >= NEEDED.get(figure, 1):
            value: float | None = getattr(floor, figure)
            return value
    return None


def judge_floor(material: Material) -> Iterator[Finding]:
    """A remark on what the generator adds, and on what is not known of it; it never changes a verdict."""
    piece = material.evidence.get(EVIDENCE)
    if piece is None:
        return
    calibration = known(material)
    if calibration is None:
        yield _remark(Status.NOT_JUDGED, f"{piece.unavailable}", piece.mend)
        return
    spans = {span.stage.peak_level: span for span in _spans(material.recording, None)}
    told, lacking = [], []
    for peak, span in sorted(spans.items()):
        level, at = calibration.at(peak), f"at {peak:g} {_unit(calibration)}"
        why = _lacking(level, material.recording, span)
        if level is None or why:
            lacking.append(f"{at} {why}")
        else:
            told.append(f"{_latencies(level.pooled)} {at}")
    if told:
        sentence = f"against a null server the generator itself takes {listed(told, most=len(told))}"
        yield _remark(Status.PASS, sentence, None)
    if lacking:
        sentence = f"what the generator itself adds is not known: {listed(lacking, most=len(lacking))}"
        yield _remark(Status.NOT_JUDGED, sentence, piece.mend)


def _lacking(level: CalibratedLevel | None, recording: Recording, span: Span) -> str:
    """Why the floor of a stage is not known; empty when it is."""
    if level is None:
        return "it was never measured"
    if not applies(level, recording, span):
        rate = show(level.rate_per_s, "per_s")
        return f"it was saturated against the null server, at {rate}, which is more than the run sent"
    return "" if _latencies(level.pooled) else "too few requests were measured"


def _latencies(floor: Floor) -> str:
    shown = [("P50", floor.p50_s, "p50_s"), ("P95", floor.p95_s, "p95_s"), ("P99", floor.p99_s, "p99_s")]
    return ", ".join(
        f"{name} {show(value, 's')}" for name, value, figure in shown if floor.requests >= NEEDED[figure]
    )


def _unit(calibration: Calibration) -> str:
    return "users" if calibration.unit == "users" else "arrivals/s"


def _remark(status: Status, sentence: str, mend: str | None) -> Finding:
    return Finding(
        kind="remark", name=NAME, status=status, sentence=sentence, mend=mend or "", evidence=(FILE,)
    )
