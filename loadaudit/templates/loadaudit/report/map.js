/* The coverage map: a tile per operation, by category, the least covered first. */
(function () {
  const place = document.getElementById("tiles");
  const groups = new Map();
  report.operations.forEach((one, position) => {
    if (!groups.has(one.category)) { groups.set(one.category, []); }
    groups.get(one.category).push(position);
  });
  const covered = (positions) => positions.filter((one) => report.operations[one].level >= 3).length;
  const ordered = [...groups].sort((a, b) => b[1].length - a[1].length || a[0].localeCompare(b[0]));
  for (const [category, positions] of ordered) {
    const tiles = make("div", { class: "tiles" });
    positions.sort((a, b) => report.operations[b].level - report.operations[a].level);
    for (const position of positions) {
      const one = report.operations[position], level = report.levels[one.level];
      const why = [one.id, level.word, one.reason].filter(Boolean).join(" · ");
      tiles.append(make("button", { type: "button", class: "tile " + level.css, title: why, "aria-label": why, "data-operation": position }));
    }
    place.append(make("div", { class: "group" },
      make("h3", {}, category + " ", make("span", { class: "note" }, covered(positions) + " / " + positions.length)), tiles));
  }
  place.addEventListener("click", (event) => {
    const tile = event.target.closest("[data-operation]");
    if (tile) { showOperation(Number(tile.dataset.operation)); }
  });
}());
