import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { type RedactionReport, sanitizeEvents } from "#lib/domain/sanitize/sanitize-events.ts";
import { type CanonicalEvent, readCanonicalEvents } from "#cli/run/canonical-events.ts";
import { CliFailure, EXIT, type ExitCode, systemCode } from "#cli/io/failure.ts";
import { collectIdentities } from "#cli/io/identities.ts";
import { countsInWords } from "#cli/io/report.ts";
import { safeLine } from "#cli/io/safe-text.ts";
import { readSettings } from "#cli/io/settings.ts";
import { type Io, say, sayJson } from "#cli/io/terminal.ts";
import { withContributor } from "#cli/run/contributor-terms.ts";

export type SanitizeOptions = { in: string; out: string; json?: boolean };

const EVENTS = "sanitized_events.jsonl";
const REPORT = "redaction_report.json";

/** What the report says beyond the sanitizer's own: lines of the input that are no canonical event and were left out. */
type Report = RedactionReport & { unreadable_lines: { line: number; code: string; paths: string[] }[] };

/** Sanitizes canonical events, one JSON object a line, into a folder of two files. What can't be cleaned is left out and named. */
export function sanitizeFile(io: Io, options: SanitizeOptions): ExitCode {
  const settings = readSettings(io);
  const { salt } = withContributor(settings, (terms) => terms.keys);
  const input = readCanonicalEvents(readInput(resolve(io.cwd, options.in)));
  // a parsed event is plain JSON
  const events = input.events as (CanonicalEvent & JsonValue)[];
  const made = sanitizeEvents(events, { salt, identities: collectIdentities(settings, io) });
  const report: Report = { ...made.report, unreadable_lines: input.unreadable };
  const folder = resolve(io.cwd, options.out);
  const lines = made.events.flatMap((event) => (event.ok ? [`${JSON.stringify(event.event)}\n`] : []));
  writeOutputs(folder, { [EVENTS]: lines.join(""), [REPORT]: `${JSON.stringify(report, null, 2)}\n` });
  const refusedAny = report.refused > 0 || report.unreadable_lines.length > 0;
  if (options.json) sayJson(io, { ok: !refusedAny, out: folder, report, next_steps: [] });
  else show(io, { folder, report });
  return refusedAny ? EXIT.refused : EXIT.ok;
}

function show(io: Io, { folder, report }: { folder: string; report: Report }): void {
  say(io, `events=${report.events}`);
  say(io, `sanitized=${report.sanitized}`);
  say(io, `refused=${report.refused}`);
  say(io, `unreadable_lines=${report.unreadable_lines.length}`);
  say(io, `redactions=${report.redactions.total}`);
  say(io, `redactions_by_kind: ${countsInWords(report.redactions.by_kind)}`);
  for (const { index, findings } of report.refused_records) {
    say(io, `refused: event ${index + 1}`);
    for (const { rule, path } of findings) say(io, `    ${safeLine(rule)} at ${safeLine(path || "$")}`);
  }
  for (const { line, code, paths } of report.unreadable_lines) {
    say(io, `unreadable: line ${line}: ${code} ${paths.join(", ")}`.trimEnd());
  }
  say(io, `written: ${join(folder, EVENTS)}`);
  say(io, `written: ${join(folder, REPORT)}`);
}

function readInput(path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const why = error instanceof TypeError ? "it is not UTF-8 text" : (systemCode(error) ?? "unknown");
    throw new CliFailure("input_unreadable", `The file given with --in can't be read (${why}).`);
  }
}

function writeOutputs(folder: string, files: Record<string, string>): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
      chmodSync(join(folder, name), 0o600);
    }
  } catch (error) {
    const code = systemCode(error) ?? "unknown";
    throw new CliFailure("output_unwritable", `The folder given with --out can't be written (${code}).`);
  }
}
