// The dashboard: what is fetched, what is drawn, and what an event touches.

import { get, items, part } from "./api.js";
import { alertsPanel } from "./alerts-panel.js";
import { announce, byID, el, setAttribute, setText } from "./dom.js";
import { driftPanel } from "./drift-panel.js";
import { eventsPanel } from "./events-panel.js";
import { moment, time } from "./format.js";
import { gatesPanel } from "./gates-panel.js";
import { loopStrip } from "./loop-strip.js";
import { modelsPanel } from "./models-panel.js";
import { qualityPanel } from "./quality-panel.js";
import { runsPanel } from "./runs-panel.js";
import { sentence, stationOf, touchedBy } from "./sentences.js";
import * as shapes from "./shapes.js";
import { Store } from "./store.js";
import { Stream } from "./stream.js";
import { Rate, trafficPanel } from "./traffic-panel.js";

const store = new Store();
const rate = new Rate();
const picked = { id: null };
const wanted = { model: new URLSearchParams(location.search).get("model") };

/** What the page is about: one model, its deployment, and the names around them. */
const focus = {
  name: () => wanted.model ?? store.value("overview")?.models[0] ?? store.value("models")?.[0]?.name ?? null,
  model: () => store.value("models")?.find((m) => m.name === focus.name()) ?? store.value("models")?.[0] ?? null,
  deployment: () => { const all = store.value("deployments") ?? []; return all.find((d) => d.model === focus.name()) ?? all.find((d) => d.name === focus.name()) ?? (wanted.model ? null : all[0]) ?? null; },
};

store.declare("overview", async () => shapes.overview(await get("/api/v1/overview")));
store.declare("models", async () => {
  const all = items(await get("/api/v1/models"));
  // A list may be brief; the model in focus is asked for in full.
  return Promise.all(all.slice(0, 50).map(async (raw) => shapes.model(raw.versions ? raw : { ...raw, ...(await get(`/api/v1/models/${part(raw.name)}`)) })));
});
store.declare("datasets", async () => {
  const all = items(await get("/api/v1/datasets")).slice(0, 20);
  return Promise.all(all.map(async (raw) => shapes.dataset(raw.latest && typeof raw.latest !== "object" ? { ...raw, ...(await get(`/api/v1/datasets/${part(raw.name)}`)) } : raw)));
});
store.declare("runs", async () => items(await get("/api/v1/pipeline-runs?limit=30")).map(shapes.pipelineRun).sort((a, b) => (b.started ?? Infinity) - (a.started ?? Infinity)));
store.declare("run", async () => {
  const id = picked.id ?? (store.value("runs") ?? (await refreshed("runs")))?.[0]?.id;
  return id ? shapes.pipelineRun(await get(`/api/v1/pipeline-runs/${part(id)}`)) : null;
});
store.declare("promotions", async () => items(await get(`/api/v1/promotions?limit=50${focus.name() ? `&model=${part(focus.name())}` : ""}`)).map(shapes.promotion).sort((a, b) => (b.at ?? 0) - (a.at ?? 0)));
store.declare("deployments", async () => {
  const all = items(await get("/api/v1/deployments")).map(shapes.deployment);
  const mine = all.find((d) => d.model === focus.name()) ?? all[0];
  if (mine) rate.add(mine.predictions);
  return all;
});
store.declare("monitoring", async () => {
  if (!focus.deployment()) await refreshed("deployments");
  const name = focus.deployment()?.name;
  if (!name) return null;
  try {
    return shapes.monitoring(await get(`/api/v1/monitoring/${part(name)}`));
  } catch (error) {
    // Monitoring begins with the first prediction: until then there is nothing, which is no failure.
    if (error.status === 404) return null;
    throw error;
  }
});
store.declare("alerts", async () => items(await get("/api/v1/alerts?state=all&limit=200")).map(shapes.alert));

async function refreshed(name) {
  await store.refresh(name);
  if (store.value(name) === undefined && store.error(name)) throw store.error(name);
  return store.value(name);
}

const strip = loopStrip(store, focus, () => rate.now());
const events = eventsPanel();
modelsPanel(store, focus);
runsPanel(store, picked);
qualityPanel(store);
const updateTraffic = trafficPanel(store, focus, () => rate.now());
driftPanel(store);
alertsPanel(store);
gatesPanel(store);

let newest = null;
function clockTo(value) {
  const at = time(value);
  if (at === null || (newest !== null && at <= newest)) return;
  newest = at;
  setText(byID("clock"), moment(at));
}

store.watch(["models", "datasets", "runs", "promotions", "deployments", "monitoring", "alerts"], strip.update);
store.watch(["monitoring"], () => {
  const watch = store.value("monitoring");
  clockTo(watch?.watermark ?? watch?.windows.findLast((w) => w.predictions > 0)?.start);
});
store.watch(["overview", "models"], () => {
  const overview = store.value("overview");
  setText(byID("project"), overview ? overview.projects.join(", ") || "No project applied yet" : "\u00a0");
  document.title = focus.name() ? `${focus.name()} · Martlet` : "Martlet";
  const names = store.value("models")?.map((m) => m.name) ?? [];
  byID("pick").hidden = names.length < 2;
  if (byID("model").length !== names.length) byID("model").replaceChildren(...names.map((name) => el("option", { value: name, selected: name === focus.name() }, name)));
  const error = store.error("overview");
  byID("notice").hidden = !(error && error.status !== 404);
  if (error) setText(byID("notice"), `${error.title}. ${error.message}${error.hint ? ` ${error.hint}` : ""}`);
});
byID("model").addEventListener("change", (event) => { location.search = `?model=${part(event.target.value)}`; });

/** New events: shown, told, and the answers they touch fetched again. */
function happened(batch) {
  events.add(batch);
  const touched = new Set();
  const lit = new Set();
  for (const event of batch) {
    for (const name of touchedBy(event.kind)) touched.add(name);
    lit.add(stationOf(event.kind));
    clockTo(event.event_time);
    if (event.kind === "promotion.decided") announce(sentence(event));
  }
  for (const name of touched) store.touch(name);
  for (const id of lit) if (id) strip.light(id);
}

let wasLost = false;
const stream = new Stream(happened, (state) => {
  setAttribute(byID("connection"), "data-state", state);
  setText(byID("connection").lastElementChild, { live: "live", lost: "reconnecting", connecting: "connecting" }[state]);
  // Whatever happened while the line was down is fetched once it is up.
  if (state === "live" && wasLost) store.refreshAll();
  if (state !== "connecting") wasLost = state === "lost";
});

/** Shows the newest events and answers the sequence of the last of them, where the stream takes over. */
async function backlog() {
  const { head = 0 } = await get("/api/v1/events?limit=1");
  const after = Math.max(0, head - 500);
  const found = items(await get(`/api/v1/events?after=${after}&limit=500`));
  events.add(found);
  for (const event of found) clockTo(event.event_time);
  return found.at(-1)?.sequence ?? after;
}

/** Predictions are no events, so the counters and windows are asked for while the page is looked at. */
let polls = 0;
let answered = -1;
async function poll() {
  if (document.hidden) return;
  await store.refresh("deployments");
  const predictions = focus.deployment()?.predictions ?? 0;
  polls += 1;
  // Windows change when something is predicted; actuals, which come later, may wait for every fifth round.
  if (predictions !== answered || polls % 5 === 0) await store.refresh("monitoring");
  answered = predictions;
  strip.update();
  updateTraffic();
}

await store.refresh("overview");
await Promise.all([store.refreshAll(["models", "datasets", "runs", "deployments", "alerts"]), backlog().then((last) => stream.open(last), () => stream.open(0))]);
await store.refreshAll(["run", "promotions", "monitoring"]);
setInterval(poll, 3000);
setInterval(() => stream.check(), 20_000);
document.addEventListener("visibilitychange", poll);
document.documentElement.dataset.ready = "true";
globalThis.martlet = { store, events };
