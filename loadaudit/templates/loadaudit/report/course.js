let showStretch = () => {};
/* The course of the load: every request by start and latency, and on the same axis what else was measured. */
(function () {
  const place = document.getElementById("course");
  if (!place || !window.echarts) { return; }
  const points = report.points, shown = points.start.length;
  document.getElementById("fair").textContent = shown < points.of
    ? words("some", { shown: shown.toLocaleString(), all: points.of.toLocaleString() }) : report.words.all;
  const LANE_HEIGHT = 90, TOP = 250, LEFT = 62, LINE = 15, APART = 20;
  const MARKS = ["circle", "diamond", "triangle", "rect", "pin", "arrow"];
  const curves = panels();

  /* Curves of one probe with one unit share a panel, where none is flat beside another; what was always 0 is only named. */
  function panels() {
    const found = new Map(), highest = (curve) => curve.points.reduce((most, one) => Math.max(most, one[1]), 0);
    for (const curve of report.curves) {
      const unit = /percent/.test(curve.name) ? "%" : /MiB/.test(curve.name) ? "MiB" : "";
      const key = curve.probe + (unit ? " (" + unit + ")" : "");
      if (!found.has(key)) { found.set(key, []); }
      found.get(key).push({ ...curve, name: curve.name.replaceAll("_", " "), highest: highest(curve) });
    }
    return [...found].flatMap(([title, group]) => {
      const parts = [[]];
      group.filter((one) => one.highest > 0).sort((a, b) => b.highest - a.highest).forEach((one) => {
        const last = parts.at(-1).at(-1);
        if (last && last.highest > APART * one.highest) { parts.push([]); }
        parts.at(-1).push(one);
      });
      const still = group.filter((one) => one.highest === 0).map((one) => one.name);
      return parts.map((shown, which) => ({ title, shown, still: which === parts.length - 1 ? still : [] }));
    });
  }

  /* What a panel shows, each name behind a mark in the colour of its curve, in lines: an axis does not break its name. */
  function title(text, curves, still) {
    const plain = (name) => name.replace(/[{}|]/g, " "), room = Math.max((place.clientWidth - LEFT) / 6.4, 30), lines = [""];
    const named = curves.map(([name, _shade, type], which) => ["■ " + plain(name), "{c" + which + "|" + MARKS_OF[type || "solid"] + "} " + plain(name)]);
    let used = 0;
    for (const [shown, marked] of [[plain(text), plain(text)], ...named, ...(still || []).map((name, which) => {
      const word = (which ? "" : report.words.still + " ") + plain(name) + (which < still.length - 1 ? "," : ""); return [word, word];
    })]) {
      if (used && used + shown.length > room) { lines.push(""); used = 0; }
      lines[lines.length - 1] += (used ? "   " : "") + marked;
      used += shown.length + 3;
    }
    const rich = Object.fromEntries(curves.map(([_name, color], which) => ["c" + which, { color }]));
    return { lines: lines.length, name: lines.join("\n"), nameTextStyle: { rich, color: colour("soft"), align: "left", lineHeight: LINE } };
  }

  function scatter() {
    const series = new Map();
    for (let i = 0; i < shown; i += 1) {
      const outcome = points.outcome[i];
      if (!series.has(outcome)) { series.set(outcome, []); }
      series.get(outcome).push([points.start[i], Math.max(points.latency[i], 0.1), points.operation[i]]);
    }
    const failing = ["critical", "high", "attempted", "warning", "info"];
    return [...series].sort((a, b) => a[0] - b[0]).map(([outcome, data], number) => ({
      name: report.outcomes[outcome].word, type: "scatter", data, large: data.length > 4000, progressive: 0,
      symbol: report.outcomes[outcome].ok ? "circle" : MARKS[1 + (number % 5)],
      symbolSize: report.outcomes[outcome].ok ? 4 : 8,
      itemStyle: { color: report.outcomes[outcome].ok ? colour("succeeded") : colour(failing[number % 5]), opacity: 0.7 },
    }));
  }

  function rates() {
    const at = (one, count) => [one[0] * 1000, count / one[1]];
    const line = (name, colour_, pick) => ({
      name, type: "line", step: "end", symbol: "none", xAxisIndex: 1, yAxisIndex: 1, color: colour(colour_),
      areaStyle: { opacity: 0.15 }, data: report.timeline.map(pick),
    });
    return [
      line(report.words.proven, "succeeded", (one) => at(one, one[3])),
      line(report.words.other, "attempted", (one) => at(one, one[2] - one[3])),
      ...(report.timeline.some((one) => one[7]) ? [{ ...line(report.words.users, "critical", (one) => [one[0] * 1000, one[7]]), areaStyle: null, lineStyle: { type: "dashed" } }] : []),
    ];
  }

  /* Where the time of a mean request went, as a stack; parts that never matter are left out. */
  const parts = report.split_names.map((name, which) => which).filter((which) =>
    report.timeline.some((one) => one[6].length && one[6][which] > 0.02 * one[6].reduce((sum, value) => sum + value, 0)));
  const first = parts.length ? 3 : 2;

  function splits() {
    return parts.map((which) => ({
      name: report.split_names[which], type: "line", symbol: "none", stack: "split", xAxisIndex: 2, yAxisIndex: 2,
      color: colour("split-" + report.split_keys[which]), lineStyle: { width: 0 }, areaStyle: { opacity: 1 },
      // Two points for each stretch: steps of a stack slant where a part below changes.
      data: report.timeline.flatMap((one) => [one[0] * 1000, (one[0] + one[1]) * 1000 - 1].map((ms) => [ms, one[6].length ? one[6][which] : 0])),
    }));
  }

  function showSplit(from, to) {
    const place = document.getElementById("course-split");
    const within = report.timeline.filter((one) => from === null || ((one[0] + one[1]) * 1000 > from && one[0] * 1000 < to));
    const sum = (rows) => {
      const n = rows.reduce((total, one) => total + (one[6].length ? one[2] : 0), 0) || 1;
      return report.split_names.map((_name, which) => rows.reduce((total, one) => total + (one[6].length ? one[2] * one[6][which] : 0), 0) / n);
    };
    const here = sum(within), all = sum(report.timeline), whole = (one) => one.reduce((total, value) => total + value, 0) || 1;
    const share = (one, which) => Math.round(100 * one[which] / whole(one));
    const values = { mean: whole(here).toFixed(here.length && whole(here) < 10 ? 1 : 0), n: within.reduce((total, one) => total + one[5], 0).toLocaleString(),
      from: ((from || 0) / 1000).toFixed(1), to: ((to || 0) / 1000).toFixed(1) };
    const shown = parts.filter((which) => share(here, which) > 0 || (from !== null && share(all, which) > 1)).sort((a, b) => here[b] - here[a]);
    const bar = make("div", { class: "bar split", "aria-hidden": "true" }, ...parts.map((which) => {
      const piece = make("span", { class: "split-" + report.split_keys[which] }); piece.style.width = share(here, which) + "%"; return here[which] ? piece : null;
    }).filter(Boolean));
    const texts = shown.flatMap((which) => [keyed("split-" + report.split_keys[which],
      report.split_names[which] + " " + share(here, which) + " %" + (from === null ? "" : " (" + words("against", { share: share(all, which) }) + ")")), " "]);
    place.hidden = !parts.length || !within.some((one) => one[6].length);
    place.replaceChildren(make("p", { class: "note" }, words(from === null ? "split_all" : "split_in", values)), bar, make("p", { class: "legend" }, ...texts));
  }

  /* Three colours that everybody tells apart, then the same with dashes, then with dots. */
  const STYLES = ["solid", "dashed", "dotted"], MARKS_OF = { solid: "■", dashed: "┅", dotted: "┈" };
  const shade = (number) => colour(["accent", "high", "ink"][number % 3]);
  const style = (number) => STYLES[Math.floor(number / 3) % 3];

  /* The names of all panels, and where each begins. */
  function panes() {
    const heads = [title(report.words.latency, []), title(report.words.rate, rates().map((one) => [one.name, one.color, one.lineStyle && one.lineStyle.type])),
      ...(parts.length ? [title(report.words.mean_split, splits().map((one) => [one.name, one.color]))] : []),
      ...curves.map((one) => title(one.title, one.shown.map((curve, number) => [curve.name, shade(number), style(number)]), one.still))];
    let below = 30;
    const tops = heads.map((head, index) => { const top = below + 12 + LINE * head.lines; below = top + (index ? LANE_HEIGHT : TOP) + 8; return top; });
    return { heads, tops, below };
  }

  function options() {
    const soft = colour("soft"), line = colour("line"), count = curves.length + first, { heads, tops } = panes();
    const axis = (index) => ({
      type: "value", gridIndex: index, min: 0, max: Math.max(report.load_ms, points.start[shown - 1] || 0, 1),
      axisLabel: { show: index === count - 1, color: soft, formatter: (ms) => (ms / 1000).toFixed(0) + " s" },
      axisLine: { lineStyle: { color: line } }, splitLine: { show: false }, axisPointer: { show: true, label: { show: false } },
    });
    const scale = (index, head, type) => ({
      type, gridIndex: index, name: head.name, nameTextStyle: head.nameTextStyle, axisLabel: { color: soft }, splitNumber: 3, splitLine: { lineStyle: { color: line } },
    });
    return {
      animation: false, backgroundColor: "transparent", textStyle: { color: colour("ink") },
      legend: { data: scatter().map((one) => one.name), type: "scroll", top: 0, itemWidth: 14, itemHeight: 9, textStyle: { color: soft } },
      tooltip: { confine: true, formatter: label, backgroundColor: colour("card"), borderColor: line, textStyle: { color: colour("ink") } },
      axisPointer: { link: [{ xAxisIndex: "all" }] },
      grid: tops.map((top, index) => ({ left: LEFT, outerBoundsMode: "none", right: 16, top, height: index ? LANE_HEIGHT : TOP })),
      xAxis: tops.map((_top, index) => axis(index)),
      yAxis: heads.map((head, index) => scale(index, head, index ? "value" : "log")),
      dataZoom: [{ type: "slider", xAxisIndex: tops.map((_top, index) => index), bottom: 6, height: 28, brushSelect: true,
        labelFormatter: (ms) => (ms / 1000).toFixed(1) + " s", textStyle: { color: soft } },
        { type: "inside", xAxisIndex: tops.map((_top, index) => index), zoomOnMouseWheel: "shift", moveOnMouseMove: "shift" }],
      series: [...scatter(), ...rates(), ...splits(), ...curves.flatMap((one, index) => one.shown.map((curve, number) => ({
        name: curve.name, type: "line", symbol: "none", xAxisIndex: index + first, yAxisIndex: index + first,
        color: shade(number), lineStyle: { type: style(number) }, data: curve.points,
      })))],
    };
  }

  /* Of one request, or of all curves at a moment. */
  function label(shown) {
    const node = document.createElement("div"), rounded = (value) => String(Math.round(value * 100) / 100);
    if (!Array.isArray(shown) && shown.data.length > 2) {
      node.append(report.operations[shown.data[2]].id, make("br"), (shown.data[0] / 1000).toFixed(1) + " s · " + shown.data[1] + " ms · " + shown.seriesName);
      return node;
    }
    const lines = [].concat(shown).filter((one) => one.data.length === 2);
    if (!lines.length) { return ""; }
    node.append((lines[0].data[0] / 1000).toFixed(1) + " s");
    lines.slice(0, 16).forEach((one) => node.append(make("br"), one.seriesName + " " + rounded(one.data[1])));
    return node;
  }

  place.style.height = panes().below + 66 + "px";
  const chart = draw(place, options);
  chart.on("click", (event) => {
    if (event.seriesType === "scatter") { showOperation(event.data[2]); }
  });
  showSplit(null, null);
  const ends = ["stretch-from", "stretch-to"].map((id) => document.getElementById(id));
  ends.forEach((field) => field.addEventListener("change", () => {
    const [from, to] = ends.map((one) => one.value === "" ? null : Number(one.value) * 1000);
    const last = Math.max(report.load_ms, points.start[shown - 1] || 0, 1);
    chart.dispatchAction({ type: "dataZoom", startValue: Math.max(from || 0, 0), endValue: to === null ? last : Math.min(to, last) });
  }));
  let waiting = null;
  function choose() {
    const zoom = chart.getOption().dataZoom[0];
    const whole = zoom.start <= 0 && zoom.end >= 100;
    operationTable.choose(whole ? null : zoom.startValue, zoom.endValue);
    showSplit(whole ? null : zoom.startValue, zoom.endValue);
    // What somebody is typing stays.
    ends.forEach((field, which) => {
      if (field !== document.activeElement) { field.value = whole ? "" : ([zoom.startValue, zoom.endValue][which] / 1000).toFixed(1); }
    });
  }
  /* A drag across the plots chooses a stretch; what moves less is a click. */
  const band = make("div", { class: "band", hidden: "" });
  let begun = null;
  place.append(band);
  const within = (event) => event.clientX - place.getBoundingClientRect().left;
  place.addEventListener("pointerdown", (event) => {
    const below = event.clientY - place.getBoundingClientRect().top;
    begun = event.button === 0 && !event.shiftKey && below > 56 && below < place.clientHeight - 46 ? within(event) : null;
  }, true);
  window.addEventListener("pointermove", (event) => {
    if (begun === null) { return; }
    band.hidden = Math.abs(within(event) - begun) < 5;
    band.style.left = Math.min(begun, within(event)) + "px";
    band.style.width = Math.abs(within(event) - begun) + "px";
  }, true);
  window.addEventListener("pointerup", (event) => {
    if (begun !== null && !band.hidden) {
      const ends = [begun, within(event)].map((x) => chart.convertFromPixel({ xAxisIndex: 0 }, x)).sort((a, b) => a - b);
      showStretch(Math.max(ends[0], 0), ends[1]);
    }
    begun = null;
    band.hidden = true;
  }, true);
  showStretch = (from, to) => chart.dispatchAction({ type: "dataZoom", startValue: from, endValue: to });
  chart.on("datazoom", () => { clearTimeout(waiting); waiting = setTimeout(choose, 150); });
  document.querySelector("#stretch button").addEventListener("click", () => chart.dispatchAction({ type: "dataZoom", start: 0, end: 100 }));
}());
