// One plain sentence for each kind of event, and the tone it is told in.

import { count, duration, figure, percent } from "./format.js";

const join = (...parts) => parts.filter((part) => part !== null && part !== undefined && part !== false && part !== "").join(" ").replace(/ ([:,])/g, "$1");
const reasonOf = (payload) => (payload.reason && typeof payload.reason === "object" ? payload.reason.kind ?? payload.reason.trigger ?? "" : payload.reason ?? "");
const sizeOf = (value) => (Array.isArray(value) ? value.length : typeof value === "number" ? value : 0);

const sentences = {
  "experiment.created": (p, e) => `Experiment ${p.name ?? e.subject} created`,
  "run.created": (p, e) => `Run ${p.name ?? e.subject} started`,
  "run.finished": (p, e) => join("Run", p.name ?? e.subject, String(p.status ?? "finished").toLowerCase()),
  "model_version.created": (p) => `${p.name} version ${p.version} created`,
  "model_version.registered": (p) => `${p.name} version ${p.version} registered by a pipeline`,
  "alias.set": (p) => join(`${p.name}@${p.alias} is now version ${p.version}`, p.previous ? `(was ${p.previous})` : ""),
  "dataset.declared": (p, e) => `Dataset ${p.name ?? e.subject} declared`,
  "dataset_version.created": (p) => join(`${p.dataset} version ${p.version}`, p.rows !== undefined ? `with ${count(p.rows)} rows` : "", p.status && p.status !== "accepted" ? `(${p.status})` : ""),
  "dataset_version.waiting": (p, e) => `${e.subject} failed ${sizeOf(p.failures) || "some"} checks and waits for a person`,
  "dataset_version.accepted": (p, e) => join(e.subject, "accepted", p.reason ? `: ${p.reason}` : ""),
  "dataset_version.rejected": (p, e) => join(e.subject, "rejected", p.reason ? `: ${p.reason}` : ""),
  "project.applied": (p, e) => join(`${e.subject} applied`, p.commit ? `at ${String(p.commit).slice(0, 9)}` : "", p.dirty ? "with uncommitted changes" : ""),
  "pipeline_run.created": (p) => join(`Pipeline ${p.pipeline} queued`, reasonOf(p) ? `: ${reasonOf(p)}` : "", p.trigger ? `(${p.trigger})` : ""),
  "pipeline_run.finished": (p) => join(`Pipeline ${p.pipeline ?? "run"} ${p.status}`, typeof p.seconds === "number" ? `in ${duration(p.seconds)}` : "", p.cached_steps ? `, ${p.cached_steps} steps from the cache` : ""),
  "step.started": (p, e) => join(`Step ${stepName(e)} started`, p.attempt > 1 ? `, attempt ${p.attempt}` : ""),
  "step.finished": (p, e) => join(`Step ${stepName(e)} ${p.cached ? "taken from the cache" : p.status ?? "finished"}`, !p.cached && typeof p.seconds === "number" ? `in ${duration(p.seconds)}` : ""),
  "step.reattached": (p, e) => `Step ${stepName(e)} found running after a restart and taken up again`,
  "promotion.requested": (p) => join(`${p.model} version ${p.version} goes to the gate`, p.reason ? `: ${p.reason}` : ""),
  "promotion.waiting": (p) => `${p.model} version ${p.version} passed and waits for a person to sign`,
  "promotion.decided": (p) => {
    const compare = Array.isArray(p.checks) ? p.checks.find((check) => typeof check.confidence === "number") : null;
    return p.summary ? `${p.model} version ${p.version} ${p.summary}` : join(`${p.model} version ${p.version} ${p.decision}`, compare ? `, ${percent(compare.confidence, 1)} sure` : "");
  },
  "deployment.switched": (p) => join(`${p.deployment} now serves version ${p.version}`, p.previous ? `(was ${p.previous})` : ""),
  "deployment.ready": (p, e) => join(`${e.subject.replace("deployment:", "")} version ${p.version} is ready`, typeof p.seconds === "number" ? `after ${duration(p.seconds)}` : ""),
  "alert.fired": (p) => join(`${p.signal} alert`, p.feature ? `on ${p.feature}` : "", typeof p.value === "number" ? `: ${figure(p.value)} against ${figure(p.threshold)}` : ""),
  "alert.resolved": (p) => join(`${p.signal ?? ""} alert`, p.feature ? `on ${p.feature}` : "", "resolved"),
  "rollback.done": (p) => join(`${p.model ?? "Model"} rolled back to version ${p.version ?? p.to}`, p.reason ? `: ${p.reason}` : ""),
  "pipeline_run.waiting": (p) => join(`Pipeline ${p.pipeline ?? "run"} waits for a person`, p.reason ? `: ${reasonOf(p)}` : ""),
  "trigger.fired": (p) => join(`Trigger ${p.trigger} started ${p.pipeline}`),
  "trigger.skipped": (p) => join(`Trigger ${p.trigger ?? ""} held back`, p.reason ? `: ${p.reason}` : ""),
  "webhook.delivered": (p, e) => `Webhook delivered to ${p.name ?? e.subject}`,
  "webhook.failed": (p, e) => `Webhook to ${p.name ?? e.subject} failed`,
};

const stepName = (event) => { const parts = String(event.subject).split("/"); return parts.length >= 2 ? parts[1] : event.subject; };

/** What an event says. A kind that is not known here is told by its subject. */
export function sentence(event) {
  const payload = event.payload && typeof event.payload === "object" ? event.payload : {};
  try { return sentences[event.kind]?.(payload, event) || String(event.subject ?? ""); } catch { return String(event.subject ?? ""); }
}

/** The tone of an event: good, warn, bad, busy or none. */
export function toneOfEvent({ kind, payload = {} }) {
  if (kind === "promotion.decided") return payload?.decision === "promoted" ? "good" : "";
  if (kind.endsWith(".failed") || kind === "alert.fired" || kind.endsWith(".rejected") || ["failed", "FAILED", "lost"].includes(payload?.status)) return "bad";
  if (kind.endsWith(".waiting") || kind === "rollback.done" || kind === "step.reattached") return "warn";
  if (["deployment.switched", "alias.set", "alert.resolved", "deployment.ready", "dataset_version.accepted"].includes(kind)) return "good";
  if (kind.startsWith("trigger.fired") || kind === "pipeline_run.created") return "busy";
  return "";
}

/** Where in the loop an event happens. */
export function stationOf(kind) {
  const room = kind.split(".")[0];
  return ({ dataset: "data", dataset_version: "data", pipeline_run: "pipeline", step: "pipeline", promotion: "gate", model_version: "gate", alias: "champion", rollback: "champion", deployment: "serving", alert: "trigger", trigger: "trigger", webhook: "trigger" })[room] ?? null;
}

/** Which answers of the API an event makes stale. */
export function touchedBy(kind) {
  const room = kind.split(".")[0];
  return ({
    project: ["overview", "models", "deployments", "datasets"], dataset: ["datasets"], dataset_version: ["datasets"], pipeline_run: ["runs", "run"], step: ["run"], promotion: ["promotions", "models"],
    model_version: ["models"], registered_model: ["models"], alias: ["models"], rollback: ["models", "deployments", "promotions"], deployment: ["deployments", "models", "monitoring"], alert: ["alerts", "monitoring"],
  })[room] ?? [];
}
