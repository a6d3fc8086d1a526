// Champion and challenger side by side, and the newest verdict between them.

import { byID, el, empty, failed, svg } from "./dom.js";
import { count, date, figure, metricName, milliseconds, NONE, percent, shortHash } from "./format.js";
import { scale } from "./scale.js";
import { pill } from "./gates-panel.js";

const fact = (name, value) => [el("dt", {}, name), el("dd", { title: typeof value === "string" ? value : null }, value ?? NONE)];

/** Two figures on one line: the champion's and the challenger's. */
export function bell(decision, bounds) {
  if (decision.champion === null || decision.challenger === null) return null;
  const x = scale(bounds, [8, 120]);
  const a = x(decision.champion), b = x(decision.challenger);
  return svg("svg", { class: "bell", viewBox: "0 0 128 22", "aria-hidden": "true" }, svg("line", { x1: 2, x2: 126, y1: 11, y2: 11 }), svg("line", { class: `span ${decision.decision === "promoted" ? "good" : "bad"}`, x1: a, x2: b, y1: 11, y2: 11 }), svg("circle", { class: "a", cx: a, cy: 11, r: 4.5 }), svg("circle", { class: "b", cx: b, cy: 11, r: 4.5 }));
}

function certainty(decision) {
  if (decision.confidence === null) return null;
  const x = (value) => value * 100;
  return el("div", {},
    el("dl", { class: "facts" }, fact(`Sure that ${metricName(decision.metric)} is better`, `${percent(decision.confidence, 1)}${decision.needed !== null ? `, needs ${percent(decision.needed)}` : ""}`)),
    svg("svg", { class: "meter", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { class: "bed", width: 100, height: 8, rx: 1 }),
      svg("rect", { class: `fill ${decision.decision === "promoted" ? "" : "bad"}`, width: x(decision.confidence), height: 8, rx: 1 }),
      decision.needed !== null && svg("line", { class: "need", x1: x(decision.needed), x2: x(decision.needed), y1: -2, y2: 10, "vector-effect": "non-scaling-stroke" })));
}

/** Draws the card whenever the model, its decisions or its traffic change. */
export function modelsPanel(store, focus) {
  const host = byID("models");
  const draw = () => {
    const error = store.error("models");
    const model = focus.model();
    if (!model && error) return host.replaceChildren(failed(error));
    if (store.value("models") === undefined) return;
    if (!model || (!model.champion && !model.versions.length)) return host.replaceChildren(empty("No model yet", "Declare one in martlet.yaml, then run its pipeline.", model ? "martlet run train" : "martlet apply"));
    const decisions = (store.value("promotions") ?? []).filter((d) => ["promoted", "refused", "waiting"].includes(d.decision));
    const newest = decisions[0] ?? null;
    const crowned = decisions.find((d) => d.decision === "promoted" && d.version === model.champion?.version);
    const watch = store.value("monitoring");
    const live = watch?.windows.findLast((w) => typeof w.quality[watch.metric] === "number");
    const deployment = focus.deployment();
    const variant = deployment?.variants.find((v) => v.version === model.champion?.version);
    // The challenger is the version under the alias; else the newest one that the gate has judged and refused.
    const refused = newest && newest.decision !== "promoted" && newest.version !== model.champion?.version ? newest : null;
    const challenger = model.challenger?.version && model.challenger.version !== model.champion?.version ? model.challenger.version : refused?.version ?? null;
    const judged = decisions.find((d) => d.version === challenger) ?? null;
    const metric = metricName((crowned ?? newest)?.metric ?? watch?.metric ?? "auroc");

    const left = el("div", { class: "side" }, el("h3", {}, "Champion"),
      el("p", { class: "version" }, model.champion ? `v${model.champion.version}` : NONE, crowned && el("small", {}, `since ${date(crowned.at)}`)),
      el("dl", { class: "facts" },
        fact(`${metric}, held out`, figure(crowned?.challenger ?? judged?.champion)),
        fact(`${metricName(watch?.metric ?? "auroc")}, live`, live ? figure(live.quality[watch.metric]) : NONE),
        fact("Latency p99", milliseconds(deployment?.p99)),
        fact("Workers", variant ? count(variant.workers) : NONE),
        fact("Run", el("code", { title: model.champion?.run || null }, shortHash(model.champion?.run || NONE)))));
    const right = el("div", { class: "side challenger" }, el("h3", {}, "Challenger"),
      el("p", { class: "version" }, challenger ? `v${challenger}` : NONE, judged && el("small", {}, date(judged.at))),
      challenger
        ? el("dl", { class: "facts" }, fact(`${metric}, held out`, figure(judged?.challenger)), judged?.previous && fact(`Against v${judged.previous}`, figure(judged.champion)), fact("Rows held out", count(judged?.rows)), judged && fact("Decision", pill(judged.decision)))
        : el("p", { class: "quiet" }, newest?.decision === "promoted" && newest.version === model.champion?.version ? `None waits: v${newest.version} won and became champion. The next pipeline run brings another.` : model.champion ? "None waits. The next pipeline run brings one." : "None yet."));
    const verdict = newest && el("div", { class: "verdict" }, certainty(newest), el("p", { class: "summary" }, el("b", {}, `v${newest.version}: `), newest.summary));
    host.replaceChildren(el("div", { class: "duel" }, left, right), ...(verdict ? [verdict] : []));
  };
  store.watch(["models", "promotions", "deployments", "monitoring"], draw);
}
