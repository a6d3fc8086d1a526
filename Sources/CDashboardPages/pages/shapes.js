// From the API's answers to what the panels draw. Panels never look at raw answers: a renamed field is mended here.

import { metricName, numberOf, time } from "./format.js";

const object = (value) => (value && typeof value === "object" && !Array.isArray(value) ? value : {});
const list = (value) => (Array.isArray(value) ? value : []);
const text = (value) => (value === null || value === undefined ? "" : String(value));
const nameOf = (value) => text(typeof value === "object" && value ? value.name ?? value.id : value);
const versionOf = (value) => text(typeof value === "object" && value ? value.version : value);

/** A step of a run. A cached step says so as its state. */
export function step(raw) {
  const cached = raw.cached === true;
  return {
    name: text(raw.name), after: list(raw.after).map(nameOf), status: cached && raw.status === "succeeded" ? "cached" : text(raw.status) || "pending", attempt: numberOf(raw.attempt) ?? 0,
    seconds: numberOf(raw.seconds), cached, error: text(typeof raw.error === "object" ? raw.error?.message : raw.error), mlflowRun: text(raw.mlflow_run_id), outputs: raw.outputs ?? null,
  };
}

/** A pipeline run, with or without its steps. */
export function pipelineRun(raw) {
  const started = time(raw.started) ?? time(raw.created);
  const finished = time(raw.finished);
  const reason = object(raw.reason);
  return {
    id: text(raw.id), project: text(raw.project), pipeline: text(raw.pipeline), number: numberOf(raw.number), status: text(raw.status) || "queued",
    reason: typeof raw.reason === "object" && raw.reason ? text(reason.text ?? reason.summary ?? [reason.kind ?? reason.trigger, reason.source ?? reason.subject ?? reason.event].filter(Boolean).join(" ")) : text(raw.reason),
    started, finished, eventTime: time(raw.event_time), seconds: numberOf(raw.seconds) ?? (started !== null && finished !== null ? (finished - started) / 1000 : null),
    steps: list(raw.steps).map(step), mlflowRun: text(raw.mlflow_run_id), error: text(raw.error), modelVersion: versionOf(raw.model_version),
  };
}

const isActive = (run) => ["queued", "running", "waiting", "pending"].includes(run.status);
export { isActive };

/** "equal_opportunity_difference by origin" as words, with the group's column left as it is spelt. */
const titleOf = (raw) => text(raw.name).replace(text(raw.metric) || "\0", metricName(raw.metric)).replace(/^./, (c) => c.toUpperCase());

/** A summary without the word that stands beside it as the decision. */
const withoutVerdict = (summary, decision, metric) => (decision && summary.startsWith(`${decision}: `) ? summary.slice(decision.length + 2) : summary).replace(`${metric} `, `${metricName(metric)} `).replace(/^./, (c) => c.toUpperCase());

/** A check of a gate decision. */
function check(raw) {
  return {
    name: titleOf(raw), group: text(raw.name).includes(" by ") ? text(raw.name).split(" by ").at(-1) : "", kind: text(raw.kind), passed: raw.passed === true, metric: text(raw.metric), champion: numberOf(raw.champion), challenger: numberOf(raw.challenger),
    confidence: numberOf(raw.confidence), threshold: numberOf(raw.threshold), value: numberOf(raw.value), message: text(raw.message),
    groups: (Array.isArray(raw.groups) ? raw.groups : Object.entries(object(raw.groups)).map(([group, value]) => ({ group, ...object(value) }))).map((group) => ({ group: text(group.group ?? group.name), n: numberOf(group.n), value: numberOf(group.value), judged: group.judged !== false })),
  };
}

/** A gate decision. */
export function promotion(raw) {
  const checks = list(raw.checks).map(check);
  const compare = checks.find((c) => c.kind === "compare") ?? checks.find((c) => c.confidence !== null) ?? null;
  const metric = compare?.metric || "auroc";
  const metrics = object(raw.metrics);
  const fairness = checks.filter((c) => c.kind === "fairness");
  return {
    id: text(raw.id), model: text(raw.model), version: versionOf(raw.version), previous: versionOf(raw.champion), decision: text(raw.decision) || text(raw.state) || "pending", at: time(raw.event_time) ?? time(raw.time),
    summary: withoutVerdict(text(raw.summary ?? raw.error), text(raw.decision), metric), actor: text(raw.actor), rows: numberOf(object(raw.holdout).rows), holdout: text(object(raw.holdout).address), checks, metric, fairness,
    champion: compare?.champion ?? numberOf(object(metrics.champion)[metric]), challenger: compare?.challenger ?? numberOf(object(metrics.challenger)[metric]),
    confidence: compare?.confidence ?? null, needed: compare?.threshold ?? null,
    metrics: { champion: object(metrics.champion), challenger: object(metrics.challenger) },
  };
}

/** A deployment with its traffic. */
export function deployment(raw) {
  const traffic = object(raw.traffic);
  return {
    name: text(raw.name), model: nameOf(raw.model), version: versionOf(raw.version), status: text(raw.status), problem: text(raw.problem), wanted: versionOf(object(raw.wanted).version), switched: time(raw.switched),
    variants: list(raw.variants).map((v) => ({ version: versionOf(v.version), weight: numberOf(v.weight), state: text(v.state), workers: numberOf(v.workers), inFlight: numberOf(v.in_flight) })),
    requests: numberOf(traffic.requests) ?? 0, predictions: numberOf(traffic.predictions) ?? 0, failed: numberOf(traffic.failed) ?? 0, p50: numberOf(traffic.p50_ms), p99: numberOf(traffic.p99_ms),
  };
}

/** An alert. */
export function alert(raw) {
  return {
    id: text(raw.id), deployment: nameOf(raw.deployment), signal: text(raw.signal), feature: text(raw.feature), level: text(raw.level), value: numberOf(raw.value), threshold: numberOf(raw.threshold),
    opened: time(raw.opened), closed: time(raw.closed), window: time(raw.window_start),
  };
}

const WINDOWS = 400;

/** What monitoring knows of a deployment; of its windows the newest that a screen can tell apart. */
export function monitoring(raw) {
  const thresholds = object(raw.thresholds);
  const drift = object(thresholds.drift);
  const quality = object(thresholds.quality);
  const length = (numberOf(raw.window_seconds) ?? 86_400) * 1000;
  const windows = list(raw.windows).map((w) => {
    const start = time(w.start);
    return {
      start, end: time(w.end) ?? start + length, predictions: numberOf(w.predictions) ?? 0, actuals: numberOf(w.actuals) ?? 0, versions: object(w.versions),
      drift: object(w.drift), score: object(w.score), quality: object(w.quality), latency: object(w.latency),
    };
  }).filter((w) => w.start !== null).sort((a, b) => a.start - b.start).slice(-WINDOWS);
  return {
    deployment: text(raw.deployment), measure: text(drift.measure) || "psi", warn: numberOf(drift.warn) ?? 0.1, alert: numberOf(drift.alert) ?? 0.25,
    metric: text(quality.metric) || "auroc", alertBelow: numberOf(quality.alert_below), alertAbove: numberOf(quality.alert_above), features: list(raw.features).map(nameOf), watermark: time(raw.watermark), windows, reference: object(raw.reference),
  };
}

/** A registered model: its champion, challenger and versions. */
export function model(raw) {
  const aliases = object(raw.aliases);
  const side = (name) => {
    const value = raw[name] ?? aliases[name];
    if (value === null || value === undefined || value === "") return null;
    const version = versionOf(value);
    const more = typeof value === "object" ? value : list(raw.versions).find((v) => versionOf(v) === version) ?? {};
    return { version, run: text(more.run_id ?? nameOf(more.run)), since: time(more.since) ?? time(more.created) };
  };
  return { name: text(raw.name), champion: side("champion"), challenger: side("challenger"), versions: list(raw.versions).map((v) => ({ version: versionOf(v), run: text(v.run_id ?? nameOf(v.run)), created: time(v.created) })) };
}

/** A declared dataset with its newest version. */
export function dataset(raw) {
  const latest = object([raw.version, raw.latest, raw.latest_version].find((v) => typeof v === "object" && v));
  const waiting = list(raw.waiting).at(-1) ?? (latest.status === "waiting" ? latest.version : null);
  return { name: text(raw.name), version: versionOf(latest.version ?? raw.latest ?? raw.version), rows: numberOf(latest.rows ?? raw.rows), waiting: waiting === null ? "" : versionOf(waiting), at: time(latest.event_time ?? latest.created) };
}

/** The counts of the first paint. */
export function overview(raw) {
  const size = (value) => (Array.isArray(value) ? value.length : numberOf(value));
  const counters = object(raw.counters);
  const names = (value) => (Array.isArray(value) ? value.map(nameOf) : []);
  return {
    projects: names(raw.projects), models: names(raw.models), deployments: Array.isArray(raw.deployments) ? raw.deployments.map((d) => ({ name: nameOf(d), model: nameOf(d?.model) })) : [],
    activeRuns: size(raw.active_runs), openAlerts: size(raw.open_alerts), requests: numberOf(counters.requests), predictions: numberOf(counters.predictions), failed: numberOf(counters.failed),
    now: time(raw.now ?? raw.event_time),
  };
}
