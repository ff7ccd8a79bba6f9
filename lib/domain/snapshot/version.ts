/** A release version: MAJOR.MINOR.PATCH of semver 2.0.0. Pre-releases and build metadata name no release here. */
export type Version = { major: number; minor: number; patch: number };

const VERSION = /^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/;

/** The parsed version, or null if the text is not exactly `MAJOR.MINOR.PATCH` without leading zeros. */
export function parseVersion(text: string): Version | null {
  const match = VERSION.exec(text);
  return match ? { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) } : null;
}

/** Negative, zero or positive as `a` is older than, equal to or newer than `b`. A text that is no version is older than all. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  if (!left || !right) return Number(left !== null) - Number(right !== null);
  return left.major - right.major || left.minor - right.minor || left.patch - right.patch;
}

/** The next major version above all: removing records is a major change (docs/RELEASING.md). */
export function nextMajor(versions: readonly string[]): string {
  const majors = versions.map((version) => parseVersion(version)?.major ?? 0);
  return `${Math.max(0, ...majors) + 1}.0.0`;
}
