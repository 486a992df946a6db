/* Findings over the load: a strip of its requests with those of the finding's operations in dark, and what a stretch concerns. */
const showConcerned = (function () {
  const WIDTH = 560, HEIGHT = 46, MOST = 800, NAMESPACE = "http://www.w3.org/2000/svg";
  const points = report.points, count = points.start.length;
  const end = Math.max(report.load_ms, points.start[count - 1] || 0, 1);
  const least = Math.log10(Math.max(points.latency.reduce((a, b) => Math.min(a, b), Infinity), 0.1));
  const most = Math.max(Math.log10(points.latency.reduce((a, b) => Math.max(a, b), 1)), least + 1);
  const positions = (node) => new Set(node.dataset.operations.split(" ").filter(Boolean).map(Number));

  /* One path for all that look alike: circles are points of a round line, failures squares. */
  function path(css, chosen) {
    const node = document.createElementNS(NAMESPACE, "path");
    node.setAttribute("class", css);
    node.setAttribute("d", chosen.map((i) => {
      const x = WIDTH * points.start[i] / end, y = HEIGHT - 4 - (HEIGHT - 8) * (Math.log10(Math.max(points.latency[i], 0.1)) - least) / (most - least);
      return css === "failed" ? "M" + (x - 2.5).toFixed(1) + " " + (y - 2.5).toFixed(1) + "h5v5h-5z" : "M" + x.toFixed(1) + " " + y.toFixed(1) + "h0";
    }).join(""));
    return node;
  }

  /* Drawn when it comes into sight: a report may have hundreds. */
  function draw(place) {
    const wanted = positions(place), own = [], others = [];
    for (let i = 0; i < count; i += 1) { (wanted.has(points.operation[i]) ? own : others).push(i); }
    if (!own.length) { return; }
    const thin = (all) => all.filter((_one, which) => which % Math.ceil(all.length / MOST) === 0);
    const picture = document.createElementNS(NAMESPACE, "svg");
    picture.setAttribute("viewBox", "0 0 " + WIDTH + " " + HEIGHT);
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", words("cut", { n: own.length }));
    const ok = (i) => report.outcomes[points.outcome[i]].ok, drawn = thin(own);
    picture.append(path("other", thin(others)), path("own", drawn.filter(ok)), path("failed", drawn.filter((i) => !ok(i))));
    const from = Math.max(points.start[own[0]] - 500, 0), to = Math.min(points.start[own.at(-1)] + 1000, end);
    const button = make("button", { type: "button" }, report.words.look);
    button.addEventListener("click", () => { showStretch(from, to); document.getElementById("timeline").scrollIntoView(); });
    place.append(picture, make("div", { class: "note" }, (from / 1000).toFixed(1) + " – " + (to / 1000).toFixed(1) + " s, n = " + own.length + " ", button));
  }

  const places = document.querySelectorAll(".cut");
  if (count) {
    const watcher = new IntersectionObserver((seen) => seen.filter((one) => one.isIntersecting).forEach((one) => {
      watcher.unobserve(one.target); draw(one.target);
    }), { rootMargin: "400px" });
    places.forEach((one) => watcher.observe(one));
    window.addEventListener("beforeprint", () => places.forEach((one) => { if (!one.childElementCount) { watcher.unobserve(one); draw(one); } }));
  }

  /* Hide findings, errors and rows of lanes of operations of which nothing was sent in the stretch; null shows all. */
  return function (sent) {
    const note = document.getElementById("concern"), shown = {};
    for (const [name, selector] of [["findings", "article.finding"], ["errors", "#errors .error"], ["rows", ".lane tr[data-operations]"]]) {
      const nodes = [...document.querySelectorAll(selector)];
      // What names no operation is about the whole run.
      nodes.forEach((one) => { const named = [...positions(one)]; one.hidden = sent !== null && named.length > 0 && !named.some((position) => sent.has(position)); });
      shown[name] = nodes.filter((one) => !one.hidden).length;
      if (name === "findings") { shown.all = nodes.length; }
    }
    document.querySelectorAll(".lane").forEach((one) => { one.hidden = [...one.querySelectorAll("tbody tr")].every((row) => row.hidden); });
    if (!note) { return; }
    note.hidden = sent === null;
    note.textContent = words("concern", { shown: shown.findings, all: shown.all, errors: shown.errors });
  };
}());
