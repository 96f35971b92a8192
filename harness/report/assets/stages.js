// Stages and events behind, and limits over, the lines of a chart.

function stageAt(figures, t) {
  return figures.stages.find((stage) => stage.start_s <= t && t < stage.end_s);
}

function eachStage(chart, figures, draw) {
  const { left, width, top, height } = chart.bbox;
  for (const stage of figures.stages) {
    const from = Math.max(left, chart.valToPos(stage.start_s, "x", true));
    const to = Math.min(left + width, chart.valToPos(stage.end_s, "x", true));
    if (to > from) draw(stage, from, to, top, height);
  }
}

function drawStages(chart, figures) {
  const { ctx } = chart;
  ctx.save();
  eachStage(chart, figures, (stage, from, to, top, height) => {
    if (!stage.judged) {
      ctx.fillStyle = ink("stripe");
      ctx.fillRect(from, top, to - from, height);
    }
    if (stage.start_s > figures.span[0]) drawUpright(chart, from, ink("line"));
  });
  ctx.restore();
}

// Washes out what was measured in stages that are not judged, and names every stage that has room for it.
function drawOver(chart, figures) {
  const { ctx } = chart;
  const dpr = devicePixelRatio;
  ctx.save();
  ctx.font = `${11 * dpr}px ${getComputedStyle(document.body).fontFamily}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "bottom";
  eachStage(chart, figures, (stage, from, to, top, height) => {
    if (!stage.judged) {
      ctx.fillStyle = ink("wash");
      ctx.fillRect(from, top, to - from, height);
    }
    const room = to - from - 6 * dpr;
    const names = stage.judged ? [stage.name] : [`${stage.name} (not judged)`, stage.name];
    const name = names.find((candidate) => ctx.measureText(candidate).width <= room);
    ctx.fillStyle = ink("soft");
    if (name) ctx.fillText(name, from + 2 * dpr, top - 4 * dpr);
  });
  drawEvents(chart, figures);
  ctx.restore();
}

// A small tooth at the top for each event; the readout and the table of events say what it was.
function drawEvents(chart, figures) {
  const { ctx, bbox } = chart;
  const dpr = devicePixelRatio;
  ctx.fillStyle = ink("soft");
  for (const event of figures.events) {
    const at = chart.valToPos(event.t_s, "x", true);
    if (at < bbox.left || at > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(at - 4 * dpr, bbox.top);
    ctx.lineTo(at + 4 * dpr, bbox.top);
    ctx.lineTo(at, bbox.top + 6 * dpr);
    ctx.fill();
  }
}

function drawUpright(chart, at, colour) {
  const { ctx, bbox } = chart;
  const dpr = devicePixelRatio;
  ctx.strokeStyle = colour;
  ctx.lineWidth = dpr;
  ctx.beginPath();
  ctx.moveTo(Math.round(at), bbox.top);
  ctx.lineTo(Math.round(at), bbox.top + bbox.height);
  ctx.stroke();
}

function drawLimit(chart, limit, unit) {
  const { ctx, bbox } = chart;
  const dpr = devicePixelRatio;
  const at = Math.round(chart.valToPos(limit, "y", true));
  if (at < bbox.top || at > bbox.top + bbox.height) return;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = ink("fail");
  ctx.lineWidth = 1.25 * dpr;
  ctx.setLineDash([6 * dpr, 4 * dpr]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, at);
  ctx.lineTo(bbox.left + bbox.width, at);
  ctx.stroke();
  ctx.font = `${11 * dpr}px ${getComputedStyle(document.body).fontFamily}`;
  ctx.textAlign = "right";
  ctx.textBaseline = "bottom";
  ctx.fillText(`limit ${show(limit, unit)}`, bbox.left + bbox.width - 5 * dpr, at - 2 * dpr);
  ctx.restore();
}
