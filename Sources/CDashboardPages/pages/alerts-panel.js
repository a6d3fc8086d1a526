// Alerts: what is open first, then what has closed.

import { announce, byID, el, empty, failed, keyed, setAttribute, setText } from "./dom.js";
import { date, figure, metricName } from "./format.js";
import { glyph } from "./glyphs.js";

const SHOWN = 60;

/** Draws the list, and says aloud when an alert opens. */
export function alertsPanel(store) {
  const host = byID("alerts");
  const list = el("ul", { class: "alerts", tabindex: "0", "aria-label": "Alerts, open ones first" });
  let known = null;
  store.watch(["alerts"], () => {
    const alerts = store.value("alerts");
    if (alerts === undefined) return void (store.error("alerts") && host.replaceChildren(failed(store.error("alerts"))));
    const open = alerts.filter((a) => a.closed === null);
    setText(byID("alerts-aside"), alerts.length ? `${open.length} open, ${alerts.length - open.length} closed` : "");
    if (known) for (const alert of open) if (!known.has(alert.id)) announce(`${alert.signal} alert ${alert.feature}`);
    known = new Set(open.map((a) => a.id));
    if (!alerts.length) return host.replaceChildren(empty("Nothing to worry about", "An alert opens when a threshold is crossed, and closes when all is calm again."));
    if (list.parentNode !== host) host.replaceChildren(list);
    const order = [...alerts].sort((a, b) => (a.closed === null ? 0 : 1) - (b.closed === null ? 0 : 1) || (b.opened ?? 0) - (a.opened ?? 0));
    keyed(list, order.slice(0, SHOWN), (a) => a.id, () => el("li", {}, el("span"), el("span", { class: "what" }), el("span", { class: "value" }), el("small")), (node, alert) => {
      const state = alert.closed === null ? "open" : "closed";
      if (node.dataset.state !== state) {
        node.dataset.state = state;
        setAttribute(node, "class", state);
        node.children[0].replaceChildren(state === "open" ? glyph("bang", alert.level === "warn" ? "warn" : "bad") : glyph("check", "good"), el("span", { class: "hidden" }, state));
      }
      setText(node.children[1], alert.feature ? `${alert.feature} ${alert.signal === "drift" ? "drifts" : alert.signal}` : alert.signal === "quality" ? "quality fell" : alert.signal);
      setText(node.children[2], alert.value !== null ? `${figure(alert.value)} ${alert.value < alert.threshold ? "<" : ">"} ${figure(alert.threshold)}` : "");
      setText(node.children[3], alert.closed === null ? `${alert.level || metricName(alert.signal)} since ${date(alert.opened)}` : `${date(alert.opened)} to ${date(alert.closed)}`);
    });
  });
}
