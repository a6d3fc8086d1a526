// Numbers, times and durations as people read them. Event times are shown in UTC, as the server keeps them.

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en-GB", { notation: "compact", maximumSignificantDigits: 4 });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const shortDay = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const minute = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "UTC" });

export const NONE = "–";
export const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** A number that may have been written as text ("NaN", "Infinity" or digits); otherwise null. */
export function numberOf(value) {
  if (isNumber(value)) return value;
  if (typeof value === "string" && value !== "" && Number.isFinite(Number(value))) return Number(value);
  return null;
}

/** 26,398, and 336.8K from a hundred thousand on. */
export const count = (value) => (!isNumber(value) ? NONE : Math.abs(value) >= 100_000 ? compact.format(value) : whole.format(value));

/** A figure such as AUROC or PSI: as many decimals as tell something. */
export function figure(value, decimals) {
  if (!isNumber(value)) return NONE;
  const size = Math.abs(value);
  const places = decimals ?? (size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
  return value.toFixed(places).replace("-", "−");
}

/** A share of one as per cent. A certainty short of one is never rounded up to it. */
export function percent(value, decimals = 0) {
  if (!isNumber(value)) return NONE;
  const text = (value * 100).toFixed(decimals);
  if (value < 1 && Number(text) >= 100) return `>${decimals ? "99.9" : "99"}\u00a0%`;
  return `${text}\u00a0%`;
}

/** A difference with its sign. */
export const signed = (value, decimals = 3) => (isNumber(value) ? `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(decimals)}` : NONE);

export const milliseconds = (value) => (!isNumber(value) ? NONE : value >= 1000 ? `${(value / 1000).toFixed(1)}\u00a0s` : value >= 10 ? `${Math.round(value)}\u00a0ms` : `${value.toFixed(1)}\u00a0ms`);

export function duration(seconds) {
  if (!isNumber(seconds)) return NONE;
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))}\u00a0ms`;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)}\u00a0s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)}\u00a0s`;
  if (seconds < 172_800) return `${(seconds / 3600).toFixed(1)}\u00a0h`;
  return `${Math.round(seconds / 86_400)}\u00a0days`;
}

/** Milliseconds since 1970 of an ISO 8601 time or a number; null when it is neither. */
export function time(value) {
  if (isNumber(value)) return value;
  const parsed = typeof value === "string" ? Date.parse(value) : NaN;
  return Number.isNaN(parsed) ? null : parsed;
}

const dated = (format) => (value) => { const at = time(value); return at === null ? NONE : format.format(at); };
export const date = dated(day);
export const shortDate = dated(shortDay);
export const moment = dated(minute);
export const timeOfDay = dated(clock);

/** A time as an element that keeps the exact value. */
export const shortHash = (hash) => (typeof hash === "string" && hash.length > 14 ? hash.slice(0, 12) : hash ?? NONE);

/** "auroc" as "AUROC", "average_precision" as "average precision". */
export const metricName = (name) => ({ auroc: "AUROC", log_loss: "log loss", brier: "Brier score", rmse: "RMSE", mae: "MAE", psi: "PSI", js: "Jensen–Shannon" })[name] || String(name ?? "").replaceAll("_", " ");

/** Whether more of a metric is better. */
export const moreIsBetter = (name) => !["log_loss", "brier", "rmse", "mae", "loss", "error"].includes(name);
