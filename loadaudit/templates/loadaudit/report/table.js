/* The table of operations: sorted, filtered, by columns, by a stretch of the load, and as CSV. */
const operationTable = (function () {
  const FIRST_ROWS = 200, OUTCOMES = 2;
  const table = document.getElementById("table"), body = table.tBodies[0], more = document.getElementById("rows");
  const heads = [...table.tHead.rows[0].cells], filter = document.getElementById("filter");
  const texts = report.operations.map((one) => [one.id, one.category, report.levels[one.level].word, one.reason, one.failed].join(" ").toLowerCase());
  let column = 0, ascending = true, all = false, stretch = null, hidden = new Set(), found = [];

  function value(position, which) {
    const one = report.operations[position];
    if (which < 3) { return [one.id, one.category, one.level][which]; }
    const number = one.figures[which - 3][1];
    return number === null ? -1 : number;
  }

  function order(a, b) {
    if (stretch) { return stretch.get(b).slowest - stretch.get(a).slowest; }
    const x = value(a, column), y = value(b, column);
    return (ascending ? 1 : -1) * (typeof x === "string" ? x.localeCompare(y) : x - y);
  }

  function row(position) {
    const one = report.operations[position], level = report.levels[one.level];
    const why = one.reason || (one.failed ? report.words.also + " " + one.failed : "");
    const then = stretch ? stretch.get(position) : null;
    const name = make("button", { type: "button", class: "link", "data-operation": position }, make("code", {}, one.id));
    const cells = [
      make("th", { scope: "row" }, name, why ? make("div", { class: "why" }, why) : null,
        then ? make("div", { class: "why" }, then.count + " × ≤ " + Math.round(then.slowest) + " ms") : null),
      make("td", {}, one.category),
      make("td", { class: "level" }, keyed(level.css, level.word),
        one.excluded ? make("div", { class: "note" }, report.words.excluded) : null),
      ...one.figures.map((figure, which) => make("td", { class: which === OUTCOMES ? "outcomes" : "n" }, figure[0])),
    ];
    cells.forEach((cell, which) => { cell.hidden = hidden.has(which); });
    return make("tr", {}, ...cells);
  }

  function update() {
    const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    found = [...report.operations.keys()].filter((position) =>
      (!stretch || stretch.has(position)) && wanted.every((word) => texts[position].includes(word)));
    found.sort(order);
    body.replaceChildren(...found.slice(0, all ? found.length : FIRST_ROWS).map(row));
    more.hidden = all || found.length <= FIRST_ROWS;
    more.textContent = words("rows", { count: found.length });
    heads.forEach((head, which) => { head.hidden = hidden.has(which); });
    document.getElementById("shown").textContent = words("shown", { shown: found.length, all: report.operations.length });
  }

  function csv() {
    const cell = (text) => '"' + String(text).replace(/"/g, '""').replace(/^([=+\-@\t])/, "'$1") + '"';
    const visible = heads.map((_head, which) => which).filter((which) => !hidden.has(which));
    const lines = [visible.map((which) => cell(heads[which].textContent.trim())).join(",")];
    for (const position of found) {
      const one = report.operations[position];
      const all = [one.id, one.category, report.levels[one.level].word, ...one.figures.map((figure, which) => which === OUTCOMES ? figure[0] : figure[1] === null ? "" : figure[1])];
      lines.push(visible.map((which) => cell(all[which])).join(","));
    }
    const link = make("a", { href: URL.createObjectURL(new Blob([lines.join("\r\n") + "\r\n"], { type: "text/csv" })), download: "operations.csv" });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  heads.forEach((head, which) => {
    head.querySelector("button").addEventListener("click", () => {
      const same = which === column;
      // Figures are looked at from the largest, names from A.
      ascending = same ? !ascending : which < 3;
      column = which;
      heads.forEach((one) => one.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      update();
    });
    const box = make("input", { type: "checkbox", checked: "" });
    box.disabled = which === 0;
    box.addEventListener("change", () => { hidden[box.checked ? "delete" : "add"](which); update(); });
    document.getElementById("columns").append(make("label", {}, box, " " + head.textContent.trim()));
  });
  filter.addEventListener("input", update);
  more.addEventListener("click", () => { all = true; update(); });
  document.getElementById("csv").addEventListener("click", csv);
  body.addEventListener("click", (event) => {
    const link = event.target.closest("[data-operation]");
    if (link) { showOperation(Number(link.dataset.operation)); }
  });

  /* Show only what was sent between two moments, the slowest first; without them everything. */
  function choose(from, to) {
    const note = document.getElementById("stretch");
    stretch = from === null ? null : new Map();
    if (stretch) {
      const points = report.points;
      for (let i = 0; i < points.start.length; i += 1) {
        if (points.start[i] < from || points.start[i] > to) { continue; }
        const seen = stretch.get(points.operation[i]) || { count: 0, slowest: 0 };
        stretch.set(points.operation[i], { count: seen.count + 1, slowest: Math.max(seen.slowest, points.latency[i]) });
      }
      const part = points.start.length < points.of ? " " + report.words.part : "";
      note.querySelector("strong").textContent = words("stretch", { from: (from / 1000).toFixed(1), to: (to / 1000).toFixed(1) }) + part;
    }
    note.hidden = !stretch;
    showConcerned(stretch);
    update();
  }

  update();
  return { choose };
}());
