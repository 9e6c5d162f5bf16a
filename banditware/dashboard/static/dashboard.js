// Draws the charts from the tables of the page, and keeps the overview current. Pages say the same
// without it.
(() => {
  "use strict";

  const REFRESH = 10_000;
  const root = document.documentElement;
  root.classList.add("scripted");

  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();

  /** Return times in seconds, names, and one list of numbers for each name. */
  function read(table) {
    const names = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent);
    const rows = [...table.tBodies[0].rows];
    const times = rows.map((row) => Number(row.cells[0].dataset.at));
    const labels = rows.map((row) => row.cells[0].textContent);
    const values = names.map((_, column) =>
      rows.map((row) => {
        const text = row.cells[column + 1].dataset.value;
        return text === "" ? null : Number(text);
      }),
    );
    return { names, times, labels, values };
  }

  const percent = (value) => `${+(value * 100).toPrecision(3)}%`;

  /** A small box beside the pointer that says the numbers of one step. */
  function tip({ names, labels, values }) {
    const box = document.createElement("div");
    box.className = "tip";
    box.hidden = true;
    return {
      hooks: {
        init: (plot) => plot.over.append(box),
        setCursor: (plot) => {
          const { idx, left } = plot.cursor;
          box.hidden = idx == null || left < 0;
          if (box.hidden) return;
          const lines = names
            .map((name, index) => [name, values[index][idx]])
            .filter(([, value]) => value !== null)
            .map(([name, value]) => `${name}  ${percent(value)}`);
          box.replaceChildren();
          for (const text of [labels[idx], ...lines]) {
            const line = document.createElement("div");
            line.textContent = text;
            box.append(line);
          }
          const right = left > plot.over.clientWidth / 2;
          box.style.left = right ? "" : `${left + 14}px`;
          box.style.right = right ? `${plot.over.clientWidth - left + 14}px` : "";
          box.style.top = "4px";
        },
      },
    };
  }

  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

  /** Say times in UTC, as the table does. */
  function moments(splits) {
    return splits.map((seconds) => {
      const then = new Date(seconds * 1000);
      const hours = then.getUTCHours();
      if (hours) return `${String(hours).padStart(2, "0")}:00`;
      return `${then.getUTCDate()} ${MONTHS[then.getUTCMonth()]}`;
    });
  }

  function draw(place) {
    const table = place.closest("figure").querySelector("table");
    const found = read(table);
    const share = place.dataset.kind === "share";
    const axis = {
      stroke: colour("--muted"),
      grid: { stroke: colour("--edge"), width: 1 },
      ticks: { show: false },
      font: `11px ${getComputedStyle(document.body).fontFamily}`,
    };
    const points = { show: found.times.length < 3 };
    const options = {
      width: place.clientWidth,
      height: 220,
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      legend: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      scales: { y: { range: (_, low, high) => [0, share ? 1 : high > 0 ? high * 1.15 : 1] } },
      axes: [
        { ...axis, grid: { show: false }, size: 30, values: (_, splits) => moments(splits) },
        { ...axis, size: 46, values: (_, splits) => splits.map(percent) },
      ],
      series: [
        {},
        ...found.names.map((name, index) => ({
          label: name,
          stroke: colour(`--c${index % 8}`),
          width: 2,
          dash: index < 8 ? undefined : [6, 4],
          points,
        })),
      ],
      plugins: [tip(found)],
    };
    place.replaceChildren();
    return new uPlot(options, [found.times, ...found.values], place);
  }

  function drawAll() {
    if (typeof uPlot === "undefined") return;
    for (const place of document.querySelectorAll(".plot")) draw(place);
  }

  drawAll();

  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return; // as when a phone's address bar moves
    width = window.innerWidth;
    drawAll();
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);

  /** Take in the rows of a new copy of the page, unless somebody is in the middle of something. */
  async function refresh() {
    const main = document.querySelector("main[data-refreshes]");
    if (!main || document.hidden || main.contains(document.activeElement)) return;
    const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
    if (!answer || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const content = page.querySelector("main[data-refreshes]");
    if (content && !main.contains(document.activeElement)) {
      main.replaceChildren(...content.childNodes);
    }
  }

  if (document.querySelector("main[data-refreshes]")) setInterval(refresh, REFRESH);
})();
