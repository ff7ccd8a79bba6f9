import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makePrivateFolder } from "#cli/io/private-folder.ts";

/** A page on disk that leads to an address. */
export type RedirectFile = { path: string; remove(): void };

/**
 * Writes a page that goes on to an address at once, readable by its owner alone. A browser is started with its path: every user of a machine
 * sees what programs were started with, and the address holds a token.
 */
export function writeRedirectFile(url: string): RedirectFile {
  const folder = makePrivateFolder();
  const path = join(folder.path, "review.html");
  // our own address: letters, digits and the marks of an address, nothing that HTML would read
  const html = `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${url}">
<title>Review · trace-share</title>
<p><a href="${url}">Open the review</a></p>
`;
  writeFileSync(path, html, { flag: "wx", mode: 0o600 });
  return { path, remove: () => folder.remove() };
}
