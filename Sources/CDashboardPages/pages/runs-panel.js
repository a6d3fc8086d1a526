// Pipeline runs: a list to pick from, the graph of the picked run, and what a step has to tell.

import { getTail, part } from "./api.js";
import { Dag } from "./dag.js";
import { byID, el, empty, failed, keyed, roving, setAttribute, setText } from "./dom.js";
import { date, duration, shortHash, timeOfDay } from "./format.js";
import { glyph, glyphOf, toneOf } from "./glyphs.js";

/** Draws the panel. `chosen` holds the id of a picked run, or null to follow the newest. */
export function runsPanel(store, chosen) {
  const host = byID("runs");
  const list = el("ul", { class: "picker", role: "listbox", "aria-label": "Pipeline runs" });
  const detail = el("div", { class: "detail", "aria-live": "polite" });
  const right = el("div");
  let step = null;
  const dag = new Dag(right, (name) => { step = step === name ? null : name; draw(); });
  right.append(detail);
  const body = el("div", { class: "runs" }, list, right);

  const pick = (id) => {
    const newest = store.value("runs")?.[0]?.id;
    chosen.id = id === newest ? null : id;
    step = null;
    store.refresh("run");
    draw();
  };
  roving(list, "[role=option]", { onMove: (node) => pick(node.dataset.key) });
  list.addEventListener("keydown", (event) => {
    if ((event.key === "Enter" || event.key === " ") && document.activeElement?.dataset.key) { event.preventDefault(); pick(document.activeElement.dataset.key); }
  });

  function draw() {
    const runs = store.value("runs");
    if (runs === undefined) return void (store.error("runs") && host.replaceChildren(failed(store.error("runs"))));
    if (!runs.length) return host.replaceChildren(empty("No pipeline has run yet", "Start one by hand, or let a trigger do it.", "martlet run train"));
    if (body.parentNode !== host) host.replaceChildren(body);
    const id = chosen.id ?? runs[0].id;
    const hasStop = list.contains(document.activeElement);
    keyed(list, runs, (run) => run.id, (run) => el("li", { role: "option", onclick: () => pick(run.id) }, el("span"), el("span", {}, `${run.pipeline} #${run.number ?? ""}`), el("span", { class: "took" }), el("small")), (node, run) => {
      if (node.dataset.status !== run.status) {
        node.dataset.status = run.status;
        node.firstChild.replaceChildren(glyph(glyphOf(run.status), toneOf(run.status)));
      }
      setText(node.children[2], run.seconds !== null ? duration(run.seconds) : run.status);
      setText(node.children[3], [run.reason, date(run.eventTime ?? run.started)].filter(Boolean).join(" · "));
      setAttribute(node, "aria-selected", run.id === id);
      setAttribute(node, "aria-label", `${run.pipeline} ${run.number ?? ""}, ${run.status}, ${node.children[3].textContent}`);
      if (!hasStop) node.tabIndex = run.id === id ? 0 : -1;
    });
    const run = store.value("run");
    const shown = run?.id === id ? run : runs.find((r) => r.id === id);
    if (!shown) return;
    dag.draw(shown.steps, step);
    setText(byID("runs-aside"), `${shown.status}${shown.seconds !== null ? ` in ${duration(shown.seconds)}` : ""}${shown.modelVersion ? `, made v${shown.modelVersion}` : ""}`);
    tell(shown);
  }

  function tell(run) {
    const picked = run.steps.find((s) => s.name === step) ?? run.steps.find((s) => s.status === "failed") ?? null;
    const key = JSON.stringify([run.id, run.status, run.error, picked, picked ? null : run.steps.map((s) => s.status)]);
    if (detail.dataset.shows === key) return;
    detail.dataset.shows = key;
    if (!picked) {
      const done = run.steps.filter((s) => ["succeeded", "cached", "skipped"].includes(s.status)).length;
      const cached = run.steps.filter((s) => s.status === "cached").length;
      detail.replaceChildren(facts([["Reason", run.reason], ["Steps", `${done} of ${run.steps.length} done${cached ? `, ${cached} from the cache` : ""}`], ["Started", run.started !== null ? timeOfDay(run.started) : ""], ["Event time", run.eventTime !== null ? date(run.eventTime) : ""], ["MLflow run", shortHash(run.mlflowRun || "")]]), ...(run.error ? [el("p", { class: run.status === "waiting" ? "warn" : "bad" }, run.error)] : []), el("p", { class: "quiet" }, "Pick a step to see its figures and its log."));
      return;
    }
    const log = el("button", { class: "button", type: "button" }, "Show log");
    log.addEventListener("click", async () => {
      log.disabled = true;
      const box = el("pre", { tabindex: "0", "aria-label": `Log of ${picked.name}` }, "…");
      log.replaceWith(box);
      try { box.textContent = (await getTail(`/api/v1/pipeline-runs/${part(run.id)}/steps/${part(picked.name)}/log`)) || "The log is empty."; } catch (error) { box.textContent = `${error.title}: ${error.message}`; }
      box.scrollTop = box.scrollHeight;
    });
    detail.replaceChildren(
      facts([["Step", picked.name], ["State", picked.status], ["Attempt", picked.attempt || ""], ["Took", picked.seconds !== null && !picked.cached ? duration(picked.seconds) : ""], ["MLflow run", shortHash(picked.mlflowRun || "")], ["Outputs", picked.outputs ? (Array.isArray(picked.outputs) ? picked.outputs.map((o) => (typeof o === "string" ? o : o?.name ?? o?.output ?? "")).filter(Boolean).join(", ") : Object.keys(picked.outputs).join(", ")) : ""]]),
      ...(picked.error ? [el("p", { class: "bad" }, picked.error)] : []), log);
  }
  store.watch(["runs", "run"], draw);
}

const facts = (pairs) => el("dl", { class: "inline-facts" }, pairs.filter(([, value]) => value !== "" && value !== null && value !== undefined && value !== "–").map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
