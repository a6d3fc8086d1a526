// Quality over time: the metric by window, how many actuals have arrived, who was champion, and each decision.

import { byID, el, empty, failed, svg } from "./dom.js";
import { count, date, figure, metricName, percent } from "./format.js";
import { Plot } from "./plot.js";
import { domain } from "./scale.js";

const key = (text, ...shape) => el("span", {}, svg("svg", { viewBox: "0 0 16 10", "aria-hidden": "true" }, shape), text);

/** The version that answered most in a window. */
function mainVersion(window) {
  return Object.entries(window.versions).sort((a, b) => Number(b[1]) - Number(a[1]))[0]?.[0] ?? null;
}

/** The stretches of time in which one version answered. */
export function reigns(windows) {
  const result = [];
  for (const window of windows) {
    const version = mainVersion(window);
    if (version === null) continue;
    if (result.at(-1)?.version === version) result.at(-1).end = window.end;
    else result.push({ version, start: window.start, end: window.end });
  }
  return result.map((r) => ({ ...r, name: `v${r.version}`, title: `version ${r.version} from ${date(r.start)} to ${date(r.end)}` }));
}

/** Draws the panel whenever windows or decisions change. */
export function qualityPanel(store) {
  const host = byID("quality");
  const frame = el("div");
  let plot = null;
  store.watch(["monitoring", "promotions"], () => {
    const watch = store.value("monitoring");
    if (watch === undefined) return void (store.error("monitoring") && host.replaceChildren(failed(store.error("monitoring"))));
    if (!watch?.windows.length) return host.replaceChildren(empty("No window yet", "Quality is measured as actual outcomes arrive for predictions made.", "martlet demo"));
    const metric = watch.metric, name = metricName(metric);
    const valueOf = (w) => (typeof w.quality[metric] === "number" ? w.quality[metric] : null);
    const share = (w) => (w.predictions ? Math.min(1, w.actuals / w.predictions) : 0);
    const middle = (w) => (w.start + w.end) / 2;
    const points = watch.windows.map((w) => [middle(w), valueOf(w)]);
    const values = points.map((p) => p[1]).filter((v) => v !== null);
    const limits = [[watch.alertBelow, "below"], [watch.alertAbove, "above"]].filter(([value]) => value !== null).map(([value, side]) => ({ value, label: `alert ${side} ${figure(value, 2)}` }));
    values.push(...limits.map((limit) => limit.value));
    const decisions = (store.value("promotions") ?? []).filter((d) => d.at !== null && ["promoted", "refused"].includes(d.decision));
    const x = [watch.windows[0].start, watch.windows.at(-1).end];
    if (frame.parentNode !== host) {
      host.replaceChildren(el("div", { class: "legend" }, key(name, svg("path", { class: "series champion", d: "M0 5h16" })), key("few actuals yet", svg("circle", { class: "dot champion partial", cx: 8, cy: 5, r: 3.6 })), key("promoted", svg("path", { class: "mark-head good", d: "M8 0l5 5-5 5-5-5z" })), key("refused", svg("path", { class: "mark-head bad", d: "M4 1l8 8M12 1l-8 8" }))), frame);
      plot = new Plot(frame, "Quality over time");
    }
    plot.draw({
      label: `${name} by window, ${values.length ? `newest ${figure(points.findLast((p) => p[1] !== null)?.[1])}` : "no value yet"}. Arrow keys read it window by window.`,
      height: 262, x, y: { domain: domain(values, { ceiling: ["rmse", "mae", "log_loss"].includes(metric) ? undefined : 1, floor: 0, least: 0.04 }), format: (v) => v.toFixed(2) },
      lines: [{ class: "champion", points, area: false }],
      dots: watch.windows.filter((w) => valueOf(w) !== null).map((w) => ({ time: middle(w), value: valueOf(w), class: "champion", partial: share(w) < 0.5 })),
      thresholds: limits,
      marks: decisions.map((d) => ({ time: d.at, class: d.decision === "promoted" ? "good" : "bad", label: `v${d.version} ${d.decision}, ${date(d.at)}` })),
      lanes: [{ name: "actuals", height: 14, columns: watch.windows.map((w) => ({ start: w.start, end: w.end, value: share(w) })) }, { name: "version", height: 16, segments: reigns(watch.windows) }],
      samples: watch.windows.map((w) => ({
        time: middle(w), title: `${date(w.start)} to ${date(w.end)}`, dots: [{ value: valueOf(w) }],
        facts: [[name, figure(valueOf(w))], ...["average_precision", "log_loss", "brier", "accuracy"].filter((m) => m !== metric && typeof w.quality[m] === "number").map((m) => [metricName(m), figure(w.quality[m])]), ["Actuals", `${count(w.actuals)} of ${count(w.predictions)}`], ["Version", mainVersion(w) ?? "–"], ...decisions.filter((d) => d.at >= w.start && d.at < w.end).map((d) => [`v${d.version}`, d.decision])],
      })),
      table: { columns: ["Window from", name, "Actuals", "Share", "Version"], rows: watch.windows.map((w) => [date(w.start), figure(valueOf(w)), count(w.actuals), percent(share(w)), mainVersion(w) ?? "–"]).reverse() },
    });
    byID("quality-aside").textContent = watch.deployment ? `${watch.deployment}, by event time` : "";
  });
}
