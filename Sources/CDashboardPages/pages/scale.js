// From values to pixels, and the round numbers between.

/** A scale from a domain to a range; a power below one makes room for small values. */
export function scale([lo, hi], [from, to], power = 1) {
  const bend = (value) => (power === 1 ? value : Math.sign(value) * Math.abs(value) ** power);
  const low = bend(lo);
  const span = bend(hi) - low || 1;
  return (value) => from + ((bend(value) - low) / span) * (to - from);
}

/** Round numbers within [lo, hi], about `wanted` of them. */
export function ticks(lo, hi, wanted = 5) {
  const raw = (hi - lo) / Math.max(1, wanted);
  if (!(raw > 0)) return [lo];
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * unit).find((s) => s >= raw * 0.999);
  const result = [];
  for (let k = Math.ceil(lo / step - 1e-9); k * step <= hi + step * 1e-9; k += 1) result.push(Number((k * step).toPrecision(12)));
  return result;
}

/** A domain around values, widened to round numbers. */
export function domain(values, { floor, ceiling, pad = 0.12, least = 0 } = {}) {
  if (!values.length) return [floor ?? 0, ceiling ?? 1];
  let lo = values.reduce((a, b) => Math.min(a, b));
  let hi = values.reduce((a, b) => Math.max(a, b));
  const room = Math.max(hi - lo, least, 1e-9);
  lo -= room * pad;
  hi += room * pad;
  const steps = ticks(lo, hi, 5);
  const step = steps.length > 1 ? steps[1] - steps[0] : room;
  lo = Math.floor(lo / step + 1e-9) * step;
  hi = Math.ceil(hi / step - 1e-9) * step;
  return [Math.max(lo, floor ?? -Infinity), Math.min(hi, ceiling ?? Infinity)];
}

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

/** Times worth a label between two times: months, weeks, days, hours or minutes, whichever fit. */
export function timeTicks(lo, hi, wanted = 6) {
  const span = hi - lo;
  if (!(span > 0)) return [{ at: lo, unit: "day" }];
  if (span / wanted > 20 * DAY) {
    const every = [1, 2, 3, 6, 12].find((months) => span / (months * 30.4 * DAY) <= wanted) ?? 24;
    const result = [];
    const first = new Date(lo);
    for (let at = Date.UTC(first.getUTCFullYear(), 0, 1); at <= hi; ) {
      if (at >= lo) result.push({ at, unit: "month" });
      const now = new Date(at);
      at = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + every, 1);
    }
    return result;
  }
  const steps = [[MINUTE, "minute"], [5 * MINUTE, "minute"], [15 * MINUTE, "minute"], [HOUR, "minute"], [3 * HOUR, "minute"], [6 * HOUR, "minute"], [12 * HOUR, "minute"], [DAY, "day"], [2 * DAY, "day"], [7 * DAY, "day"], [14 * DAY, "day"]];
  const [step, unit] = steps.find(([size]) => span / size <= wanted) ?? steps.at(-1);
  const result = [];
  for (let at = Math.ceil(lo / step) * step; at <= hi; at += step) result.push({ at, unit });
  return result;
}

const names = {
  month: new Intl.DateTimeFormat("en-GB", { month: "short", timeZone: "UTC" }),
  day: new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" }),
  minute: new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" }),
};

/** The label of a tick; January carries its year. */
export function tickName({ at, unit }) {
  const then = new Date(at);
  if (unit === "month" && then.getUTCMonth() === 0) return String(then.getUTCFullYear());
  return names[unit].format(then);
}
