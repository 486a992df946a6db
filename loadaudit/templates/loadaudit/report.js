(function () {
  "use strict";
  var table = document.getElementById("table"), body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
  var shown = document.getElementById("shown"), filter = document.getElementById("filter");

  function key(row, column) {
    var cell = row.cells[column], value = cell.dataset.sort;
    return value === undefined ? cell.textContent : value;
  }

  function sortBy(column) {
    var numeric = column > 1, old = heads[column].getAttribute("aria-sort");
    // Figures are looked at from the largest, names from A.
    var next = old ? (old === "ascending" ? "descending" : "ascending") : (column > 2 ? "descending" : "ascending");
    var sign = next === "ascending" ? 1 : -1;
    heads.forEach(function (head) { head.removeAttribute("aria-sort"); });
    heads[column].setAttribute("aria-sort", next);
    rows.sort(function (a, b) {
      var x = key(a, column), y = key(b, column);
      return sign * (numeric ? x - y : x.localeCompare(y));
    });
    rows.forEach(function (row) { body.appendChild(row); });
  }

  function apply() {
    var words = filter.value.toLowerCase().split(/\s+/).filter(Boolean), count = 0;
    rows.forEach(function (row) {
      var text = row.textContent.toLowerCase();
      var match = words.every(function (word) { return text.indexOf(word) >= 0; });
      row.hidden = !match;
      count += match ? 1 : 0;
    });
    shown.textContent = count + " / " + rows.length;
  }

  heads.forEach(function (head, column) {
    head.querySelector("button").addEventListener("click", function () { sortBy(column); });
  });
  filter.addEventListener("input", apply);
  apply();
}());
