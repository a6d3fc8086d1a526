// Drift: features by windows as a heat map, and the chosen feature as a line with its thresholds.

import { byID, el, empty, failed, setText, svg } from "./dom.js";
import { date, figure, metricName, percent } from "./format.js";
import { Heat } from "./heat.js";
import { AsTable } from "./frame.js";
import { Plot } from "./plot.js";

const SCORE = "score";

/** Draws the panel whenever windows change or a feature is chosen. */
export function driftPanel(store) {
  const host = byID("drift");
  const body = el("div");
  let chosen = null, heat = null, plot = null, table = null;

  function key(watch) {
    const steps = [0, 1, 2, 3, 4, 5].map((i) => svg("rect", { class: `l${i}`, x: i * 16, width: 15, height: 10, rx: 2 }));
    return el("div", { class: "legend" }, el("span", { class: "scale-key" }, "calm ", svg("svg", { viewBox: "0 0 96 10", "aria-hidden": "true" }, steps), " drifted"), el("span", {}, `warn ${figure(watch.warn, 2)}, alert ${figure(watch.alert, 2)} (dotted cells)`));
  }

  function draw() {
    const watch = store.value("monitoring");
    if (watch === undefined) return void (store.error("monitoring") && host.replaceChildren(failed(store.error("monitoring"))));
    if (!watch?.windows.length) return host.replaceChildren(empty("No window yet", "Each feature of what is asked is compared with the data the champion was trained on.", "martlet demo"));
    const measure = watch.measure;
    const at = (window, feature) => { const v = (feature === SCORE ? window.score : window.drift[feature])?.[measure]; return typeof v === "number" ? v : null; };
    const features = watch.features.length ? watch.features : Object.keys(watch.windows.at(-1).drift);
    const worst = (feature) => watch.windows.reduce((most, w) => Math.max(most, at(w, feature) ?? 0), 0);
    const ranked = features.map((name) => [name, worst(name)]).sort((a, b) => b[1] - a[1]).map(([name]) => name);
    const names = [...ranked.slice(0, 24), ...(features.includes(SCORE) ? [] : [SCORE])];
    if (!names.includes(chosen)) chosen = names[0];
    if (body.parentNode !== host) {
      host.replaceChildren(key(watch), body);
      heat = new Heat(body, "Drift by feature and window. Arrow keys: left and right for windows, up and down for features.", (name) => { chosen = name; draw(); });
      plot = new Plot(body, "Drift of the chosen feature", "focus-chart");
      plot.table.node.remove();
      table = new AsTable(body, "Drift by feature and window");
    }
    const facts = (name) => (column) => {
      const d = (name === SCORE ? watch.windows[column].score : watch.windows[column].drift[name]) ?? {};
      return [["PSI", figure(d.psi)], ["Jensen–Shannon", figure(d.js)], ...(typeof d.nulls === "number" ? [["Empty", percent(d.nulls, 1)]] : []), ...(typeof d.out_of_range === "number" ? [["Out of range", percent(d.out_of_range, 1)]] : []), ...(typeof d.mean === "number" ? [["Mean", figure(d.mean)]] : [])];
    };
    const columns = watch.windows.map((w) => ({ time: (w.start + w.end) / 2, title: date(w.start) }));
    heat.draw({ columns, rows: names.map((name) => ({ name, values: watch.windows.map((w) => at(w, name)), facts: facts(name) })), warn: watch.warn, alert: watch.alert, chosen });
    const points = watch.windows.map((w, i) => [columns[i].time, at(w, chosen)]);
    const top = Math.max(watch.alert * 1.6, ...points.map((p) => p[1] ?? 0)) * 1.06;
    const round = [0, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64].filter((v) => v <= top);
    plot.draw({
      label: `${metricName(measure)} of ${chosen} by window. Arrow keys read it window by window.`,
      height: 164, x: [watch.windows[heat.first].start, watch.windows.at(-1).end], margins: () => heat.margins(), y: { domain: [0, top], power: 0.5, ticks: round.filter((v, i) => i === 0 || i === round.length - 1 || v >= top / 12), format: (v) => String(v) },
      lines: [{ class: "champion", points: points.slice(heat.first), area: true }], thresholds: [{ value: watch.warn, label: "", class: "warn" }, { value: watch.alert, label: "" }],
      samples: watch.windows.map((w, i) => ({ time: columns[i].time, title: `${chosen} · ${date(w.start)}`, dots: [{ value: points[i][1] }], facts: facts(chosen)(i) })),
    });
    table.set(["Window from", ...names], watch.windows.map((w) => [date(w.start), ...names.map((name) => figure(at(w, name)))]).reverse());
    setText(byID("drift-aside"), `${metricName(measure)} against ${watch.reference.version ? `the training data of v${watch.reference.version}` : "the training data"} · ${chosen}`);
  }
  store.watch(["monitoring"], draw);
}
