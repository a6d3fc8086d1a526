// The one way to the server: JSON with a deadline, and its problem details as errors that a person can act on.

/** What the server, or the way to it, said instead of an answer. */
export class Problem extends Error {
  constructor(title, message, { status = 0, hint = "" } = {}) {
    super(message);
    this.title = title;
    this.status = status;
    this.hint = hint;
  }
}

const readable = { 401: "Sign in needed", 403: "Not allowed", 404: "Not found", 429: "Too busy", 503: "Not ready" };

async function problemOf(response) {
  let document = {};
  try { document = await response.json(); } catch { /* no JSON: the status must do */ }
  const message = document.detail || document.message || document.title || response.statusText || "The server gave no reason.";
  return new Problem(readable[response.status] || `The server answered ${response.status}`, String(message), { status: response.status, hint: document.hint ? String(document.hint) : "" });
}

async function request(path, seconds) {
  let response;
  try {
    response = await fetch(path, { headers: { accept: "application/json" }, signal: AbortSignal.timeout(seconds * 1000) });
  } catch (cause) {
    throw cause.name === "TimeoutError"
      ? new Problem("No answer in time", `${path} took longer than ${seconds} s.`)
      : new Problem("The server cannot be reached", "Is it running?", { hint: "martlet server" });
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** The JSON at a path of the API. */
export async function get(path, { seconds = 15 } = {}) {
  const response = await request(path, seconds);
  try {
    return await response.json();
  } catch {
    throw new Problem("An answer that is not JSON", `${path} answered something else.`);
  }
}

/** The end of a text, of which no more than `limit` bytes are kept. */
export async function getTail(path, { seconds = 15, limit = 65_536 } = {}) {
  const response = await request(path, seconds);
  const reader = response.body.getReader();
  let kept = new Uint8Array(0);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const joined = new Uint8Array(kept.length + value.length);
    joined.set(kept);
    joined.set(value, kept.length);
    kept = joined.length > limit ? joined.slice(joined.length - limit) : joined;
  }
  return new TextDecoder().decode(kept);
}

/** Items of a list answer, whether it came as {"items": […]} or as a bare array. */
export const items = (answer) => (Array.isArray(answer) ? answer : Array.isArray(answer?.items) ? answer.items : []);

/** A name or address as one part of a path. */
export const part = (text) => encodeURIComponent(text);

/** An address such as model:flights/3 as the tail of a path: slashes stay, all else is escaped. */
export const tail = (address) => String(address).split("/").map(encodeURIComponent).join("/").replaceAll("%3A", ":").replaceAll("%40", "@");
