// The event stream: live, filterable, pausable, and never longer than its bound.

import { tail } from "./api.js";
import { byID, el, hasEvidence, roving, setAttribute, setText } from "./dom.js";
import { count, shortDate, date, timeOfDay } from "./format.js";
import { sentence, toneOfEvent } from "./sentences.js";

const KEPT = 1000;   // events in memory
const SHOWN = 200;   // rows on the page
const groups = [["data", /^dataset/], ["pipeline", /^(pipeline_run|step|trigger|run|experiment)/], ["model", /^(model_version|alias|promotion|rollback)/], ["serving", /^deployment/], ["alert", /^alert|^webhook/]];

/** The panel; `add(events)` takes any number of events, oldest first. */
export function eventsPanel() {
  const host = byID("events");
  const kept = [];
  const chosen = new Set();
  let paused = false, held = 0, words = "", due = false, total = 0;

  const search = el("input", { type: "search", placeholder: "Filter by kind, subject or word", "aria-label": "Filter events", autocomplete: "off", spellcheck: "false" });
  const chips = groups.map(([name]) => el("button", { class: "button", type: "button", "aria-pressed": "false", "data-group": name }, name));
  const pause = el("button", { class: "button", type: "button", "aria-pressed": "false" }, "Pause");
  const list = el("div", { class: "events", role: "log", "aria-live": "off", "aria-label": "Events, newest first" });
  const none = el("div", { class: "empty" }, el("strong", {}, "No event yet"), "Each change of state appends one event here.", el("div", {}, el("code", {}, "martlet apply")));
  host.replaceChildren(el("div", { class: "tools" }, search, el("div", { class: "chips", role: "group", "aria-label": "Kinds of event" }, chips), pause), list);

  search.addEventListener("input", () => { words = search.value.trim().toLowerCase(); later(); });
  for (const chip of chips) chip.addEventListener("click", () => {
    const name = chip.dataset.group;
    chosen.has(name) ? chosen.delete(name) : chosen.add(name);
    setAttribute(chip, "aria-pressed", chosen.has(name));
    later();
  });
  pause.addEventListener("click", () => {
    paused = !paused;
    held = 0;
    setAttribute(pause, "aria-pressed", paused);
    setText(pause, paused ? "Go on" : "Pause");
    later();
  });
  roving(list, "summary");

  const matches = (event) => (!chosen.size || groups.some(([name, pattern]) => chosen.has(name) && pattern.test(event.kind))) && (!words || event.words.includes(words));

  function later() {
    if (due) return;
    due = true;
    // A hidden page draws nothing; it catches up when it is looked at.
    (document.hidden ? (f) => setTimeout(f, 1000) : requestAnimationFrame)(() => { due = false; draw(); });
  }

  function draw() {
    setText(byID("events-aside"), paused && held ? `${count(held)} new while paused` : total > KEPT ? `the newest ${count(KEPT)} are kept here, ${count(total)} seen` : total ? `${count(total)} seen` : "");
    if (paused) { if (held) return; }
    const shown = [];
    for (let i = kept.length - 1; i >= 0 && shown.length < SHOWN; i -= 1) if (matches(kept[i])) shown.push(kept[i]);
    if (!shown.length) { list.replaceChildren(kept.length ? el("p", { class: "empty" }, "No event matches.") : none); return; }
    const rows = new Map([...list.children].filter((row) => row.dataset.sequence).map((row) => [row.dataset.sequence, row]));
    const isFirst = rows.size === 0;
    let place = list.firstChild;
    const wanted = new Set(shown.map((event) => String(event.sequence)));
    for (const child of [...list.children]) if (!wanted.has(child.dataset.sequence)) { if (child === place) place = child.nextSibling; child.remove(); }
    const scrolled = list.scrollTop;
    let grown = 0;
    for (const event of shown) {
      let row = rows.get(String(event.sequence));
      if (!row) {
        row = rowOf(event);
        if (!isFirst && grown < 20) row.classList.add("fresh");
        list.insertBefore(row, place);
        grown += 1;
      } else place = row.nextSibling;
    }
    // One row is a tab stop; from there the arrow keys lead on.
    if (!list.querySelector('summary[tabindex="0"]')) list.querySelector("summary").tabIndex = 0;
    // What is being read stays under the eye while newer events arrive above it.
    if (scrolled > 0 && !isFirst && grown) list.scrollTop = scrolled + grown * (list.firstChild?.offsetHeight || 0);
  }

  return {
    add(events) {
      total += events.length;
      for (const event of events.slice(-KEPT)) kept.push({ ...event, words: `${event.sequence} ${event.kind} ${event.subject} ${event.actor} ${sentence(event)}`.toLowerCase() });
      if (kept.length > KEPT) kept.splice(0, kept.length - KEPT);
      if (paused) held += events.length;
      later();
    },
    /** How many rows and events are held now; tests ask. */
    size: () => ({ kept: kept.length, rows: list.children.length }),
  };
}

function rowOf(event) {
  const inside = el("div", { class: "inside" });
  const eventTime = event.event_time ? shortDate(event.event_time) : "";
  const row = el("details", { class: "event", "data-sequence": event.sequence, "data-tone": toneOfEvent(event) || null },
    el("summary", { tabindex: "-1", "aria-label": `${event.kind}: ${sentence(event)}` },
      el("span", { class: "sequence" }, count(event.sequence)), el("span", { class: "when", title: event.event_time ? `event time ${date(event.event_time)}` : null }, eventTime || timeOfDay(event.time)),
      el("span", { class: "kind" }, event.kind), el("span", { class: "says" }, sentence(event)), el("span", { class: "by" }, event.actor ?? "")), inside);
  row.addEventListener("toggle", () => {
    if (!row.open || inside.firstChild) return;
    inside.append(
      el("dl", { class: "inline-facts" }, [["Subject", hasEvidence(event.subject) ? el("a", { href: `/why/${tail(event.subject)}` }, event.subject) : event.subject ?? ""], ["At", `${date(event.time)} ${timeOfDay(event.time)}`], event.event_time && ["Event time", `${date(event.event_time)} ${timeOfDay(event.event_time)}`], ["By", event.actor ?? ""], ["Hash", el("code", {}, String(event.hash ?? "").slice(0, 16))]].filter(Boolean).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
      el("pre", { tabindex: "0", "aria-label": "Payload" }, JSON.stringify(event.payload ?? null, null, 2)));
  });
  return row;
}

