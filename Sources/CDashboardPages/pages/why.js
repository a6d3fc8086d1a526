// Why an answer was what it was: the evidence for one address as a chain, from the answer back to data and code.

import { get, Problem, tail } from "./api.js";
import { byID, el, empty, failed, hasEvidence } from "./dom.js";
import { count, date, duration, figure, isNumber, milliseconds, moment, percent, time } from "./format.js";
import { checkCard, pill } from "./gates-panel.js";
import { glyph } from "./glyphs.js";
import * as shapes from "./shapes.js";

// What may stand in an evidence document, in the order of the chain: title, drawing, and how the next link follows from it.
const links = [
  [["prediction"], "Prediction", "target", "answered by"],
  [["deployment"], "Deployment", "serve", "served"],
  [["model_version", "model", "version"], "Model version", "crown", "let through by"],
  [["promotion", "decision", "gate", "gate_decision"], "Gate decision", "gate", "approved by"],
  [["approval", "approved_by", "approver", "approvals"], "Approval", "hand", "made by"],
  [["run", "tracking_run"], "Run", "watch", "part of"],
  [["pipeline_run", "pipeline"], "Pipeline run", "steps", "made of"],
  [["steps", "step_attempts"], "Step attempts", "steps", "which read"],
  [["datasets", "dataset_versions", "data"], "Data", "data", "with code"],
  [["code", "source"], "Code", "code", "in environment"],
  [["environment", "lock", "environment_lock"], "Environment", "box", ""],
  [["missing"], "Not known", "bang", ""],
];
/** The fields that a heading tells already. */
function named(value) {
  const own = identity(value);
  return new Set(["name", "version", "id", "address", "commit"].filter((name) => value[name] === own || (own === `${value.name} version ${value.version}` && (name === "name" || name === "version"))));
}

const hidden = new Set(["address", "subject", "kind", "summary", "text", "edges", "lineage", "id"]);

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const words = (name) => String(name).replaceAll("_", " ").replace(/ (ms|seconds)$/, "").replace(/^seconds$/, "took").replace(/\b(id|url|uri|mlflow|cpu)\b/g, (w) => ({ mlflow: "MLflow" })[w] ?? w.toUpperCase()).replace(/^./, (c) => c.toUpperCase());

/** One value as text or an element, by what it looks like. */
function shown(name, value) {
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "boolean") return name === "dirty" ? (value ? el("span", { class: "warn" }, "yes, the tree had uncommitted changes") : "no") : value ? "yes" : "no";
  if (isNumber(value)) return /_ms$/.test(name) ? milliseconds(value) : name === "seconds" ? duration(value) : Number.isInteger(value) ? count(value) : figure(value, 4);
  if (typeof value === "string") {
    if (/^\d{4}-\d\d-\d\dT/.test(value) && time(value) !== null) return el("time", { datetime: value, title: value }, `${moment(value)} UTC`);
    if (hasEvidence(value)) return el("a", { href: `/why/${tail(value)}` }, value);
    if (/^[0-9a-f]{20,}$/.test(value) || /hash|digest|commit|_id$|^id$/.test(name)) return el("span", {}, el("code", {}, value), copyButton(value));
    return value;
  }
  if (Array.isArray(value)) return value.every((v) => !isObject(v)) ? value.join(", ") : null;
  return null;
}

function copyButton(value) {
  const button = el("button", { class: "copy", type: "button", "aria-label": `Copy ${value}` }, "copy");
  button.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(value); button.textContent = "copied"; } catch { button.textContent = "not allowed"; }
  });
  return button;
}

function rows(object, skip = new Set()) {
  const found = Object.entries(object).filter(([name]) => !skip.has(name)).map(([name, value]) => [name, shown(name, value)]).filter(([, node]) => node !== null);
  return found.length ? el("dl", { class: "rows" }, found.map(([name, node]) => [el("dt", {}, words(name)), el("dd", {}, node)])) : null;
}

/** Objects within, which rows cannot show, are given as JSON behind a disclosure. */
function remainder(object, skip = new Set()) {
  const deep = Object.entries(object).filter(([name, value]) => !skip.has(name) && value !== null && typeof value === "object" && shown(name, value) === null && Object.keys(value).length);
  return deep.map(([name, value]) => el("details", {}, el("summary", {}, words(name)), el("pre", { tabindex: "0" }, JSON.stringify(value, null, 2))));
}

const chips = (values) => el("ul", { class: "features", "aria-label": "Inputs" }, Object.entries(values).map(([name, value]) => el("li", {}, el("b", {}, name), typeof value === "number" ? (Number.isInteger(value) ? String(value) : figure(value)) : value === null ? "empty" : String(value))));

const bodies = {
  Prediction(value) {
    const inputs = isObject(value.inputs) ? value.inputs : isObject(value.input) ? value.input : null;
    const skip = new Set([...named(value), "inputs", "input"]);
    return [rows(value, skip), inputs && chips(inputs), ...remainder(value, skip)];
  },
  "Gate decision"(value) {
    const decision = shapes.promotion(value);
    const skip = new Set([...named(value), "model", "checks", "metrics", "summary", "decision", "holdout"]);
    return [el("p", {}, decision.decision && pill(decision.decision), " ", decision.summary), rows({ ...value, ...(decision.confidence !== null ? { sure: percent(decision.confidence, 1) } : {}), ...(decision.holdout ? { held_out: `${decision.holdout}${decision.rows !== null ? `, ${count(decision.rows)} rows` : ""}` } : {}) }, skip),
      decision.checks.length > 0 && el("details", {}, el("summary", {}, `All ${decision.checks.length} checks`), el("div", { class: "checks" }, decision.checks.map(checkCard)))];
  },
};

function one(title, value) {
  if (!isObject(value)) return [el("p", {}, shown("", value) ?? String(value))];
  return (bodies[title] ?? ((v) => [rows(v, named(v)), ...remainder(v)]))(value);
}

// Of a step or a dataset version these are left to the whole document.
const aside = new Set(["after", "started", "finished", "model", "model_version", "dataset", "actor", "created", "schema", "profile", "parts", "outputs", "failures", "mode", "base"]);

/** Many small pieces of evidence: an address and its few figures a line. */
function lines(values) {
  return el("ul", { class: "lines" }, values.map((value) => {
    if (!isObject(value)) return el("li", {}, shown("", value) ?? String(value));
    if (value.what !== undefined && value.why !== undefined) return el("li", {}, el("b", {}, words(value.what)), `: ${value.why}`);
    const own = identity(value);
    const facts = Object.entries(value).filter(([name, v]) => !named(value).has(name) && !aside.has(name) && v !== false).map(([name, v]) => [name, name === "status" ? pill(v) : shown(name, v)]).filter(([, node]) => node !== null);
    return el("li", {}, el("p", {}, shown("address", own) ?? ""), facts.length > 0 && el("dl", { class: "inline-facts" }, facts.map(([name, node]) => el("div", {}, el("dt", {}, words(name)), el("dd", {}, node)))), ...remainder(value, aside));
  }));
}

/** The identity of a piece of evidence, for its heading. */
function identity(value) {
  if (!isObject(value)) return "";
  return value.address ?? (value.name !== undefined && value.version !== undefined ? `${value.name} version ${value.version}` : value.name ?? value.id ?? value.commit ?? "");
}

function link(title, drawing, relation, value) {
  const many = Array.isArray(value);
  const inside = many ? [lines(value)] : one(title, value);
  return el("li", { class: "link" }, el("span", { class: "knot" }, glyph(drawing)),
    el("div", { class: "evidence" }, el("h2", {}, title, many || !identity(value) ? null : el("small", {}, String(identity(value)), copyButton(String(identity(value))))), inside), relation && el("span", { class: "relation", "aria-hidden": "true" }, `↓ ${relation}`));
}

function chain(answer) {
  const taken = new Set();
  const found = [];
  for (const [names, title, drawing, relation] of links) {
    const name = names.find((n) => answer[n] !== undefined && answer[n] !== null && !(Array.isArray(answer[n]) && !answer[n].length));
    if (!name) continue;
    taken.add(name);
    found.push([title, drawing, relation, answer[name]]);
  }
  for (const [name, value] of Object.entries(answer)) if (!taken.has(name) && !hidden.has(name) && value !== null && typeof value === "object" && Object.keys(value).length) found.push([words(name), "ring", "", value]);
  return found.map(([title, drawing, relation, value], i) => link(title, drawing, i < found.length - 1 ? relation : "", value));
}

/** The answer in one sentence, from what the evidence holds. */
function summary(answer) {
  if (answer.summary || answer.sentence) return el("p", { class: "answer-line" }, String(answer.summary ?? answer.sentence));
  const prediction = answer.prediction, version = answer.model_version ?? answer.model, decision = answer.promotion ?? answer.decision;
  if (!isObject(prediction) || !isObject(version)) return null;
  const score = prediction.score ?? prediction.output ?? prediction.value;
  return el("p", { class: "answer-line" }, "The answer ", el("b", {}, isNumber(score) ? figure(score) : String(score ?? "")), prediction.time ? ` of ${date(prediction.event_time ?? prediction.time)}` : "", " came from ", el("b", {}, `${version.name ?? ""} version ${version.version ?? ""}`), isObject(decision) && decision.decision ? `, which the gate ${decision.decision} on the figures below.` : ".");
}

async function ask(address) {
  const host = byID("answer");
  host.setAttribute("aria-busy", "true");
  byID("address").value = address;
  document.title = address ? `${address} · Why? · Martlet` : "Why? · Martlet";
  try {
    if (!address) host.replaceChildren(empty("Which answer?", "Paste the id of a prediction, as its response carried it in Martlet-Prediction-Id.", "martlet why prediction:ID"));
    else {
      const answer = await get(`/api/v1/why/${tail(address)}`, { seconds: 30 });
      host.replaceChildren(...[summary(answer), el("ol", { class: "chain", "aria-label": "Chain of evidence" }, chain(answer)), el("details", { class: "as-table" }, el("summary", {}, "The whole document"), el("pre", { tabindex: "0" }, JSON.stringify(answer, null, 2)))].filter(Boolean));
    }
  } catch (error) {
    if (!(error instanceof Problem)) console.error(error);
    host.replaceChildren(failed(error));
  }
  host.removeAttribute("aria-busy");
  document.documentElement.dataset.ready = "true";
}

const here = () => { try { return decodeURIComponent(location.pathname.replace(/^\/why\/?/, "")); } catch { return ""; } };
byID("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  let address = byID("address").value.trim();
  if (address && !address.includes(":")) address = `prediction:${address}`;
  history.pushState(null, "", `/why/${tail(address)}`);
  ask(address);
});
addEventListener("popstate", () => ask(here()));
await ask(here());
