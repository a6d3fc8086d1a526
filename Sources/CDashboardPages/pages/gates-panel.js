// Gate decisions: a row a decision, opened to all its checks and groups.

import { arrange, byID, el, empty, failed, roving, setAttribute, setText } from "./dom.js";
import { count, date, figure, metricName, NONE, percent, signed } from "./format.js";
import { glyph, glyphOf, toneOf } from "./glyphs.js";
import { bell } from "./models-panel.js";

/** A state as a word with its drawing. */
export const pill = (state) => el("span", { class: `pill ${toneOf(state)}` }, glyph(glyphOf(state)), state);

const opened = new Set();

function fairnessCell(decision) {
  if (!decision.fairness.length) return NONE;
  return decision.fairness.map((check) => {
    const spread = spreadOf(check);
    return el("div", { class: check.passed ? "" : "bad" }, glyph(check.passed ? "check" : "cross", check.passed ? "good" : "bad"), ` ${figure(spread)} `, el("span", { class: "quiet" }, check.group || check.name));
  });
}

function spreadOf(check) {
  if (check.value !== null) return check.value;
  const judged = check.groups.filter((g) => g.judged && g.value !== null).map((g) => g.value);
  return judged.length > 1 ? Math.max(...judged) - Math.min(...judged) : check.challenger;
}

/** All figures of one check. */
export function checkCard(check) {
  const figures = [
    check.champion !== null && `champion ${figure(check.champion)}`, check.challenger !== null && `challenger ${figure(check.challenger)}`, check.confidence !== null && `sure ${percent(check.confidence, 1)}`,
    check.value !== null && `value ${figure(check.value)}`, check.threshold !== null && `limit ${figure(check.threshold)}`,
  ].filter(Boolean);
  return el("div", { class: "check" },
    el("h4", {}, glyph(check.passed ? "check" : "cross", check.passed ? "good" : "bad"), el("span", { class: "hidden" }, check.passed ? "passed: " : "failed: "), check.name || metricName(check.metric)),
    figures.length > 0 && el("p", {}, figures.join(" · ")), check.message && el("p", {}, check.message),
    check.groups.length > 0 && el("div", { class: "groups" }, check.groups.map((group) => {
      const off = group.judged ? "" : "off";
      const fill = el("i");
      fill.style.setProperty("width", `${Math.max(0, Math.min(1, group.value ?? 0)) * 100}%`);
      return [el("span", { class: off }, group.group), el("span", { class: `bar ${off}`, "aria-hidden": "true" }, fill), el("span", { class: off }, group.value !== null ? figure(group.value) : NONE, el("span", { class: "quiet" }, ` n ${count(group.n)}${group.judged ? "" : ", too few to judge"}`))];
    })));
}

function rowsOf(decision, bounds) {
  const open = opened.has(decision.id);
  const button = el("button", { class: "opener", type: "button", "aria-expanded": String(open), tabindex: "-1", "aria-controls": `checks-${decision.id}`, "aria-label": `Checks of version ${decision.version}` }, glyph("right"));
  const cell = (label, name, ...children) => el("td", { role: "cell", "data-label": label, class: name }, children);
  const change = decision.champion !== null && decision.challenger !== null ? decision.challenger - decision.champion : null;
  const row = el("tr", { class: "row", role: "row" },
    el("td", { role: "cell", class: "open" }, button), cell("Event time", "", el("span", {}, date(decision.at))), cell("Version", "", el("span", {}, el("b", {}, `v${decision.version}`), el("span", { class: "quiet" }, decision.previous ? ` against v${decision.previous}` : ", the first"))),
    cell("Decision", "", pill(decision.decision)),
    cell(metricName(decision.metric), "", el("span", { class: "pair" }, el("span", {}, el("span", { class: "a", title: "champion" }, figure(decision.champion)), " → ", el("span", { class: "b", title: "challenger" }, figure(decision.challenger))), bell(decision, bounds), change !== null && el("span", { class: change >= 0 ? "good" : "bad" }, signed(change)))),
    cell("Sure", "number", el("span", {}, percent(decision.confidence, 1))), cell("Fairness", "", fairnessCell(decision)), cell("", "reason", decision.summary));
  const inner = el("tr", { id: `checks-${decision.id}`, role: "row", hidden: !open }, el("td", { colspan: "8", role: "cell" },
    el("div", { class: "checks" }, decision.checks.map(checkCard)),
    el("p", { class: "quiet" }, [decision.rows !== null && `Both were scored on the same ${count(decision.rows)} rows`, decision.holdout && `of ${decision.holdout}`, decision.actor && `decided by ${decision.actor}`].filter(Boolean).join(", "))));
  const toggle = () => {
    const now = inner.hidden;
    inner.hidden = !now;
    setAttribute(button, "aria-expanded", now);
    if (now) opened.add(decision.id);
    else opened.delete(decision.id);
  };
  button.addEventListener("click", (event) => { event.stopPropagation(); toggle(); });
  row.addEventListener("click", () => { if (!String(getSelection())) toggle(); });
  return [row, inner];
}

/** Draws the table whenever a decision is made. */
export function gatesPanel(store) {
  const host = byID("gates");
  const rows = el("tbody", { role: "rowgroup" });
  const table = el("table", { role: "table", "aria-label": "Gate decisions, newest first" }, el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ["", "Event time", "Version", "Decision", "Champion → challenger", "Sure", "Fairness", "Reason"].map((name, i) => el("th", { scope: "col", role: "columnheader", class: i === 5 ? "number" : "" }, name || el("span", { class: "hidden" }, "Open"))))), rows);
  const frame = el("div", { class: "gates" }, table);
  roving(rows, ".opener");
  store.watch(["promotions"], () => {
    const decisions = store.value("promotions");
    if (decisions === undefined) return void (store.error("promotions") && host.replaceChildren(failed(store.error("promotions"))));
    if (!decisions.length) return host.replaceChildren(empty("No decision yet", "When a pipeline registers a version, it is scored against the champion on the same held-out rows.", "martlet promote MODEL --explain"));
    const figures = decisions.flatMap((d) => [d.champion, d.challenger]).filter((v) => v !== null);
    const bounds = figures.length ? [Math.min(...figures), Math.max(...figures) + 1e-9] : [0, 1];
    arrange(rows, decisions.flatMap((decision) => rowsOnce(decision, bounds)));
    // One opener is a tab stop; from there the arrow keys lead on.
    if (!rows.querySelector('.opener[tabindex="0"]')) rows.querySelector(".opener").tabIndex = 0;
    if (frame.parentNode !== host) host.replaceChildren(frame);
    const counted = (state) => decisions.filter((d) => d.decision === state).length;
    setText(byID("gates-aside"), [`${counted("promoted")} promoted, ${counted("refused")} refused`, counted("waiting") && `${counted("waiting")} waiting for a person`, counted("pending") && `${counted("pending")} being judged`].filter(Boolean).join(", "));
  });
}

const built = new Map();

/** The rows of a decision, made anew only when one of its figures differs. */
function rowsOnce(decision, bounds) {
  const text = JSON.stringify([decision, bounds]);
  if (built.get(decision.id)?.text !== text) built.set(decision.id, { text, rows: rowsOf(decision, bounds) });
  return built.get(decision.id).rows;
}
