// Small line drawings, so that no state is told by colour alone.

import { svg } from "./dom.js";

const paths = {
  check: "M3 8.500l3.200 3.200L13 4.800",
  cross: "M4 4l8 8M12 4l-8 8",
  bang: "M8 2.500v7M8 13v.2",
  ring: "M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11z",
  spin: "M8 2.500a5.500 5.500 0 1 0 5.500 5.500",
  dash: "M4 8h8",
  right: "M5.500 3l5 5-5 5",
  pause: "M5.500 3v10M10.500 3v10",
  again: "M13 8a5 5 0 1 1-1.600-3.700M13 2.500v2.800h-2.800",
  clock: "M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11zM8 5v3.200l2 1.300",
  data: "M3 4c0-2 10-2 10 0s-10 2-10 0v8c0 2 10 2 10 0V4M3 8c0 2 10 2 10 0",
  steps: "M2.500 3.500h4v3h-4zM9.500 9.500h4v3h-4zM6.500 5h2.500c1.500 0 2.500 1 2.500 2.500v2",
  gate: "M3 13.500v-11M13 13.500v-11M3 5h10M3 9h10",
  crown: "M2.500 12.500h11M3 10l-.8-5.500 3.300 2.300L8 3l2.500 3.800 3.300-2.300L13 10z",
  serve: "M2 8h11M9.500 4.500L13 8l-3.500 3.500",
  watch: "M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8zM8 6.300a1.700 1.700 0 1 0 0 3.400 1.700 1.700 0 0 0 0-3.400z",
  bell: "M8 2a4 4 0 0 0-4 4c0 4-1.500 5-1.500 5h11S12 10 12 6a4 4 0 0 0-4-4zM6.700 13.500h2.600",
  code: "M5.500 4L2 8l3.500 4M10.500 4L14 8l-3.500 4",
  box: "M8 2l5.500 3v6L8 14l-5.500-3V5zM2.500 5L8 8l5.500-3M8 8v6",
  target: "M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11zM8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  hand: "M3 13.500l7-7M8.500 3.500l4 4M10 2l4 4",
};

/** A drawing by name; decorative, so a label stands beside it. */
export function glyph(name, extra = "") {
  return svg("svg", { class: `glyph ${name === "spin" ? "spinning" : ""} ${extra}`.trim(), viewBox: "0 0 16 16", fill: "none", stroke: "currentColor", "stroke-width": 1.8, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" }, svg("path", { d: paths[name] || paths.ring }));
}

const states = {
  succeeded: ["good", "check"], cached: ["good", "again"], promoted: ["good", "check"], passed: ["good", "check"], ready: ["good", "check"], accepted: ["good", "check"], completed: ["good", "check"],
  running: ["busy", "spin"], starting: ["busy", "spin"], queued: ["", "clock"], pending: ["", "ring"], created: ["", "ring"],
  waiting: ["warn", "pause"], refused: ["", "dash"], skipped: ["", "dash"], cancelled: ["", "cross"], failed: ["bad", "cross"], rejected: ["bad", "cross"], lost: ["bad", "cross"],
};

/** The tone (a CSS name) and drawing of a state. */
export const toneOf = (state) => (states[state] || ["", "ring"])[0];
export const glyphOf = (state) => (states[state] || ["", "ring"])[1];
