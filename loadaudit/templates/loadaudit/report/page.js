"use strict";
/* The document and what all parts share. Texts go into the page as text nodes only, never as markup. */
const report = JSON.parse(document.getElementById("document").textContent);

function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "class") { node.className = value; } else if (value !== null) { node.setAttribute(name, value); }
  }
  node.append(...children.filter((one) => one !== null && one !== ""));
  return node;
}

function words(name, values) {
  return report.words[name].replace(/%\((\w+)\)s/g, (_all, key) => values[key]);
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
}

/* Charts are drawn in the colours of the page, and again when these or the width change. */
const drawn = new Map();

function draw(place, options) {
  if (!window.echarts || !place) { return null; }
  const chart = echarts.init(place, null, { renderer: "canvas" });
  const repaint = () => chart.setOption(options(), { notMerge: true });
  repaint();
  drawn.set(place, { chart, repaint });
  return chart;
}

function forget(place) {
  const one = drawn.get(place);
  if (one) { one.chart.dispose(); drawn.delete(place); }
}

window.addEventListener("resize", () => drawn.forEach((one) => one.chart.resize()));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.forEach((one) => one.repaint()));

/* Paper is white, whatever the screen is. */
for (const [event, printing] of [["beforeprint", true], ["afterprint", false]]) {
  window.addEventListener(event, () => {
    document.documentElement.classList.toggle("print", printing);
    drawn.forEach((one) => one.repaint());
  });
}
