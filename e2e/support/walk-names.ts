import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Titles of the browser walks, read from their files: for machines that can't run them and say which they left out. */
export function walkNames(root: string): string[] {
  const folder = join(root, "e2e", "walks");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".spec.ts"))
    .toSorted()
    .flatMap((name) => {
      const source = readFileSync(join(folder, name), "utf8");
      const titles = [...source.matchAll(/^\s*test\(\s*(["'`])(.+?)\1/gm)].flatMap((match) => match[2] ?? []);
      return titles.length > 0 ? titles.map((title) => `${name} › ${title}`) : [name];
    });
}
