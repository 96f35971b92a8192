// One uPlot per chart of the page, all on the run's time axis and under one crosshair.

const INKS = {
  p50: { ink: "c3", width: 1.25 },
  p95: { ink: "c1", width: 2 },
  p99: { ink: "c2", width: 1.25 },
  rate: { ink: "c1", width: 1.5 },
  failures: { ink: "fail", width: 1.5 },
  users: { ink: "c4", width: 1.5 },
  planned: { ink: "soft", width: 1.5, dash: [5, 4] },
};
const HEIGHTS = { latency: 250, endpoints: 250, throughput: 180 };
const X_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];
const CROSSHAIR = "run";
const LEFT_AXIS = 68;
const SPARSE_BELOW = 0.7;

function inkOf(line) {
  return INKS[line.ink] || { ink: line.ink, width: 1.5 };
}

// Where many steps have no value a line would be shreds: every value gets a dot instead. Elsewhere only a value
// with a gap on both sides gets one, so that it is not lost.
function dotsOf(values) {
  const present = (value) => value !== null && value !== undefined;
  const places = values.flatMap((value, at) => (present(value) ? [at] : []));
  const sparse = places.length < SPARSE_BELOW * (places[places.length - 1] - places[0]);
  const lonely = places.filter((at) => !present(values[at - 1]) && !present(values[at + 1]));
  return { sparse, places: sparse ? places : lonely };
}

function seriesOf(line, spec) {
  const { ink: name, width, dash } = inkOf(line);
  const dots = dotsOf(line.values);
  return {
    label: line.label,
    stroke: () => ink(name),
    fill: line.fill ? () => `color-mix(in srgb, ${ink(name)} 14%, transparent)` : undefined,
    width,
    dash,
    points: { show: false, size: 4, fill: () => ink(name), filter: () => dots.places },
    ...(dots.sparse ? { paths: () => null } : {}),
    value: (_, value) => show(value, spec.unit),
  };
}

function highestOf(spec) {
  const values = spec.lines.flatMap((line) => line.values).filter((value) => value !== null);
  return values.reduce((highest, value) => Math.max(highest, value), spec.limit || 0);
}

function isDecade(value) {
  return Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;
}

function axesOf(spec, scale) {
  const common = { stroke: () => ink("soft"), font: `12px ${getComputedStyle(document.body).fontFamily}` };
  const label = (value) => (value === null ? "" : `${Number((value / scale.worth).toPrecision(6))}${scale.suffix}`);
  const steps = [];
  for (let power = -6; power < 9; power++) for (const step of [1, 2, 5]) steps.push(step * 10 ** power * scale.worth);
  return [
    {
      ...common,
      grid: { show: false },
      ticks: { stroke: () => ink("line"), size: 5 },
      incrs: X_STEPS,
      space: 64,
      size: 30,
      values: (_, ticks) => ticks.map(clock),
    },
    {
      ...common,
      grid: { stroke: () => ink("grid"), width: 1, filter: (_, at) => at.map((y) => (!spec.log || isDecade(y) ? y : null)) },
      ticks: { show: false },
      size: LEFT_AXIS,
      space: 34,
      incrs: spec.log ? undefined : steps,
      values: (_, ticks) => ticks.map(label),
    },
  ];
}

function optionsOf(spec, figures, width) {
  const highest = highestOf(spec) || 1;
  const y = spec.log ? { distr: 3 } : { range: [0, highest * 1.12] };
  return {
    width,
    height: HEIGHTS[spec.id] || 150,
    padding: [20, 12, 0, 0],
    cursor: { sync: { key: CROSSHAIR, setSeries: false }, y: false, drag: { x: true, y: false }, points: { size: 6 } },
    scales: { x: { time: false, range: (_, from, to) => shownSpan(spec, figures, from, to) }, y },
    legend: { markers: { dash: (chart, at) => (chart.series[at].dash ? "dashed" : "solid") } },
    axes: axesOf(spec, scaleOf(spec.unit, highest)),
    series: [
      { label: "at", value: (_, t) => (t === null ? "" : atText(figures, t)) },
      ...spec.lines.map((line) => seriesOf(line, spec)),
    ],
    hooks: {
      drawAxes: [(chart) => drawStages(chart, figures)],
      draw: [
        (chart) => drawOver(chart, figures),
        (chart) => spec.limit !== null && drawLimit(chart, spec.limit, spec.unit),
      ],
      setCursor: [(chart) => chart.root.classList.toggle("idle", chart.cursor.idx === null)],
      ready: [(chart) => chart.root.classList.add("idle")],
    },
  };
}

// uPlot proposes the ends of a chart's own data where the reader did not zoom: then all show the whole run.
function shownSpan(spec, figures, from, to) {
  const zoomed = spec.t_s.length > 1 && (from !== spec.t_s[0] || to !== spec.t_s[spec.t_s.length - 1]);
  return zoomed ? [from, to] : figures.span;
}

function atText(figures, t) {
  const stage = stageAt(figures, t);
  const events = figures.events.filter((event) => t <= event.t_s && event.t_s < t + figures.step_s);
  return [clock(t), ...(stage ? [stage.name] : []), ...events.map((event) => event.what)].join(" · ");
}

function drawChart(place, spec, figures, width) {
  const rows = [spec.t_s, ...spec.lines.map((line) => line.values)];
  return new uPlot(optionsOf(spec, figures, Math.max(240, Math.floor(width || place.clientWidth))), rows, place);
}
