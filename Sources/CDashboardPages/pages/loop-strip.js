// The strip across the top: each station of the loop with its live number.

import { el, byID, setAttribute, setText } from "./dom.js";
import { count, figure, metricName, milliseconds, NONE } from "./format.js";
import { glyph } from "./glyphs.js";
import { isActive } from "./shapes.js";

const stations = [["data", "Data", "data"], ["pipeline", "Pipeline", "steps"], ["gate", "Gate", "gate"], ["champion", "Champion", "crown"], ["serving", "Serving", "serve"], ["monitoring", "Monitoring", "watch"], ["trigger", "Alert and trigger", "bell"]];

/** Draws the strip; returns functions to update it and to light a station up. */
export function loopStrip(store, focus, rate) {
  const host = byID("loop");
  const parts = new Map();
  host.append(el("li", { class: "return", "aria-hidden": "true" }, el("span", {}, "retrain")));
  for (const [id, name, drawing] of stations) {
    const shown = { figure: el("p", { class: "figure" }, NONE), note: el("p", { class: "note" }, " ") };
    shown.node = el("li", { class: "station", "data-station": id }, el("p", { class: "name" }, glyph(drawing), name), shown.figure, shown.note);
    parts.set(id, shown);
    host.append(shown.node);
  }
  const put = (id, text, note, tone) => {
    const shown = parts.get(id);
    setText(shown.figure, text);
    setText(shown.note, note || " ");
    setAttribute(shown.node, "data-tone", tone || null);
    shown.node.title = note ? `${text} · ${note}` : text;
  };

  // What has not been answered is not told as if there were nothing.
  const silent = (id, name) => store.value(name) === undefined && (put(id, NONE, store.error(name) ? "no answer" : ""), true);

  function update() {
    data();
    pipeline();
    gate();
    champion();
    serving();
    monitoring();
    trigger();
  }

  function data() {
    if (silent("data", "datasets")) return;
    const datasets = store.value("datasets") ?? [];
    const first = datasets.find((d) => d.version) ?? datasets[0];
    const waiting = datasets.find((d) => d.waiting);
    if (waiting) put("data", `v${waiting.waiting} waits`, `${waiting.name}: a check failed`, "warn");
    else if (first) put("data", first.version ? `v${first.version}` : "no version", `${first.name}${first.rows !== null ? ` · ${count(first.rows)} rows` : ""}`);
    else put("data", NONE, "no dataset yet");
  }

  function pipeline() {
    if (silent("pipeline", "runs")) return;
    const runs = store.value("runs") ?? [];
    const running = runs.filter(isActive);
    if (running.length) put("pipeline", `#${running[0].number ?? ""} ${running[0].status}`, `${running[0].pipeline}${running.length > 1 ? ` and ${running.length - 1} more` : ""}`, "busy");
    else put("pipeline", runs.length ? `${count(runs[0].number ?? runs.length)} runs` : NONE, runs.length ? `last ${runs[0].status}` : "none yet", runs[0]?.status === "failed" ? "bad" : null);
  }

  function gate() {
    if (silent("gate", "promotions")) return;
    const promotions = store.value("promotions") ?? [];
    const won = promotions.filter((p) => p.decision === "promoted").length;
    const lost = promotions.filter((p) => p.decision === "refused").length;
    put("gate", promotions.length ? `${won} : ${lost}` : NONE, promotions.length ? "promoted : refused" : "no decision yet");
  }

  function champion() {
    if (silent("champion", "models")) return;
    const promotions = store.value("promotions") ?? [];
    const champion = focus.model()?.champion;
    const decided = promotions.find((p) => p.decision === "promoted" && p.version === champion?.version);
    put("champion", champion ? `v${champion.version}` : NONE, champion ? (decided ? `${metricName(decided.metric)} ${figure(decided.challenger)} held out` : focus.name()) : "none yet");
  }

  function serving() {
    if (silent("serving", "deployments")) return;
    const deployment = focus.deployment();
    if (deployment) put("serving", rate() > 0 ? `${rate() >= 10 ? count(rate()) : rate().toFixed(1)}/s` : count(deployment.predictions), rate() > 0 ? `${count(deployment.predictions)} predictions` : deployment.predictions ? `predictions · p99 ${milliseconds(deployment.p99)}` : deployment.status, deployment.failed > 0 ? "bad" : null);
    else put("serving", NONE, "nothing deployed");
  }

  function monitoring() {
    if (silent("monitoring", "monitoring")) return;
    const watch = store.value("monitoring");
    const judged = watch?.windows.findLast((w) => typeof w.quality[watch.metric] === "number");
    const newest = watch?.windows.at(-1);
    const worst = newest ? Object.entries(newest.drift).map(([name, d]) => [name, d?.[watch.measure]]).filter(([, v]) => typeof v === "number").sort((a, b) => b[1] - a[1])[0] : null;
    const drifting = worst && worst[1] >= watch.alert;
    if (judged) put("monitoring", figure(judged.quality[watch.metric]), `${metricName(watch.metric)}${worst ? ` · ${worst[0]} ${metricName(watch.measure)} ${figure(worst[1])}` : ""}`, (watch.alertBelow !== null && judged.quality[watch.metric] < watch.alertBelow) || (watch.alertAbove !== null && judged.quality[watch.metric] > watch.alertAbove) ? "bad" : null);
    else put("monitoring", worst ? figure(worst[1]) : NONE, worst ? `${metricName(watch.measure)} of ${worst[0]}` : "no window yet", drifting ? "warn" : null);
  }

  function trigger() {
    if (silent("trigger", "alerts")) return;
    const alerts = store.value("alerts") ?? [];
    const open = alerts.filter((a) => a.closed === null);
    put("trigger", open.length ? `${open.length} open` : alerts.length ? "calm" : NONE, open.length ? open.map((a) => a.feature || a.signal).join(", ") : alerts.length ? `${alerts.length} closed` : "no alert yet", open.length ? "warn" : null);
  }

  function light(id) {
    const node = parts.get(id)?.node;
    if (!node) return;
    node.classList.remove("touched");
    void node.offsetWidth; // restarts the animation
    node.classList.add("touched");
  }
  return { update, light };
}
