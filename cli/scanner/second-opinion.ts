import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { CliFailure } from "#cli/io/failure.ts";
import { isTooDeep } from "#cli/sanitize/depth.ts";
import type { Io } from "#cli/io/terminal.ts";
import { findScanner, type Scanner } from "./find-scanner.ts";
import { runScanner } from "./run-scanner.ts";
import { hitsOf, linesOf, type ScannerHit } from "./scan-lines.ts";

export const SCANNER_MODES = ["auto", "required", "off"] as const;
export type ScannerMode = (typeof SCANNER_MODES)[number];

/** What a report says of the second opinion. Its absence weakens nothing: our own rules are what counts. */
export type ScannerStatus = {
  mode: ScannerMode;
  status: "off" | "absent" | "used";
  tool: string | null;
  version: string | null;
  findings: number;
};

/** A second pair of eyes over sanitized text: gitleaks or betterleaks, if there is one. */
export type SecondOpinion = {
  active: boolean;
  status(): ScannerStatus;
  /** Gives the way back to the count as it is now, for a reading that begins anew. */
  mark(): () => void;
  /** What it still finds in sanitized records. Throws a CliFailure if it is there and fails: nobody is waved through. */
  look(records: readonly JsonValue[]): Promise<ScannerHit[]>;
};

const OFF_STEPS = ["mend or remove the scanner", "or add --scanner off to do without it"];

export function secondOpinion(
  io: Io,
  mode: ScannerMode,
  options: { timeLimitMs?: number } = {},
): SecondOpinion {
  if (mode === "off") return without(mode, "off");
  const search = findScanner(io);
  if (search.found === "none") {
    if (mode === "auto") return without(mode, "absent");
    throw new CliFailure(
      "scanner_absent",
      "--scanner required: neither betterleaks nor gitleaks is installed.",
      {
        nextSteps: ["install gitleaks or betterleaks, or use --scanner auto"],
      },
    );
  }
  if (search.found === "unusable") {
    const why =
      search.why === "version"
        ? "states no version that this program works with"
        : "does not answer when asked for its version";
    throw new CliFailure("scanner_unusable", `${search.tool} is installed and ${why}.`, {
      nextSteps: OFF_STEPS,
    });
  }
  return withScanner(search.scanner, { io, mode, ...options });
}

function without(mode: ScannerMode, status: "off" | "absent"): SecondOpinion {
  return {
    active: false,
    status: () => ({ mode, status, tool: null, version: null, findings: 0 }),
    mark: () => () => undefined,
    look: async () => [],
  };
}

function withScanner(
  scanner: Scanner,
  context: { io: Io; mode: ScannerMode; timeLimitMs?: number },
): SecondOpinion {
  let findings = 0;
  return {
    active: true,
    status: () => ({
      mode: context.mode,
      status: "used",
      tool: scanner.tool,
      version: scanner.version,
      findings,
    }),
    mark() {
      const before = findings;
      return () => void (findings = before);
    },
    async look(records) {
      // what is nested too deep is refused by the sanitizer itself
      const known = records.flatMap((record, index) => (isTooDeep(record) ? [] : [index]));
      if (known.length === 0) return [];
      const written = known.map((index) => linesOf(records[index] ?? null));
      const texts = written.map(({ lines }) => `${lines.join("\n")}\n`);
      const scan = await runScanner(scanner, texts, context);
      if (!scan.ok) throw failed(scanner, scan.why);
      const hits = hitsOf(scan.findings, written);
      if (hits === undefined) throw failed(scanner, "report_unreadable");
      findings += hits.length;
      return hits.map((hit) => ({ ...hit, record: known[hit.record] ?? hit.record }));
    },
  };
}

function failed(scanner: Scanner, why: string): CliFailure {
  return new CliFailure(
    "scanner_failed",
    `${scanner.tool} is installed and failed (${why}), so nothing was passed on without its answer.`,
    { nextSteps: OFF_STEPS },
  );
}
