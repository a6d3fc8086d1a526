// Elements made from data. Text only ever becomes a text node, so no answer of the server can become markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [property, v] of Object.entries(value)) node.style.setProperty(property, v);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false).map((child) => (child instanceof Node ? child : String(child))));
  return node;
}

/** An HTML element; `on…` attributes are listeners, `style` an object of properties, children nodes or text. */
export const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** An SVG element, in the same manner. */
export const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** The element of the page with this id. */
export const byID = (id) => document.getElementById(id);

/** Writes text only when it differs, so that screen readers and selections are left alone. */
export function setText(node, text) {
  const value = String(text ?? "");
  if (node.textContent !== value) node.textContent = value;
}

/** Sets an attribute only when it differs; null removes it. */
export function setAttribute(node, name, value) {
  if (value === null || value === undefined) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/** Makes `nodes` the children of `parent`, in order, moving only what is out of place: focus stays where it is. */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let place = parent.firstElementChild;
  for (const node of nodes) {
    if (node === place) place = place.nextElementSibling;
    else parent.insertBefore(node, place);
  }
}

/** Makes `parent`'s children follow `items`, reusing the node of the same key. */
export function keyed(parent, items, keyOf, make, update) {
  const existing = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  arrange(parent, items.map((item) => {
    const key = String(keyOf(item));
    const node = existing.get(key) ?? make(item);
    node.dataset.key = key;
    update?.(node, item);
    return node;
  }));
}

/** Arrow keys move the focus among `selector` inside `host`; only one of them is a tab stop. */
export function roving(host, selector, { horizontal = false, onMove } = {}) {
  const [back, forth] = horizontal ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
  host.addEventListener("keydown", (event) => {
    const stops = [...host.querySelectorAll(selector)];
    const at = stops.indexOf(document.activeElement);
    if (at < 0) return;
    const to = { [back]: at - 1, [forth]: at + 1, Home: 0, End: stops.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = stops[Math.max(0, Math.min(stops.length - 1, to))];
    for (const stop of stops) stop.tabIndex = stop === next ? 0 : -1;
    next.focus();
    onMove?.(next);
  });
}

/** What stands where there is nothing yet, with the command that changes it. */
export function empty(title, text, command) {
  return el("div", { class: "empty" }, el("strong", {}, title), text, command && el("div", {}, el("code", {}, command)));
}

/** What stands where an answer did not come. */
export function failed(error) {
  return el("div", { class: "empty failed" }, el("strong", {}, error.title || "No answer"), error.message, error.hint && el("div", {}, error.hint));
}

/** Whether evidence is kept for an address, so that it can be a link to it. */
export const hasEvidence = (address) => /^(prediction|model|deployment|promotion|pipeline_run|run):./.test(String(address)) && (!String(address).startsWith("model:") || /\/\d+$/.test(String(address)));

/** Says something once to screen readers. */
export function announce(text) {
  setText(byID("announcer"), text);
}
