"""Remarks: missing evidence, answers without work, nothing judged. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.model.verdict import Finding, Status
from harness.verdict.material import Material
from harness.verdict.omission import judge_omission
from harness.verdict.words import counted, listed

IDLE_SHARE = 0.2
"""From this share of right answers on a remark of a user class is a warning."""


def judge_evidence(material: Material) -> Iterator[Finding]:
    """A warning of each collector of the plan that saw nothing, and one sentence on those that did."""
    seen = []
    for collector in material.plan.evidence:
        piece = material.evidence.get(collector)
        if piece is not None and piece.available:
            seen.append(collector)
            continue
        why = "it left no file" if piece is None else piece.unavailable
        yield Finding(
            kind="evidence",
            name=f"evidence {collector}",
            status=Status.WARN,
            sentence=f"{collector} is unavailable: {why}",
            mend=(piece.mend or "") if piece else f"look for {collector} in the output of the run",
            evidence=(f"evidence/{collector}.json",),
        )
    if seen:
        sentence = f"{listed(seen, most=20)} {'was' if len(seen) == 1 else 'were'} collected"
        files = tuple(f"evidence/{collector}.json" for collector in seen)
        yield Finding(kind="evidence", name="evidence", status=Status.PASS, sentence=sentence, evidence=files)


def judge_remarks(material: Material) -> Iterator[Finding]:
    """What user classes remarked about right answers of the judged stages, and what waiting has hidden."""
    for endpoint in material.recording.series.endpoints:
        window = material.recording.window(endpoint, None)
        answered = window.answered.total
        for remark, count in sorted(window.remarks.items()):
            often = count > IDLE_SHARE * answered
            sentence = f"{endpoint}: '{remark}' in {count:,} of {counted(answered, 'right answer')}"
            yield Finding(
                kind="remark",
                name=f"{remark} {endpoint}",
                status=Status.WARN if often else Status.PASS,
                sentence=sentence,
                endpoint=endpoint,
                samples=answered,
                mend="top up the target's data faster, so that every request has work" if often else "",
                evidence=("series.jsonl",),
            )
    yield from judge_omission(material)


def judge_coverage(material: Material, objectives: Sequence[Finding]) -> Iterator[Finding]:
    """A run that judged none of its promises has passed nothing."""
    if objectives and all(finding.status is Status.NOT_JUDGED for finding in objectives):
        yield Finding(
            kind="remark",
            name="anything judged",
            status=Status.INCONCLUSIVE,
            sentence=f"the run was too short for every one of its {counted(len(objectives), 'objective')}",
            mend="run it for longer",
        )
    if not objectives:
        yield Finding(
            kind="remark",
            name="anything promised",
            status=Status.WARN,
            sentence=f"{material.plan.scenario} promises nothing, so only the measurement itself was judged",
            mend="add objectives or an SLA to the scenario",
        )
