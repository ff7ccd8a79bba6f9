import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { denyWordsText, readDenyWords } from "#lib/domain/client/deny-words.ts";
import { usageFailure } from "./failure.ts";
import { readSmallFile } from "./small-file.ts";
import { writePrivateFile } from "./write-file.ts";
import { shownPath } from "#cli/run/file-names.ts";

const FILE = "deny-words.json";

/** What the contributor marked as missed. A file that can't be read stops everything: without it words would leave. */
export function loadDenyWords(home: string): string[] {
  const path = join(home, FILE);
  const file = readSmallFile(path);
  if (!file.ok && file.reason === "absent") return [];
  const words = file.ok ? readDenyWords(file.text) : undefined;
  if (words) return words;
  throw usageFailure(
    "deny_words_invalid",
    `The file ${shownPath(path)} can't be read or is not one of the review's.`,
    [`mend ${shownPath(path)}, or remove it and mark its words again in trace-share review`],
  );
}

/** Keeps the words, readable by their owner alone; without words there is no file. */
export function storeDenyWords(home: string, words: readonly string[]): void {
  const path = join(home, FILE);
  if (words.length > 0) writePrivateFile(path, denyWordsText(words));
  else if (existsSync(path)) rmSync(path);
}
