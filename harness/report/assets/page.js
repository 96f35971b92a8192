// Puts charts, data tables and tabs into the page. Without script the page still shows every table.

const PAPER_PX = 640;
const figures = JSON.parse(document.getElementById("figures").textContent);
const places = [...document.querySelectorAll("[data-chart]")].map((figure) => ({
  figure,
  place: figure.querySelector(".plot"),
  spec: figures.charts[Number(figure.dataset.chart)],
  chart: null,
}));

// Charts take the width of their place, or `width` px where the place does not have it yet.
function redrawAll(width) {
  for (const item of places) {
    item.chart?.destroy();
    item.chart = drawChart(item.place, item.spec, figures, width);
    makeLegendReachable(item.chart);
  }
}

function showAll() {
  const [min, max] = figures.span;
  for (const { chart } of places) chart.setScale("x", { min, max });
}

// Lines are switched on and off in the legend: by keyboard too.
function makeLegendReachable(chart) {
  const labels = [...chart.root.querySelectorAll(".u-legend .u-series th")].slice(1);
  for (const label of labels) {
    label.tabIndex = 0;
    label.setAttribute("role", "button");
    label.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      label.click();
    });
  }
}

function moveBy(item, steps) {
  const { chart, spec } = item;
  const last = spec.t_s.length - 1;
  const at = chart.cursor.idx === null || chart.cursor.left < 0 ? 0 : Math.min(last, Math.max(0, chart.cursor.idx + steps));
  chart.setCursor({ left: chart.valToPos(spec.t_s[at], "x"), top: 10 }, true, true);
}

function onKey(item, event) {
  const moves = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };
  if (event.target !== item.place) return;
  if (event.key === "Escape") {
    showAll();
    item.chart.setCursor({ left: -10, top: -10 }, true, true);
  } else if (event.key in moves) {
    event.preventDefault();
    moveBy(item, moves[event.key]);
  }
}

function offerLog(item) {
  const label = element("label");
  const box = element("input", undefined, { type: "checkbox" });
  box.checked = item.spec.log = item.spec.id === "endpoints";
  label.append(box, "logarithmic");
  box.addEventListener("change", () => {
    item.spec.log = box.checked;
    redrawAll();
  });
  item.figure.querySelector("figcaption").append(label);
}

function makeTabs(tabs) {
  const panels = [...tabs.querySelectorAll(".panel")];
  if (panels.length < 2) return;
  const list = element("div", undefined, { role: "tablist", class: "tablist", "aria-label": "Stages" });
  const buttons = panels.map((panel) => {
    const button = element("button", panel.dataset.tab, { role: "tab", type: "button", "aria-controls": panel.id });
    if (!("judged" in panel.dataset)) button.append(" ", element("small", "not judged"));
    panel.setAttribute("role", "tabpanel");
    button.addEventListener("click", () => choose(panel));
    return button;
  });
  function choose(chosen) {
    panels.forEach((panel, at) => {
      panel.hidden = panel !== chosen;
      buttons[at].setAttribute("aria-selected", String(panel === chosen));
      buttons[at].tabIndex = panel === chosen ? 0 : -1;
    });
  }
  list.addEventListener("keydown", (event) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    const at = (buttons.indexOf(document.activeElement) + move + buttons.length) % buttons.length;
    choose(panels[at]);
    buttons[at].focus();
  });
  list.append(...buttons);
  tabs.prepend(list);
  tabs.classList.add("live");
  choose(panels.find((panel) => "judged" in panel.dataset) || panels[0]);
}

for (const item of places) {
  if (item.spec.unit === "s") offerLog(item);
  fillWhenOpened(item.figure.querySelector("details"), item.spec);
  item.place.addEventListener("keydown", (event) => onKey(item, event));
  item.place.addEventListener("dblclick", () => showAll());
}
document.querySelectorAll("[data-tabs]").forEach(makeTabs);
redrawAll();

let width = document.body.clientWidth;
addEventListener("resize", () => {
  if (document.body.clientWidth === width) return;
  width = document.body.clientWidth;
  redrawAll();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redrawAll());
addEventListener("beforeprint", () => {
  document.documentElement.dataset.theme = "light";
  redrawAll(PAPER_PX);
});
addEventListener("afterprint", () => {
  delete document.documentElement.dataset.theme;
  redrawAll();
});
