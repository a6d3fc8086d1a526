// A chart over event time: lines, columns, thresholds, marks, lanes below, and a crosshair.

import { el, setAttribute, svg } from "./dom.js";
import { AsTable, Tip, onWidth, pointable } from "./frame.js";
import { scale, tickName, ticks, timeTicks } from "./scale.js";

const BOTTOM = 22, LANE_GAP = 8;

/** One chart in a host element. `draw(spec)` may be called as often as the data change. */
export class Plot {
  #spec = null;
  #width = 0;
  #pointed = null;
  #x = () => 0;
  #y = () => 0;

  constructor(parent, label, extra = "") {
    this.host = el("div", { class: `chart ${extra}`, role: "group", "aria-roledescription": "chart", "aria-label": label, tabindex: "0" });
    this.svg = svg("svg", { "aria-hidden": "true" });
    this.over = svg("g");
    this.host.append(this.svg);
    this.tip = new Tip(this.host);
    parent.append(this.host);
    this.table = new AsTable(parent, label);
    onWidth(this.host, (width) => { this.#width = width; this.#draw(); });
    pointable(this.host, {
      samples: () => this.#spec?.samples ?? [],
      nearest: (x) => this.#nearest(x),
      show: (index, mine) => this.#show(index, mine),
      clear: () => { this.#pointed = null; this.over.replaceChildren(); this.tip.hide(); },
    });
  }

  /**
   * spec: {height, x: [from, to], y: {domain, format, power?, ticks?}, lines: [{class, points: [[time, value|null]], area?}], dots: [{time, value, class, partial}],
   * columns: [{start, end, value, class}], thresholds: [{value, label, class}], marks: [{time, label, class}],
   * lanes: [{name, height, columns?|segments?}], samples: [{time, title, facts, dots: [{value, class}]}], table: {columns, rows}, margins(): {left, right}}
   */
  draw(spec) {
    this.#spec = spec;
    setAttribute(this.host, "aria-label", spec.label ?? this.host.getAttribute("aria-label"));
    this.table.set(spec.table?.columns ?? [], spec.table?.rows ?? []);
    this.#draw();
  }

  #draw() {
    const spec = this.#spec;
    const width = this.#width;
    if (!spec || width < 60) return;
    const { left = 44, right = 12 } = spec.margins?.() ?? {};
    const lanes = spec.lanes ?? [];
    const top = spec.marks?.length ? 20 : 8;
    const below = lanes.reduce((sum, lane) => sum + lane.height + LANE_GAP, lanes.length ? 6 : 0);
    const floor = spec.height - BOTTOM - below;
    const x = (this.#x = scale(spec.x, [left, width - right]));
    const y = (this.#y = scale(spec.y.domain, [floor, top], spec.y.power ?? 1));
    this.floor = spec.height - BOTTOM;
    this.top = top;
    const parts = [];
    const yTicks = spec.y.ticks ?? ticks(...spec.y.domain, Math.max(2, Math.floor((floor - top) / 42)));
    let lastLabel = Infinity;
    for (const value of yTicks) {
      const at = Math.round(y(value)) + 0.5;
      parts.push(svg("line", { class: value === spec.y.domain[0] ? "axis" : "gridline", x1: left, x2: width - right, y1: at, y2: at }));
      if (lastLabel - at < 13) continue;
      lastLabel = at;
      parts.push(svg("text", { x: left - 8, y: at + 4, "text-anchor": "end" }, spec.y.format(value)));
    }
    for (const tick of timeTicks(...spec.x, Math.max(2, Math.floor(width / 90)))) {
      const at = x(tick.at);
      if (at > width - right - 8 || at < left) continue;
      parts.push(svg("text", { x: at, y: spec.height - 5, "text-anchor": at < left + 14 ? "start" : "middle" }, tickName(tick)));
    }
    for (const { start, end, value, class: name } of spec.columns ?? []) parts.push(column(x(start), x(end), y(Math.max(value, spec.y.domain[0])), floor, name));
    for (const threshold of spec.thresholds ?? []) {
      if (threshold.value < spec.y.domain[0] || threshold.value > spec.y.domain[1]) continue;
      const at = Math.round(y(threshold.value)) + 0.5;
      parts.push(svg("line", { class: `threshold ${threshold.class ?? ""}`, x1: left, x2: width - right, y1: at, y2: at }));
      parts.push(svg("text", { class: threshold.class === "warn" ? "on-warn" : "on-bad", x: width - right, y: at - 5, "text-anchor": "end" }, threshold.label));
    }
    for (const mark of spec.marks ?? []) {
      const at = Math.round(x(mark.time)) + 0.5;
      if (at < left || at > width - right + 1) continue;
      parts.push(svg("line", { class: "mark", x1: at, x2: at, y1: 12, y2: floor }));
      parts.push(mark.class === "good"
        ? svg("path", { class: "mark-head good", d: `M${at} 3l5 5-5 5-5-5z` }, svg("title", {}, mark.label))
        : svg("path", { class: "mark-head bad", d: `M${at - 4} 4l8 8M${at + 4} 4l-8 8` }, svg("title", {}, mark.label)));
    }
    for (const line of spec.lines ?? []) {
      const runs = unbroken(line.points);
      if (line.area) for (const run of runs) if (run.length > 1) parts.push(svg("path", { class: "area", d: `${path(run, x, y)}L${x(run.at(-1)[0])} ${floor}L${x(run[0][0])} ${floor}z` }));
      for (const run of runs) parts.push(svg("path", { class: `series ${line.class}`, d: run.length > 1 ? path(run, x, y) : `${path(run, x, y)}h.1` }));
    }
    for (const dot of spec.dots ?? []) parts.push(svg("circle", { class: `dot ${dot.class} ${dot.partial ? "partial" : ""}`, cx: x(dot.time), cy: y(dot.value), r: 3.1 }));
    let at = floor + LANE_GAP + 6;
    for (const lane of lanes) {
      parts.push(svg("text", { x: left - 8, y: at + lane.height - Math.max(0, (lane.height - 9) / 2), "text-anchor": "end" }, lane.name));
      const up = scale([0, 1], [at + lane.height, at]);
      for (const bar of lane.columns ?? []) {
        parts.push(column(x(bar.start), x(bar.end), at, at + lane.height, "soft lane"));
        parts.push(column(x(bar.start), x(bar.end), up(Math.min(1, bar.value)), at + lane.height, "column"));
      }
      (lane.segments ?? []).forEach((segment, i) => {
        const from = Math.max(left, x(segment.start));
        const wide = Math.min(width - right, x(segment.end)) - from - 1.5;
        if (wide <= 0) return;
        parts.push(svg("rect", { class: `reign ${i % 2 ? "odd" : ""}`, x: from, y: at, width: wide, height: lane.height, rx: 3 }, svg("title", {}, segment.title)));
        if (wide > 24) parts.push(svg("text", { class: "reign-name", x: from + 6, y: at + lane.height / 2 + 4 }, segment.name));
      });
      at += lane.height + LANE_GAP;
    }
    this.over.replaceChildren();
    this.svg.setAttribute("viewBox", `0 0 ${width} ${spec.height}`);
    this.svg.setAttribute("height", spec.height);
    this.svg.replaceChildren(...parts, this.over);
    // New figures do not take the crosshair away from who is reading.
    if (this.#pointed && this.#pointed[0] < (spec.samples?.length ?? 0)) this.#show(...this.#pointed);
  }

  #nearest(x) {
    const samples = this.#spec?.samples ?? [];
    let best = -1;
    for (let i = 0; i < samples.length; i += 1) if (best < 0 || Math.abs(this.#x(samples[i].time) - x) < Math.abs(this.#x(samples[best].time) - x)) best = i;
    return best;
  }

  #show(index, mine) {
    this.#pointed = [index, mine];
    const sample = this.#spec.samples[index];
    const x = Math.round(this.#x(sample.time)) + 0.5;
    const dots = (sample.dots ?? []).filter((dot) => dot.value !== null);
    this.over.replaceChildren(svg("line", { class: "cursor-line", x1: x, x2: x, y1: this.top, y2: this.floor }), ...dots.map((dot) => svg("circle", { class: `cursor-dot ${dot.class ?? ""}`, cx: x, cy: this.#y(dot.value), r: 4.5 })));
    if (mine) this.tip.show(x, dots.length ? this.#y(dots[0].value) : this.top + 30, sample.title, sample.facts);
    else this.tip.hide();
  }
}

function column(from, to, top, bottom, name) {
  const gap = to - from > 6 ? 1.5 : 0.5;
  return svg("rect", { class: name.includes("column") ? name : `column ${name}`, x: from + gap / 2, y: Math.min(top, bottom - 0.5), width: Math.max(0.8, to - from - gap), height: Math.max(0.5, bottom - top), rx: Math.min(2, (to - from) / 4) });
}

/** Points without a value break a line rather than being bridged. */
function unbroken(points) {
  const runs = [[]];
  for (const point of points) {
    if (point[1] === null || point[1] === undefined) runs.push([]);
    else runs.at(-1).push(point);
  }
  return runs.filter((run) => run.length);
}

const path = (run, x, y) => run.map(([time, value], i) => `${i ? "L" : "M"}${x(time).toFixed(1)} ${y(value).toFixed(1)}`).join("");
