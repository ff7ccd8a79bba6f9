/** True for a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The first of the named keys that holds a string, empty ones included. */
export function firstString(args: unknown, keys: readonly string[]): string | null {
  if (!isObject(args)) return null;
  for (const key of keys) {
    const value = args[key];
    if (typeof value === "string") return value;
  }
  return null;
}

/** The command line that a shell tool's arguments hold, without the shell that wraps it. */
export function commandOf(args: unknown): string | null {
  if (typeof args === "string") return args;
  if (!isObject(args)) return null;
  const value = args.command ?? args.cmd ?? args.script ?? args.input;
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return null;
  const words = value.filter((word) => typeof word === "string");
  const wrapped = /(?:^|\/)(?:ba|z|da)?sh$/.test(words[0] ?? "") && /^-[a-z]*c$/.test(words[1] ?? "");
  return wrapped ? words.slice(2).join(" ") : words.join(" ");
}
