// Figures as people write them: the same words as harness.model.units.

const MISSING = "–";

function significant(value) {
  return value === 0 ? "0" : String(Number(value.toPrecision(3)));
}

function show(value, unit) {
  if (value === null || value === undefined) return MISSING;
  if (unit === "s") return value < 1 ? `${significant(value * 1000)} ms` : `${significant(value)} s`;
  if (unit === "ratio") return `${significant(value * 100)} %`;
  if (unit === "bytes") return value < 2 ** 30 ? `${significant(value / 2 ** 20)} MiB` : `${significant(value / 2 ** 30)} GiB`;
  if (unit === "per_s") return `${significant(value)}/s`;
  if (unit === "count") return String(Math.round(value));
  return `${significant(value)} ${unit}`.trim();
}

// The run's clock: 0:05, 12:30, 1:02:03.
function clock(seconds) {
  const whole = Math.round(Math.abs(seconds));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const sign = seconds <= -0.5 ? "-" : "";
  return sign + (hours ? `${hours}:${two(minutes)}` : minutes) + `:${two(whole % 60)}`;
}

// How an axis counts a unit: what one of its steps is worth, and what stands behind the number.
function scaleOf(unit, highest) {
  if (unit === "s") return highest < 1 ? { worth: 1e-3, suffix: " ms" } : { worth: 1, suffix: " s" };
  if (unit === "ratio") return { worth: 0.01, suffix: " %" };
  if (unit === "bytes") return highest < 2 ** 30 ? { worth: 2 ** 20, suffix: " MiB" } : { worth: 2 ** 30, suffix: " GiB" };
  if (unit === "per_s") return { worth: 1, suffix: "/s" };
  return { worth: 1, suffix: unit === "count" ? "" : ` ${unit}` };
}

function ink(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
