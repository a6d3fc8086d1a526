// What every drawing of samples over time shares: its size, the pointer, the keyboard, the tooltip and the table.

import { el, setAttribute } from "./dom.js";
import { follow, point } from "./cursor.js";

/** A tooltip that stays inside its host. */
export class Tip {
  constructor(host) {
    this.host = host;
    this.node = el("div", { class: "tip", role: "status", "aria-live": "polite" });
    host.append(this.node);
  }

  show(x, y, title, facts) {
    this.node.replaceChildren(el("b", {}, title), el("dl", {}, facts.map(([name, text]) => [el("dt", {}, name), el("dd", {}, text)])));
    const { width, height } = this.node.getBoundingClientRect();
    const room = this.host.clientWidth;
    const left = x + 14 + width > room ? Math.max(0, x - 14 - width) : x + 14;
    const top = Math.max(-8, Math.min(y - height / 2, this.host.clientHeight - height));
    this.node.style.setProperty("transform", `translate(${Math.round(left)}px, ${Math.round(top)}px)`);
    this.node.classList.add("on");
  }

  hide() { this.node.classList.remove("on"); }
}

/** Calls `draw(width)` now and whenever the host's width changes. */
export function onWidth(host, draw) {
  let width = 0;
  new ResizeObserver(() => {
    const now = Math.floor(host.clientWidth);
    if (now > 0 && now !== width) { width = now; draw(now); }
  }).observe(host);
}

/**
 * Makes a host's samples pointable: by mouse or touch, by arrow keys, and through the shared cursor.
 * `samples()` answers [{time}], `nearest(x, y)` the index under the pointer, `show(index, isMine)` draws it, `clear()` undoes that.
 */
export function pointable(host, { samples, nearest, show, clear, keys = {} }) {
  let at = -1;
  const others = (time) => {
    const all = samples();
    if (time === null || !all.length) return clear();
    let best = 0;
    for (let i = 1; i < all.length; i += 1) if (Math.abs(all[i].time - time) < Math.abs(all[best].time - time)) best = i;
    const step = all.length > 1 ? all[1].time - all[0].time : 0;
    if (Math.abs(all[best].time - time) > step) return clear();
    show(best, false);
  };
  follow(others);
  const move = (index) => {
    const all = samples();
    if (!all.length) return;
    at = Math.max(0, Math.min(all.length - 1, index));
    show(at, true);
    point(all[at].time, others);
  };
  const leave = () => { at = -1; clear(); point(null, others); };
  host.addEventListener("pointermove", (event) => {
    const box = host.getBoundingClientRect();
    const index = nearest(event.clientX - box.left, event.clientY - box.top);
    if (index >= 0) move(index);
    else leave();
  });
  host.addEventListener("pointerleave", leave);
  host.addEventListener("blur", leave);
  host.addEventListener("keydown", (event) => {
    if (event.target !== host) return;
    const last = samples().length - 1;
    const to = { ArrowLeft: at < 0 ? last : at - 1, ArrowRight: at < 0 ? 0 : at + 1, Home: 0, End: last }[event.key];
    if (to !== undefined) { event.preventDefault(); move(to); }
    else if (event.key === "Escape") leave();
    else if (keys[event.key]) { event.preventDefault(); keys[event.key](); move(at < 0 ? last : at); }
  });
}

/** The same figures as a table, closed until asked for, and filled only while open. */
export class AsTable {
  constructor(parent, caption) {
    this.caption = caption;
    this.box = el("div", { tabindex: "0", role: "region", "aria-label": caption });
    this.node = el("details", { class: "as-table" }, el("summary", {}, "As a table"), this.box);
    this.node.addEventListener("toggle", () => this.#fill());
    this.data = { columns: [], rows: [] };
    parent.append(this.node);
  }

  set(columns, rows) {
    this.data = { columns, rows };
    setAttribute(this.node, "hidden", rows.length ? null : "");
    this.#fill();
  }

  #fill() {
    if (!this.node.open) return;
    const { columns, rows } = this.data;
    this.box.replaceChildren(el("table", {}, el("caption", { class: "hidden" }, this.caption),
      el("thead", {}, el("tr", {}, columns.map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell, i) => (i === 0 ? el("th", { scope: "row" }, cell) : el("td", {}, cell))))))));
  }
}
