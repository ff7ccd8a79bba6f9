import { type DestinationStream, destination, type Level, pino } from "pino";
import type { Log, LogField } from "#lib/ports/system.ts";
import { prettyLine } from "./log-pretty.ts";
import { currentRequest } from "./request-context.ts";

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
  "detail",
  "durationMs",
  "enqueued",
  "episode",
  "episodeId",
  "error",
  "event",
  "file",
  "head",
  "hidden",
  "hits",
  "host",
  "job",
  "jobId",
  "kind",
  "library",
  "limit",
  "method",
  "missing",
  "orphans",
  "pid",
  "port",
  "principal",
  "processed",
  "published",
  "reason",
  "reasons",
  "removed",
  "repaired",
  "requestId",
  "restarts",
  "role",
  "route",
  "rule",
  "rules",
  "scanned",
  "seq",
  "signal",
  "snapshot",
  "snapshotId",
  "state",
  "status",
  "step",
  "subject",
  "total",
  "version",
  "where",
  "worker",
]);

/** Ids, codes, numbers and names: one word without white space. A sentence, a path or an address is none. */
const WORD = /^[A-Za-z0-9][A-Za-z0-9_.,:+-]{0,255}$/;
const ROUTE = /^(?:other$|[A-Z]* ?\/)[A-Za-z0-9_./[\]{}:-]{0,200}$/;
const PHRASE = /^[A-Za-z0-9][A-Za-z0-9 _.:+-]{0,80}$/;
/** A sentence of ours for the operator, one line of plain characters. It comes out of an AppError's detail and out of nothing else. */
const SENTENCE = /^[\x20-\x7e]{1,400}$/;
const WITHHELD = "withheld";

/**
 * The process's log by pino: JSON lines, written at once so that the last one before a crash is there. Fields and values
 * outside the closed forms never reach it.
 */
export function createLog(options: {
  level: Level | "silent";
  format?: "json" | "pretty";
  stream?: DestinationStream;
}): Log {
  // Standard error: the standard output of an operator's command belongs to its answer.
  const plain = options.stream ?? destination({ fd: 2, sync: true });
  const stream =
    options.format === "pretty" ? { write: (line: string) => plain.write(prettyLine(line)) } : plain;
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
  const request = currentRequest();
  return {
    ...(request === undefined ? {} : { requestId: request.id }),
    ...Object.fromEntries(kept.map(([name, value]) => [name, safeValue(name, value)])),
    ...(dropped > 0 ? { [WITHHELD]: dropped } : {}),
  };
}

function safeValue(name: string, value: LogField): LogField {
  if (typeof value !== "string") return value;
  return formOf(name).test(value) ? value : WITHHELD;
}

function formOf(name: string): RegExp {
  if (name === "route") return ROUTE;
  if (name === "detail") return SENTENCE;
  return name === "library" ? PHRASE : WORD;
}
