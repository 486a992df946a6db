/* The page of one operation, over the report; its address is a part of the page's, so that it can be sent to somebody. */
const showOperation = (function () {
  const dialog = document.getElementById("operation"), body = document.getElementById("operation-body");

  /* What is said of single operations is most of the report, so it is packed, and unpacked when the first one is asked for. */
  let unpacked = null;
  function details() {
    unpacked = unpacked || (async () => {
      const bytes = Uint8Array.from(atob(document.getElementById("details").textContent), (one) => one.charCodeAt(0));
      return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
    })();
    return unpacked;
  }

  function facts(pairs) {
    return make("dl", { class: "facts" }, ...pairs.flatMap(([name, text]) => [make("dt", {}, name), make("dd", {}, text)]));
  }

  function part(title, ...children) {
    return make("section", {}, make("h3", {}, report.words[title]), ...children);
  }

  function statements(detail, texts) {
    const rows = detail.statements.map((one) => make("tr", {},
      make("td", {}, make("pre", { class: "sql" }, texts[one[0]]), texts[one[4]] ? make("div", { class: "why" }, texts[one[4]]) : null,
        texts[one[5]] ? make("details", {}, make("summary", {}, report.words.plan), make("pre", {}, texts[one[5]])) : null),
      ...one.slice(1, 4).map((text) => make("td", { class: "n" }, text))));
    const heads = ["statement", "per_request", "total", "slowest"];
    return part("statements", make("div", { class: "scroll" }, make("table", {},
      make("thead", {}, make("tr", {}, ...heads.map((name, which) => make("th", { scope: "col", class: which ? "n" : "" }, report.words[name])))),
      make("tbody", {}, ...rows))),
      detail.statement_count > rows.length ? make("p", { class: "note" }, words("more", { count: detail.statement_count })) : null);
  }

  function ms(value) {
    return value < 10 ? value.toFixed(1) + " ms" : value < 1000 ? value.toFixed(0) + " ms" : (value / 1000).toFixed(2) + " s";
  }

  /* Both bars have one scale, so that their lengths can be compared. */
  function split(title, parts, whole, ...more) {
    const sum = parts.reduce((total, one) => total + one, 0) || 1;
    const texts = parts.map((one, which) => report.split_names[which] + " " + ms(one));
    const names = parts.map((_one, which) => "split-" + report.split_keys[which]);
    const bar = make("div", { class: "bar split", role: "img", "aria-label": texts.join(", ") },
      ...parts.map((one, which) => { const piece = make("span", { class: names[which], title: texts[which] }); piece.style.width = 100 * one / sum + "%"; piece.hidden = !one; return piece; }));
    bar.style.width = Math.max(100 * sum / whole, 2) + "%";
    return make("section", {}, make("h3", {}, title), bar,
      make("p", { class: "legend" }, ...texts.flatMap((text, which) => parts[which] < 0.02 * sum ? [] : [keyed(names[which], text), " "])), ...more);
  }

  function splits(detail, texts) {
    const slowest = detail.slowest, whole = slowest.parts.reduce((total, one) => total + one, 0);
    const rows = slowest.statements.map(([sql, times, total, place]) =>
      make("li", {}, times + " ×, ", total, ": ", make("code", {}, texts[sql]), texts[place] ? make("div", { class: "why" }, texts[place]) : null));
    return [split(report.words.typical, detail.split, Math.max(whole, detail.split.reduce((total, one) => total + one, 0))),
      split(words("slowest_request", { time: slowest.time, path: slowest.path }), slowest.parts, whole, rows.length ? make("ol", { class: "shares" }, ...rows) : null)];
  }

  function histogram(place, one, detail) {
    const buckets = detail.histogram, counts = new Map(buckets), first = buckets[0][0], [least, ratio] = report.edges;
    const edges = Array.from({ length: buckets.at(-1)[0] - first + 1 }, (_one, which) => least * ratio ** (first + which));
    const text = (ms) => ms < 10 ? ms.toFixed(1) + " ms" : ms < 1000 ? ms.toFixed(0) + " ms" : (ms / 1000).toFixed(1) + " s";
    const position = (ms) => edges.findLastIndex((edge) => edge <= ms);
    const quantiles = [["p50", 3], ["p95", 4], ["p99", 5]].map(([name, which]) => [name, one.figures[which]]).filter(([_name, figure]) => figure[1] !== null);
    draw(place, () => ({
      animation: false, backgroundColor: "transparent", grid: { left: 50, right: 30, top: 46, bottom: 30 },
      tooltip: { confine: true, formatter: (event) => text(edges[event.dataIndex]) + " – " + text(edges[event.dataIndex] * ratio) + ": " + event.value },
      xAxis: { type: "category", data: edges.map(text), axisLabel: { color: colour("soft") } },
      yAxis: { type: "value", minInterval: 1, axisLabel: { color: colour("soft") }, splitLine: { lineStyle: { color: colour("line") } } },
      series: [{
        type: "bar", barCategoryGap: "4%", color: colour("succeeded"), data: edges.map((_edge, which) => counts.get(first + which) || 0),
        markLine: { symbol: "none", lineStyle: { color: colour("high") }, label: { color: colour("ink"), formatter: (mark) => mark.name },
          data: quantiles.map(([name, figure], which) => ({ label: { distance: 4 + 13 * (which % 2) }, name: name + " " + figure[0], xAxis: Math.max(position(figure[1] / 1e6), 0) })) },
      }],
    }));
  }

  async function show(position) {
    let found = null;
    try { found = await details(); } catch (_problem) { found = null; }
    const one = report.operations[position], level = report.levels[one.level], detail = found && found.operations[position];
    document.getElementById("operation-name").textContent = one.id;
    forget(document.getElementById("operation-histogram"));
    const figures = [...document.querySelectorAll("#table thead th")].slice(3).map((head, which) => [head.textContent.trim(), one.figures[which][0]]);
    const plot = make("div", { id: "operation-histogram", role: "img", "aria-label": report.words.histogram + ", n = " + one.figures[1][0] });
    const named = detail ? detail.facts.map((text, which) => [report.fact_names[which], text]).filter((pair) => pair[1]) : [];
    body.replaceChildren(
      make("p", {}, keyed(level.css, level.word), one.reason ? " · " + one.reason : ""),
      make("div", { class: "columns" }, facts(named), facts(figures)),
      ...(detail ? parts(one, detail, found, plot) : [make("p", { class: "notice" }, report.words.no_details)]));
    if (!dialog.open) { dialog.showModal(); }
    dialog.scrollTop = 0;
    reach();
    if (plot.isConnected) { histogram(plot, one, detail); }
    history.replaceState(null, "", "#operation=" + encodeURIComponent(one.id));
  }

  function parts(one, detail, found, plot) {
    const shown = [];
    if (detail.findings.length) {
      shown.push(part("findings", ...detail.findings.map((which) => found.findings[which]).map(([code, css, title, claim]) =>
        make("div", { class: "finding " + css }, make("strong", {}, code + " " + title), make("p", {}, claim)))));
    }
    if (detail.histogram && detail.histogram.length) { shown.push(part("histogram", make("p", { class: "note" }, words("n", { n: one.figures[1][0] })), plot)); }
    if (detail.slowest) { shown.push(...splits(detail, found.texts)); }
    if (detail.statement_count) { shown.push(statements(detail, found.texts)); }
    if (detail.errors.length) {
      shown.push(part("errors", ...detail.errors.map((which) => found.errors[which]).map(([text, count, traceback]) =>
        make("details", { class: "error" }, make("summary", {}, text + " × " + count), make("pre", {}, traceback)))));
    }
    if (detail.examples && detail.examples.length) {
      shown.push(part("again", ...detail.examples.map((example) => make("pre", {}, example.curl))));
    }
    return shown;
  }

  function fromAddress() {
    if (!location.hash.startsWith("#operation=")) { return; }
    const id = decodeURIComponent(location.hash.slice(11)), position = report.operations.findIndex((one) => one.id === id);
    if (position >= 0) { show(position); }
  }

  dialog.addEventListener("close", () => {
    forget(document.getElementById("operation-histogram"));
    history.replaceState(null, "", location.pathname + location.search);
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) { dialog.close(); } });
  window.addEventListener("hashchange", fromAddress);
  fromAddress();
  return show;
}());
