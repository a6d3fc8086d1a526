// The graph of a pipeline run: edges in SVG, each step a button over them.

import { el, keyed, roving, setAttribute, setText, svg } from "./dom.js";
import { duration } from "./format.js";
import { onWidth } from "./frame.js";
import { glyph, glyphOf, toneOf } from "./glyphs.js";
import { layers } from "./layers.js";

const HIGH = 50;

/** A graph in a host element; `onChoose(name)` is called for a picked step. */
export class Dag {
  #steps = [];
  #chosen = null;
  #width = 0;

  constructor(parent, onChoose) {
    this.svg = svg("svg", { "aria-hidden": "true" });
    this.nodes = el("div");
    this.host = el("div", { class: "dag", role: "group", "aria-label": "Steps of the run" }, this.svg, this.nodes);
    parent.append(this.host);
    this.onChoose = onChoose;
    roving(this.nodes, ".node", { horizontal: true });
    onWidth(this.host, (width) => { this.#width = width; this.#draw(); });
  }

  draw(steps, chosen) {
    this.#steps = steps;
    this.#chosen = chosen;
    this.#draw();
  }

  #draw() {
    if (!this.#width) return;
    const plan = layers(this.#steps);
    // Side by side where there is room, one below the other where there is not.
    const across = this.#width >= plan.layers * 150 || this.#width > 560;
    const wide = across ? Math.max(118, Math.min(176, this.#width / Math.max(1, plan.layers) - 34)) : Math.min(220, this.#width / Math.max(1, plan.slots) - 10);
    const [stepX, stepY] = across ? [plan.layers > 1 ? Math.max(wide + 30, Math.min(wide + 90, (this.#width - wide - 8) / (plan.layers - 1))) : 0, HIGH + 18] : [wide + 10, HIGH + 30];
    const height = across ? Math.max(176, plan.slots * stepY + 24) : plan.layers * stepY + 8;
    const total = across ? wide + stepX * (plan.layers - 1) + 8 : this.#width;
    const left = across ? Math.max(4, (this.#width - total) / 2 + 4) : 0;
    const place = new Map(plan.nodes.map((node) => [node.name, across
      ? { x: left + node.layer * stepX, y: height / 2 + node.slot * stepY - HIGH / 2 }
      : { x: this.#width / 2 + node.slot * stepX - wide / 2, y: 4 + node.layer * stepY }]));
    const states = new Map(this.#steps.map((step) => [step.name, step.status]));

    const lines = plan.edges.map(([from, to]) => {
      const a = place.get(from), b = place.get(to);
      const way = ["succeeded", "cached"].includes(states.get(from)) ? (states.get(to) === "running" ? "flowing" : "done") : "";
      const [x1, y1, x2, y2] = across ? [a.x + wide, a.y + HIGH / 2, b.x - 7, b.y + HIGH / 2] : [a.x + wide / 2, a.y + HIGH, b.x + wide / 2, b.y - 7];
      const bend = across ? `C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2} ${y2}` : `C${x1} ${(y1 + y2) / 2} ${x2} ${(y1 + y2) / 2} ${x2} ${y2}`;
      const head = across ? `M${x2 + 7} ${y2}l-8 -4.500v9z` : `M${x2} ${y2 + 7}l-4.500 -8h9z`;
      return [svg("path", { class: `edge ${way}`, d: `M${x1} ${y1}${bend}` }), svg("path", { class: `arrow ${way}`, d: head })];
    });
    this.svg.setAttribute("width", Math.max(total, 10));
    this.svg.setAttribute("height", height);
    this.svg.replaceChildren(...lines.flat());
    this.host.style.setProperty("height", `${height}px`);

    keyed(this.nodes, this.#steps, (step) => step.name, (step) => el("button", { class: "node", type: "button", onclick: () => this.onChoose(step.name) }, el("span"), el("b", {}, step.name), el("small")), (node, step) => {
      const at = place.get(step.name);
      for (const [property, value] of Object.entries({ left: `${at.x}px`, top: `${at.y}px`, width: `${wide}px`, height: `${HIGH}px` })) node.style.setProperty(property, value);
      if (node.dataset.status !== step.status) {
        node.dataset.status = step.status;
        setAttribute(node, "data-tone", toneOf(step.status));
        node.firstChild.replaceChildren(glyph(glyphOf(step.status)));
      }
      setAttribute(node, "aria-pressed", step.name === this.#chosen);
      const took = step.seconds !== null && step.status !== "cached" ? duration(step.seconds) : null;
      const again = step.attempt > 1 ? `attempt ${step.attempt}` : null;
      // Success is told by its drawing; the words are left for what it took.
      setText(node.lastChild, [step.status === "succeeded" && took ? null : step.status, took, again].filter(Boolean).join(" · "));
      setAttribute(node, "aria-label", [step.name, step.status, took, again].filter(Boolean).join(", "));
    });
    [...this.nodes.children].forEach((node, i) => { node.tabIndex = (this.#chosen ? node.getAttribute("aria-pressed") === "true" : i === 0) ? 0 : -1; });
  }
}
