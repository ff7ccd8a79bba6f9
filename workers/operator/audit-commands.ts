import { createPublicKey, verify } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { type Command, InvalidArgumentError, Option } from "commander";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { AUDIT_FORMATS, type AuditEnd, type AuditFormat, readAudit } from "#lib/domain/audit/export-lines.ts";
import { AppError } from "#lib/domain/errors.ts";
import { signedBytes } from "#lib/domain/wire/signed-registry.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { AuditFilter } from "#lib/ports/store.ts";
import { exportAudit } from "#lib/services/export-audit.ts";
import { say, withDeps } from "./with-deps.ts";
import { fromCaller } from "./write-backup.ts";

type Options = AuditFilter & { format: AuditFormat; out?: string; verify?: string };

/** `export-audit`: who did what, out of the database, and a check of what was exported. */
export function auditCommands(program: Command): void {
  program
    .command("export-audit")
    .description("write the audit and every log of events as lines, with a signed digest at the end")
    .option("--out <file>", "a file that does not exist yet, or - for the output")
    .addOption(new Option("--format <format>", "of the lines").choices(AUDIT_FORMATS).default("jsonl"))
    .option("--since <moment>", "from this day or moment on, such as 2026-05-06", parseMoment)
    .option("--until <moment>", "before this day or moment", parseMoment)
    .option("--actor <id>", "what one account did, or `operator`")
    .option("--action <code>", "one action, or all that begin so where it ends with a dot: `role.`")
    .option("--verify <file>", "read an export again: is it whole, unchanged, and signed by this instance?")
    .addHelpText("after", "\nExample: npm run admin -- export-audit --out audit.jsonl --since 2026-05-01")
    .action((options: Options, command: Command) => {
      const { out, verify: exported } = options;
      if ((out === undefined) === (exported === undefined))
        command.error("error: give --out FILE, --out - or --verify FILE");
      return withDeps(({ deps }) =>
        exported === undefined ? write(deps, options) : check(deps, fromCaller(exported)),
      );
    });
}

async function write(deps: Deps, { format, out = "-", ...filter }: Options): Promise<void> {
  const { verify: _verify, ...asked } = filter;
  const lines = exportAudit(deps, OPERATOR, { format, filter: asked });
  if (out === "-") {
    for await (const line of lines) say(line);
    return;
  }
  const path = fromCaller(out);
  const file = await open(path, "wx", 0o600).catch((cause: unknown) => {
    throw new AppError("configuration_invalid", {
      detail: `${path} can't be made: name a file that does not exist yet.`,
      cause,
    });
  });
  try {
    for await (const line of lines) await file.write(`${line}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  say(`written to ${path}`);
}

/** What each fault of an export means. */
const FAULTS = {
  no_end: "the export has no last line: it was cut off",
  goes_on: "the export goes on after its last line",
  digest: "the export was changed: its lines don't come to its digest",
  rows: "the export was changed: it has not as many rows as it says",
} as const;

async function check(deps: Deps, path: string): Promise<void> {
  const reading = await readAudit(linesOf(path));
  if (!reading.ok) throw new AppError("input_invalid", { detail: `${path}: ${FAULTS[reading.code]}.` });
  const { rows, publicKey } = reading.end;
  const keys = [
    await deps.signer.publicKey(),
    ...(await deps.signer.earlierKeys()).map((key) => key.public_key),
  ];
  if (!keys.includes(publicKey) || !isSigned(reading.end))
    throw new AppError("input_invalid", { detail: `${path}: the signature is not this instance's.` });
  say(`whole and unchanged: ${rows} rows, signed by ${publicKey}`);
}

function isSigned({ rows, sha256, publicKey, signature }: AuditEnd): boolean {
  try {
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: publicKey }, format: "jwk" });
    const words = signedBytes("audit-export", new TextEncoder().encode(`${rows} ${sha256}`));
    return verify(null, words, key, Buffer.from(signature, "base64url"));
  } catch {
    return false;
  }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  yield* createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
}

function parseMoment(text: string): Date {
  const moment = new Date(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/.test(text) ? text : "");
  if (Number.isNaN(moment.getTime()))
    throw new InvalidArgumentError("A day like 2026-05-06, or a moment like 2026-05-06T07:08:09Z.");
  return moment;
}
