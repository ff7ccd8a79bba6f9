import type { EpisodeRecord } from "./schema.ts";

const TITLE_LENGTH = 100;

/** One line that names an episode: the first line of its prompt, cut at a word. */
export function titleOf(record: Pick<EpisodeRecord, "task" | "source">): string {
  const prompt = record.task.prompt ?? record.task.prompt_preview ?? "";
  const line = prompt
    .split("\n")
    .map((part) => part.trim())
    .find((part) => part.length > 0);
  if (!line) return `Session of ${record.source.tool}`;
  if (line.length <= TITLE_LENGTH) return line;
  const cut = line.slice(0, TITLE_LENGTH - 1).toWellFormed();
  const space = cut.lastIndexOf(" ");
  return `${space > TITLE_LENGTH / 2 ? cut.slice(0, space) : cut}…`;
}
