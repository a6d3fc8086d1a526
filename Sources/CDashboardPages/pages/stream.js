// The live event stream. Sequences have no gaps, so a jump means a missed event, which is then asked for.

import { get, items } from "./api.js";

const KINDS = [
  "experiment.created", "run.created", "run.finished", "model_version.created", "model_version.registered", "alias.set", "alias.deleted", "dataset.declared",
  "dataset_version.created", "dataset_version.waiting", "dataset_version.accepted", "dataset_version.rejected", "project.applied", "pipeline_run.created",
  "pipeline_run.started", "pipeline_run.waiting", "pipeline_run.continued", "pipeline_run.cancel_requested", "registered_model.created", "registered_model.deleted", "registered_model.renamed",
  "model_version.deleted", "model_version.staged", "logged_model.created", "logged_model.deleted", "step.failed", "step.lost", "pipeline_run.finished", "step.queued", "step.started", "step.finished", "step.reattached", "step.retried", "promotion.decided",
  "promotion.requested", "promotion.waiting", "deployment.declared", "deployment.switched", "deployment.ready", "deployment.failed", "alert.fired", "alert.resolved", "rollback.done", "trigger.fired",
  "trigger.skipped", "webhook.delivered", "webhook.failed",
];

/** Opens the stream and keeps it open. `onEvents` gets events in order, each once; `onState` connecting, live or lost. */
export class Stream {
  #source = null;
  #last = 0;
  #waiting = [];
  #filling = false;
  #delay = 1000;

  constructor(onEvents, onState) {
    this.onEvents = onEvents;
    this.onState = onState;
  }

  /** Starts after the event with this sequence. */
  open(after) {
    this.#last = after;
    this.#connect();
  }

  #connect() {
    this.onState("connecting");
    // The browser sends Last-Event-ID when it reconnects by itself; `after` serves the first time and after a refusal.
    const source = new EventSource(`/api/v1/events/stream?after=${this.#last}`);
    this.#source = source;
    source.onopen = () => { this.#delay = 1000; this.onState("live"); this.#fill(); };
    source.onerror = () => {
      this.onState("lost");
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(() => this.#connect(), this.#delay);
      this.#delay = Math.min(this.#delay * 2, 30_000);
    };
    const take = (message) => this.#take(message);
    source.onmessage = take;
    for (const kind of KINDS) source.addEventListener(kind, take);
  }

  #take(message) {
    let event;
    try { event = JSON.parse(message.data); } catch { return; }
    const sequence = Number(event.sequence);
    if (!(sequence > this.#last)) return;
    this.#waiting.push(event);
    if (sequence > this.#last + this.#waiting.length) this.#fill();
    else this.#deliver();
  }

  #deliver() {
    if (this.#filling || !this.#waiting.length) return;
    const events = this.#waiting.sort((a, b) => a.sequence - b.sequence).filter((event, at, all) => event.sequence > this.#last && event.sequence !== all[at - 1]?.sequence);
    this.#waiting = [];
    if (!events.length) return;
    this.#last = events.at(-1).sequence;
    this.onEvents(events);
  }

  /** Asks for what lies between the last event delivered and now: kinds that this page has no listener for come this way. */
  async #fill() {
    if (this.#filling) return;
    this.#filling = true;
    try {
      const missed = items(await get(`/api/v1/events?after=${this.#last}&limit=500`));
      this.#waiting.push(...missed);
    } catch { /* the stream itself tells of a lost connection */ }
    this.#filling = false;
    this.#deliver();
  }

  /** Asks now and then, for kinds without a listener that nothing known has followed. */
  check() { if (this.#source?.readyState === EventSource.OPEN) this.#fill(); }
}
