/** One line for the person who watches. Whatever it holds, it can't steer a terminal. */
export function sayLine(line = ""): void {
  process.stdout.write(`${line.replaceAll(/\p{C}/gu, "?")}\n`);
}

/** One line below the step that it belongs to. */
export function sayDetail(line: string): void {
  sayLine(`       ${line}`);
}

/** `secret 3, user 2`, most frequent first; `none` for nothing. */
export function inWords(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return entries.map(([name, count]) => `${name} ${count}`).join(", ") || "none";
}

/** `1 episode`, `2 episodes`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Enough of an id to tell episodes apart. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}
