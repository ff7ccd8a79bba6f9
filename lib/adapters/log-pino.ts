import { type DestinationStream, destination, type Level, pino } from "pino";
import type { Log, LogField } from "#lib/ports/system.ts";

/**
 * Every field that a line may have. An unknown one is left out and counted, so that a new field is a decision made here and
 * not a leak found later.
 */
const FIELDS: ReadonlySet<string> = new Set([
  "action",
  "applied",
  "attempt",
  "attempts",
  "bytes",
  "caseId",
  "code",
  "concurrency",
  "count",
  "durationMs",
  "enqueued",
  "episode",
  "episodeId",
  "error",
  "event",
  "file",
  "head",
  "host",
  "job",
  "jobId",
  "kind",
  "library",
  "limit",
  "method",
  "orphans",
  "pid",
  "port",
  "processed",
  "reason",
  "reasons",
  "removed",
  "repaired",
  "requestId",
  "restarts",
  "role",
  "route",
  "rule",
  "seq",
  "signal",
  "snapshot",
  "snapshotId",
  "state",
  "status",
  "step",
  "subject",
  "version",
  "where",
  "worker",
]);

/** Ids, codes, numbers and names: one word without white space. A sentence, a path or an address is none. */
const WORD = /^[A-Za-z0-9][A-Za-z0-9_.,:+-]{0,255}$/;
const ROUTE = /^[A-Z]* ?\/[A-Za-z0-9_./[\]{}:-]{0,200}$/;
const PHRASE = /^[A-Za-z0-9][A-Za-z0-9 _.:+-]{0,80}$/;
const WITHHELD = "withheld";

/**
 * The process's log by pino: JSON lines, written at once so that the last one before a crash is there. Fields and values
 * outside the closed forms never reach it.
 */
export function createLog(options: { level: Level | "silent"; stream?: DestinationStream }): Log {
  // Standard error: the standard output of an operator's command belongs to its answer.
  const stream = options.stream ?? destination({ fd: 2, sync: true });
  const logger = pino(
    {
      level: options.level,
      base: { pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: "event",
    },
    stream,
  );
  const write =
    (level: Level): Log["info"] =>
    (event, fields = {}) =>
      logger[level](safeFields(fields), PHRASE.test(event) ? event : WITHHELD);
  return { info: write("info"), warn: write("warn"), error: write("error") };
}

function safeFields(fields: Record<string, LogField>): Record<string, LogField> {
  const kept = Object.entries(fields).filter(([name]) => FIELDS.has(name));
  const dropped = Object.keys(fields).length - kept.length;
  return {
    ...Object.fromEntries(kept.map(([name, value]) => [name, safeValue(name, value)])),
    ...(dropped > 0 ? { [WITHHELD]: dropped } : {}),
  };
}

function safeValue(name: string, value: LogField): LogField {
  if (typeof value !== "string") return value;
  const form = name === "route" ? ROUTE : name === "library" ? PHRASE : WORD;
  return form.test(value) ? value : WITHHELD;
}
