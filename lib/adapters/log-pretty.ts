/**
 * A line of the log for a person's terminal: time, level, event, then the fields as `name=value`. Made of a JSON line, in which every
 * control character is escaped, and written as JSON again, so no value can act on the terminal.
 */
export function prettyLine(json: string): string {
  const line: unknown = JSON.parse(json);
  if (typeof line !== "object" || line === null) return json;
  const { time, level, event, pid: _, ...fields } = line as Record<string, unknown>; // a JSON object
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${wordOf(value)}`);
  return `${[timeOf(time), wordOf(level).toUpperCase().padEnd(5), wordOf(event), ...rest].join(" ")}\n`;
}

function timeOf(time: unknown): string {
  return typeof time === "string" ? time.slice(11, 23) : "-";
}

/** As it is where that is one plain word, else as JSON. */
function wordOf(value: unknown): string {
  return typeof value === "string" && /^[\w./:+,-]+$/.test(value) ? value : asciiJson(value);
}

function asciiJson(value: unknown): string {
  const escaped = (text: string) =>
    text.replaceAll(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return escaped(JSON.stringify(value) ?? "null");
}
