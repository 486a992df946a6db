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
      tiles.append(make("button", { type: "button", class: "tile " + level.css, title: why, "aria-label": why, "data-operation": position, tabindex: tiles.childElementCount ? -1 : 0 }));
    }
    place.append(make("div", { class: "group" },
      make("h3", {}, category + " ", make("span", { class: "note" }, covered(positions) + " / " + positions.length)), tiles));
  }
  place.addEventListener("click", (event) => {
    const tile = event.target.closest("[data-operation]");
    if (tile) { showOperation(Number(tile.dataset.operation)); }
  });
  /* One stop of the Tab key per category; the arrows go from tile to tile. */
  place.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    const tile = event.target.closest(".tile");
    if (!step || !tile) { return; }
    const tiles = [...tile.parentNode.children];
    const next = tiles[Math.min(Math.max(tiles.indexOf(tile) + step, 0), tiles.length - 1)];
    tile.tabIndex = -1; next.tabIndex = 0; next.focus();
    event.preventDefault();
  });
}());
