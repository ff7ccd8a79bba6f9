const NUMBER = new Intl.NumberFormat("en-GB");
const DAY = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
const MINUTE = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});
const DAY_MS = 86_400_000;

/** `31,017`. */
export function number(value: number): string {
  return NUMBER.format(value);
}

/** `1 step`, `31,017 steps`: a number never stands without its unit. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** `12 Nov 2026`. */
export function day(value: Date): string {
  return DAY.format(value);
}

/** `12 Nov 2026, 09:31 UTC`. */
export function minute(value: Date): string {
  return `${MINUTE.format(value)} UTC`;
}

/** How far away in whole days, past or future; coarse on purpose. */
export function ago(value: Date, now: Date): string {
  const days = Math.floor(now.getTime() / DAY_MS) - Math.floor(value.getTime() / DAY_MS);
  if (days === 0) return "today";
  if (days === 1) return "yesterday";
  if (days === -1) return "tomorrow";
  const distance = roughly(Math.abs(days));
  return days > 0 ? `${distance} ago` : `in ${distance}`;
}

function roughly(days: number): string {
  if (days < 60) return `${days} days`;
  return days < 730 ? `${Math.round(days / 30.4)} months` : `${Math.round(days / 365)} years`;
}

/** `2.3 s`, `1 m 23 s`, `2 h 10 m`, from milliseconds. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} m`;
}

/** `812 bytes`, `4.2 KiB`, `1.3 MiB`. */
export function bytes(value: number): string {
  if (value < 1_024) return counted(value, "byte");
  const units = ["KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(Math.floor(Math.log2(value) / 10), units.length);
  return `${(value / 1_024 ** power).toFixed(1)} ${units[power - 1]}`;
}
