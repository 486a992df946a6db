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

function keyed(css, text) {
  return make("span", { class: "keyed" }, make("span", { class: "key " + css }), text);
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

/* A table that is wider than its place is scrolled by keys as well. */
function reach() {
  document.querySelectorAll(".scroll").forEach((one) => {
    const title = one.closest("section, dialog").querySelector("h2, h3"), wide = one.scrollWidth > one.clientWidth;
    for (const [name, value] of [["tabindex", "0"], ["role", "region"], ["aria-label", title.textContent]]) {
      if (wide) { one.setAttribute(name, value); } else { one.removeAttribute(name); }
    }
  });
}
window.addEventListener("resize", reach);
window.addEventListener("load", reach);
window.addEventListener("resize", () => drawn.forEach((one) => one.chart.resize()));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.forEach((one) => one.repaint()));

/* Paper is white, whatever the screen is. It gets a picture of each chart, since a canvas would print what the last frame showed. */
window.addEventListener("beforeprint", () => {
  document.documentElement.classList.add("print");
  drawn.forEach((one, place) => {
    one.repaint();
    place.append(make("img", { class: "paper", alt: "", src: one.chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: "#fff" }) }));
  });
});
window.addEventListener("afterprint", () => {
  document.documentElement.classList.remove("print");
  document.querySelectorAll(".paper").forEach((one) => one.remove());
  drawn.forEach((one) => one.repaint());
});
