// Traffic: what was asked and answered, how fast, live and by window of event time.

import { byID, el, empty, failed, setText } from "./dom.js";
import { count, date, milliseconds, NONE, percent } from "./format.js";
import { Plot } from "./plot.js";
import { domain } from "./scale.js";

/** Keeps the counters of the last two minutes and tells the rate of predictions now. */
export class Rate {
  #samples = [];

  add(predictions) {
    const now = performance.now();
    this.#samples.push({ now, predictions });
    while (this.#samples.length > 2 && now - this.#samples[0].now > 12_000) this.#samples.shift();
  }

  /** Predictions a second over the last ten seconds or so. */
  now() {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || last === first || last.predictions < first.predictions) return 0;
    return ((last.predictions - first.predictions) * 1000) / (last.now - first.now);
  }
}

/** Draws the panel; the counters above the chart follow the poll, the chart the windows. Answers what draws it again, since a rate falls by itself. */
export function trafficPanel(store, focus, rate) {
  const host = byID("traffic");
  const numbers = ["Per second", "Predictions", "Failed", "p50", "p99"].map((name) => ({ name, value: el("dd", {}, "–") }));
  const head = el("dl", { class: "numbers" }, numbers.map(({ name, value }) => el("div", {}, el("dt", {}, name), value)));
  const frame = el("div");
  let plot = null;
  const draw = () => {
    const deployment = focus.deployment();
    if (store.value("deployments") === undefined) return void (store.error("deployments") && host.replaceChildren(failed(store.error("deployments"))));
    if (!deployment) return host.replaceChildren(empty("Nothing is deployed yet", "The first version that passes its gates is deployed by itself.", "martlet run train"));
    if (head.parentNode !== host) {
      host.replaceChildren(head, frame);
      plot = new Plot(frame, "Predictions by window");
    }
    const texts = [rate() > 0 ? (rate() >= 10 ? count(rate()) : rate().toFixed(1)) : "0", count(deployment.predictions), count(deployment.failed), deployment.requests ? milliseconds(deployment.p50) : NONE, deployment.requests ? milliseconds(deployment.p99) : NONE];
    numbers.forEach(({ value }, i) => setText(value, texts[i]));
    numbers[2].value.className = deployment.failed > 0 ? "bad" : "";
    const windows = store.value("monitoring")?.windows ?? [];
    setText(byID("traffic-aside"), `${deployment.name} · ${deployment.problem || deployment.variants.map((v) => `v${v.version} ${v.state}${v.weight > 0 && v.weight < 1 ? ` ${percent(v.weight)}` : ""}`).join(", ") || deployment.status}${deployment.wanted && deployment.wanted !== deployment.version ? `, v${deployment.wanted} starting` : ""}`);
    if (!windows.length) return;
    plot.draw({
      label: `Predictions by window, ${count(deployment.predictions)} in all. Arrow keys read it window by window.`,
      height: 234, x: [windows[0].start, windows.at(-1).end], y: { domain: [0, domain([0, ...windows.map((w) => w.predictions)], { floor: 0, pad: 0.04 })[1] || 1], format: count },
      columns: windows.map((w) => ({ start: w.start, end: w.end, value: w.predictions, class: "column" })),
      samples: windows.map((w) => ({ time: (w.start + w.end) / 2, title: `${date(w.start)} to ${date(w.end)}`, facts: [["Predictions", count(w.predictions)], ...(typeof w.latency.p50_ms === "number" ? [["p50", milliseconds(w.latency.p50_ms)], ["p99", milliseconds(w.latency.p99_ms)]] : []), ...Object.entries(w.versions).map(([version, n]) => [`by v${version}`, count(Number(n))])] })),
      table: { columns: ["Window from", "Predictions", "p50", "p99"], rows: windows.map((w) => [date(w.start), count(w.predictions), milliseconds(w.latency.p50_ms), milliseconds(w.latency.p99_ms)]).reverse() },
    });
  };
  store.watch(["deployments", "monitoring"], draw);
  return draw;
}
