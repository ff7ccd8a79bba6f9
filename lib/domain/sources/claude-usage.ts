import { countOf } from "./fields.ts";
import type { LogObject } from "./json-lines.ts";
import type { UsageMark } from "./session.ts";

/** Usage of a transcript, once per API message. */
export type ClaudeUsage = {
  add(messageId: string | undefined, usage: LogObject | undefined, entries: number): void;
  marks(): UsageMark[];
};

type Tally = { entry: number; fresh: number; written: number; cached: number; output: number };

/**
 * One API message is logged as several records that repeat its usage, in older versions growing: the largest figure of
 * each kind counts. The API states cached input apart, a record's input includes it.
 */
export function claudeUsage(): ClaudeUsage {
  const tallies = new Map<string, Tally>();
  return {
    add: (messageId, usage, entries) => {
      if (messageId === undefined || usage === undefined) return;
      const before = tallies.get(messageId);
      const most = (key: string, old: number | undefined) => Math.max(countOf(usage, key) ?? 0, old ?? 0);
      tallies.set(messageId, {
        entry: before?.entry ?? Math.max(0, entries - 1),
        fresh: most("input_tokens", before?.fresh),
        written: most("cache_creation_input_tokens", before?.written),
        cached: most("cache_read_input_tokens", before?.cached),
        output: most("output_tokens", before?.output),
      });
    },
    marks: () =>
      [...tallies.values()].map(({ entry, fresh, written, cached, output }) => ({
        entry,
        usage: { input: fresh + written + cached, output, cachedInput: cached },
      })),
  };
}
