// The data behind a chart as a table, made when it is opened.

function element(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function tableOf(spec) {
  const table = element("table");
  const head = table.createTHead().insertRow();
  head.append(element("th", "At", { scope: "col", class: "number" }));
  for (const line of spec.lines) head.append(element("th", line.label, { scope: "col", class: "number" }));
  const body = table.createTBody();
  spec.t_s.forEach((t, at) => {
    const row = body.insertRow();
    row.append(element("th", clock(t), { scope: "row", class: "number" }));
    for (const line of spec.lines) row.append(element("td", show(line.values[at], spec.unit), { class: "number" }));
  });
  return table;
}

function fillWhenOpened(details, spec) {
  details.addEventListener("toggle", () => {
    if (!details.open || details.querySelector("table")) return;
    const region = element("div", undefined, { class: "scroll", role: "region", tabindex: "0", "aria-label": `Data of ${spec.title}` });
    region.append(tableOf(spec));
    details.append(region);
  });
}
