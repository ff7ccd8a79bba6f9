import { countOf, objectOf } from "./fields.ts";
import type { LogObject } from "./json-lines.ts";
import type { SessionUsage, UsageMark } from "./session.ts";

/** Usage of a rollout, from per-response records where the file has them, else from its running totals. */
export type CodexUsage = {
  marks: UsageMark[];
  record(usage: LogObject | undefined, entries: number): void;
  tokenCount(info: LogObject | undefined, entries: number): void;
};

/** `token_count` events repeat: one counts only if the running total moved. `input_tokens` includes cached input. */
export function codexUsage(hasRecords: boolean): CodexUsage {
  const marks: UsageMark[] = [];
  let lastTotal: string | undefined;
  const add = (usage: LogObject | undefined, entries: number): void => {
    const counts = usageOf(usage);
    if (Object.keys(counts).length > 0) marks.push({ entry: Math.max(0, entries - 1), usage: counts });
  };
  return {
    marks,
    record: add,
    tokenCount: (info, entries) => {
      const total = objectOf(info, "total_token_usage");
      const last = objectOf(info, "last_token_usage");
      const key = JSON.stringify(total ?? last);
      if (hasRecords || key === lastTotal) return;
      lastTotal = key;
      add(last, entries);
    },
  };
}

function usageOf(usage: LogObject | undefined): SessionUsage {
  const input = countOf(usage, "input_tokens");
  const output = countOf(usage, "output_tokens");
  const cachedInput = countOf(usage, "cached_input_tokens");
  return {
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(cachedInput === undefined ? {} : { cachedInput }),
  };
}
