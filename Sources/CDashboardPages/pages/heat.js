// A heat map: one row a feature, one column a window, colour by how far a value is beyond its thresholds.

import { el, svg } from "./dom.js";
import { Tip, onWidth, pointable } from "./frame.js";
import { tickName } from "./scale.js";

const ROW = 24, GAP = 1.5, FOOT = 22;

/** The step of the colour scale for a value, from 0 (calm) to 5; from 3 on it is beyond the alert threshold. */
export function level(value, warn, alert) {
  if (value === null) return -1;
  return [warn / 2, warn, alert, alert * 4, alert * 16].filter((limit) => value >= limit).length;
}

/** The map in a host element; `onChoose(row)` is called when a row is picked. */
export class Heat {
  #spec = null;
  #width = 0;
  #first = 0;
  #pointed = null;
  #here = { row: 0, column: -1 };

  constructor(parent, label, onChoose) {
    this.host = el("div", { class: "heat", role: "group", "aria-roledescription": "heat map", "aria-label": label, tabindex: "0" });
    this.svg = svg("svg", { "aria-hidden": "true" });
    this.over = svg("g");
    this.host.append(this.svg);
    this.tip = new Tip(this.host);
    this.onChoose = onChoose;
    parent.append(this.host);
    onWidth(this.host, (width) => { this.#width = width; this.#draw(); });
    this.host.addEventListener("click", () => { if (this.#spec?.rows[this.#here.row]) this.onChoose(this.#spec.rows[this.#here.row].name); });
    const step = (by) => () => this.#stepRow(by);
    pointable(this.host, {
      samples: () => this.#spec?.columns.slice(this.#first) ?? [],
      nearest: (x, y) => this.#nearest(x, y),
      show: (index, mine) => this.#show(index, mine),
      clear: () => { this.#pointed = null; this.over.replaceChildren(); this.tip.hide(); },
      keys: { ArrowUp: step(-1), ArrowDown: step(1) },
    });
  }

  /** spec: {columns: [{time, title}], rows: [{name, values: [number|null], facts(column)}], warn, alert, chosen} */
  draw(spec) {
    this.#spec = spec;
    if (!this.#pointed) this.#here.row = Math.max(0, spec.rows.findIndex((row) => row.name === spec.chosen));
    this.#here.row = Math.min(this.#here.row, spec.rows.length - 1);
    this.#draw();
  }

  /** Where the columns lie, so that a chart below can lie under them: {left, right, first}. */
  margins() {
    const shown = this.#spec.columns.length - this.#first;
    return { left: this.left, right: this.#width - this.left - shown * this.wide + GAP };
  }

  /** The first column that fits. */
  get first() { return this.#first; }

  #stepRow(by) {
    const rows = this.#spec.rows;
    this.#here.row = Math.max(0, Math.min(rows.length - 1, this.#here.row + by));
    this.onChoose(rows[this.#here.row].name);
  }

  #draw() {
    const spec = this.#spec;
    if (!spec || this.#width < 60) return;
    const left = (this.left = this.#width < 520 ? 92 : 132);
    const fits = Math.max(1, Math.floor((this.#width - left) / 6));
    this.#first = Math.max(0, spec.columns.length - fits);
    const columns = spec.columns.slice(this.#first);
    const wide = (this.wide = Math.min(60, (this.#width - left) / Math.max(columns.length, 8)));
    const parts = [];
    spec.rows.forEach((row, r) => {
      const y = r * ROW;
      const isChosen = row.name === spec.chosen;
      parts.push(svg("text", { class: `row-name ${isChosen ? "chosen" : ""}`, x: left - 10, y: y + ROW / 2 + 4, "text-anchor": "end" }, clip(row.name, left < 100 ? 13 : 19), svg("title", {}, row.name)));
      columns.forEach((_, c) => {
        const value = row.values[this.#first + c] ?? null;
        const step = level(value, spec.warn, spec.alert);
        if (step < 0) return;
        const x = left + c * wide;
        parts.push(svg("rect", { class: `cell l${step}`, x, y: y + GAP / 2, width: Math.max(1, wide - GAP), height: ROW - GAP, rx: Math.min(3, wide / 4) }));
        if (step >= 3) parts.push(svg("circle", { class: "over", cx: x + (wide - GAP) / 2, cy: y + ROW / 2, r: Math.min(2, wide / 5) }));
      });
      if (isChosen) parts.push(svg("rect", { class: "chosen-row", x: left - 2.5, y: y - 0.5, width: columns.length * wide + 3.5, height: ROW + 1, rx: 5 }));
    });
    const height = spec.rows.length * ROW + FOOT;
    let free = -Infinity;
    columns.forEach((column, c) => {
      const now = new Date(column.time), before = c ? new Date(columns[c - 1].time) : null;
      if (before && before.getUTCMonth() === now.getUTCMonth() && columns.length > 8) return;
      const x = left + c * wide;
      if (x < free || x > this.#width - 30) return;
      free = x + 46;
      parts.push(svg("text", { x, y: height - 5 }, tickName({ at: column.time, unit: columns.length > 8 ? "month" : "day" })));
    });
    this.svg.setAttribute("viewBox", `0 0 ${this.#width} ${height}`);
    this.svg.setAttribute("height", height);
    this.over.replaceChildren();
    this.svg.replaceChildren(...parts, this.over);
    if (this.#pointed && this.#pointed[0] < columns.length) this.#show(...this.#pointed);
  }

  #nearest(x, y) {
    const spec = this.#spec;
    if (!spec) return -1;
    const row = Math.floor(y / ROW);
    if (row < 0 || row >= spec.rows.length) return -1;
    this.#here.row = row;
    const shown = spec.columns.length - this.#first;
    return Math.max(0, Math.min(shown - 1, Math.floor((x - this.left) / this.wide)));
  }

  #show(index, mine) {
    this.#pointed = [index, mine];
    const x = this.left + index * this.wide;
    const spec = this.#spec;
    const column = this.#first + index;
    if (!mine) {
      this.tip.hide();
      this.over.replaceChildren(svg("line", { class: "cursor-line", x1: x + this.wide / 2, x2: x + this.wide / 2, y1: 0, y2: spec.rows.length * ROW }));
      return;
    }
    const row = spec.rows[this.#here.row];
    this.over.replaceChildren(svg("rect", { class: "here", x: x - 0.5, y: this.#here.row * ROW, width: this.wide, height: ROW, rx: 3 }));
    this.tip.show(x + this.wide / 2, this.#here.row * ROW + ROW / 2, `${row.name} · ${spec.columns[column].title}`, row.facts(column));
  }
}

const clip = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
