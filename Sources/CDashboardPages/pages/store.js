// What the page knows: named answers of the API, fetched again only when an event touches them.

const CALM = 300;        // milliseconds of quiet before a touched answer is fetched again
const AT_LEAST = 1500;   // but never later than this after the first touch

/** Named resources with their loaders and listeners. */
export class Store {
  #resources = new Map();

  /** Declares a resource: `load` answers a promise of its value. */
  declare(name, load) {
    this.#resources.set(name, { load, value: undefined, error: null, listeners: [], busy: false, again: false, timer: 0, touched: 0, text: "" });
  }

  value(name) { return this.#resources.get(name)?.value; }
  error(name) { return this.#resources.get(name)?.error; }

  /** Calls back, now and later, whenever one of the resources has changed. */
  watch(names, listener) {
    for (const name of names) this.#resources.get(name).listeners.push(listener);
    listener();
  }

  /** Says that a resource may have changed; it is fetched after a moment of quiet. */
  touch(name) {
    const resource = this.#resources.get(name);
    if (!resource) return;
    const now = performance.now();
    resource.touched ||= now;
    clearTimeout(resource.timer);
    const wait = Math.max(0, Math.min(CALM, resource.touched + AT_LEAST - now));
    resource.timer = setTimeout(() => this.refresh(name), wait);
  }

  /** Fetches now; calls while one is under way are answered by one more fetch after it. */
  async refresh(name) {
    const resource = this.#resources.get(name);
    clearTimeout(resource.timer);
    resource.touched = 0;
    if (resource.busy) { resource.again = true; return; }
    resource.busy = true;
    do {
      resource.again = false;
      try {
        const value = await resource.load();
        const text = JSON.stringify(value) ?? "";
        const changed = text !== resource.text || resource.error !== null || resource.value === undefined;
        Object.assign(resource, { value, text, error: null });
        if (changed) this.#tell(resource);
      } catch (error) {
        // What was shown stays; only a panel that never had anything shows the error itself.
        resource.error = error;
        this.#tell(resource);
      }
    } while (resource.again);
    resource.busy = false;
  }

  /** Fetches several at once; one that fails does not keep the others. */
  refreshAll(names = [...this.#resources.keys()]) {
    return Promise.all(names.map((name) => this.refresh(name)));
  }

  #tell(resource) {
    for (const listener of resource.listeners) {
      try { listener(); } catch (error) { console.error(error); }
    }
  }
}
