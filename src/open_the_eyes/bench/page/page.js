// A click on a column's head sorts the table by it, a second one the other way round; cells without a number go last.
for (const table of document.querySelectorAll("table")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.firstChild.addEventListener("click", () => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    heads.forEach(other => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const key = row => row.cells[column].dataset.v;
    const rows = [...table.tBodies[0].rows].sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      if (x === undefined && y === undefined)
        return (up ? 1 : -1) * a.cells[column].textContent.localeCompare(b.cells[column].textContent, undefined, {numeric: true});
      if (x === undefined || y === undefined) return x === undefined ? 1 : -1;
      return (up ? 1 : -1) * (x - y);
    });
    table.tBodies[0].append(...rows);
  }));
}
