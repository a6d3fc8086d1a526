// One cursor in event time for all charts: what is pointed at in one is marked in the others.

const listeners = new Set();

/** Calls back with a time, or null when nothing is pointed at. The listener that set it is not called. */
export function follow(listener) {
  listeners.add(listener);
}

/** Points at a time on behalf of one chart. */
export function point(time, source) {
  for (const listener of listeners) if (listener !== source) listener(time);
}
