"""More and more users: one judged plateau after the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from harness.generator.scheduled_shape import ParameterError, ScheduledShape
from harness.model.stage import Stage


class RampUp(ScheduledShape):
    """Gradually more users, in steps: each level is held long enough to be judged.

    users |                 ____
          |            ____/ hold-50
          |       ____/ hold-25
          |      / hold-10
        0 +-----/-------------------> t
    """

    levels: str = "10, 25, 50, 75, 100"
    """user counts of the plateaus, rising, separated by commas"""
    ramp_s: float = 10.0
    """time from one plateau to the next, not judged"""
    hold_s: float = 60.0
    """length of each plateau"""

    def stages(self) -> Sequence[Stage]:
        """For each level an unjudged `ramp-N` and a judged `hold-N`."""
        levels = self._levels()
        stages = []
        for before, level in pairwise([0, *levels]):
            ramp = Stage(
                name=f"ramp-{level}",
                duration_s=self.ramp_s,
                start_level=before,
                end_level=level,
                judged=False,
            )
            hold = Stage(name=f"hold-{level}", duration_s=self.hold_s, start_level=level, end_level=level)
            stages += [ramp, hold]
        return stages

    def _levels(self) -> list[int]:
        try:
            levels = [int(word) for word in self.levels.split(",")]
        except ValueError:
            levels = []
        if not levels or any(later <= earlier for earlier, later in pairwise([0, *levels])):
            raise ParameterError(
                "levels", f"'{self.levels}' are no rising user counts; write them like 10, 25, 50"
            )
        return levels
