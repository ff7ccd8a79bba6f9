import { z } from "zod";
import { runningDigest } from "#lib/domain/snapshot/digests.ts";

export const AUDIT_FORMATS = ["jsonl", "csv"] as const;
export type AuditFormat = (typeof AUDIT_FORMATS)[number];

/** Columns of an export, in this order. Ids, moments and closed codes; never text that people wrote. */
const COLUMNS = ["log", "seq", "at", "actor", "action", "subject", "from", "to"] as const;
export type AuditFields = Record<(typeof COLUMNS)[number], string | number | null>;

/** What stands in the last line of an export: how many rows came before, and the SHA-256 of all lines before it, as 64 hex digits. */
export type AuditEnd = { rows: number; sha256: string; publicKey: string; signature: string };

/** The lines that come before the first row. */
export function auditHead(format: AuditFormat): string[] {
  return format === "csv" ? [COLUMNS.join(",")] : [];
}

/** One row as a line. */
export function auditLine(format: AuditFormat, fields: AuditFields): string {
  if (format === "csv") return COLUMNS.map((name) => csvCell(fields[name])).join(",");
  return JSON.stringify(Object.fromEntries(COLUMNS.map((name) => [name, fields[name]])));
}

/** The last line. In CSV its first cell is `end`, which is no log. */
export function auditEndLine(format: AuditFormat, { rows, sha256, publicKey, signature }: AuditEnd): string {
  if (format === "csv") return ["end", rows, sha256, publicKey, signature].join(",");
  return JSON.stringify({ end: { rows, sha256, publicKey, signature } });
}

/** RFC 4180; a spreadsheet would run what begins like a formula, so that is made text by an apostrophe. */
function csvCell(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** What an export says in its last line, and what its lines come to. */
export type AuditReading =
  | { ok: true; end: AuditEnd }
  | { ok: false; code: "no_end" | "goes_on" | "digest" | "rows" };

const End = z.strictObject({
  rows: z.int().min(0),
  sha256: z.string(),
  publicKey: z.string(),
  signature: z.string(),
});

/** Reads an export to its end and compares it with its last line. Whether that line's signature is right is the caller's to ask. */
export async function readAudit(lines: AsyncIterable<string>): Promise<AuditReading> {
  const digest = runningDigest();
  let rows = 0;
  let end: AuditEnd | undefined;
  for await (const line of lines) {
    if (end) return { ok: false, code: "goes_on" };
    end = endIn(line);
    if (end) continue;
    digest.add(`${line}\n`);
    if (rows > 0 || line !== COLUMNS.join(",")) rows += 1;
  }
  if (!end) return { ok: false, code: "no_end" };
  if (digest.hex() !== end.sha256) return { ok: false, code: "digest" };
  return rows === end.rows ? { ok: true, end } : { ok: false, code: "rows" };
}

function endIn(line: string): AuditEnd | undefined {
  if (line.startsWith("end,")) {
    const [, rows, sha256, publicKey, signature] = line.split(",");
    return End.safeParse({ rows: Number(rows), sha256, publicKey, signature }).data;
  }
  if (!line.startsWith('{"end":')) return undefined;
  try {
    const parsed: unknown = JSON.parse(line);
    return z.strictObject({ end: End }).safeParse(parsed).data?.end;
  } catch {
    return undefined;
  }
}
