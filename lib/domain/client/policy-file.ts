import { parse } from "smol-toml";
import { z } from "zod";
import { compilePattern } from "./pattern-lint.ts";

/** What a `policy.toml` may say. The four `redact_…` keys are the older tool's. */
const PolicyFile = z.strictObject({
  version: z.union([z.string().min(1).max(64), z.int().min(1)]).optional(),
  redact_email: z.boolean().optional(),
  redact_ip: z.boolean().optional(),
  redact_paths: z.boolean().optional(),
  redact_tokens: z.boolean().optional(),
  redact_private_addresses: z.boolean().optional(),
  deny_words: z.array(z.string().trim().min(3).max(100)).max(1_000).optional(),
  allow_identities: z.array(z.string().trim().min(3).max(100)).max(200).optional(),
  patterns: z
    .array(z.strictObject({ name: z.string().regex(/^[a-z][a-z0-9-]{0,29}$/), pattern: z.string().min(3) }))
    .max(50)
    .optional(),
});

/** What the contributor adds to the rules, and what they let stand. Secret rules can't be switched off. */
export type Policy = {
  version: string;
  denyWords: readonly string[];
  patterns: readonly { name: string; pattern: RegExp }[];
  /** Public names that stay, in lower case. */
  allowIdentities: readonly string[];
  privateAddressesStay: boolean;
  /** Everything that lets more through than the rules do, in words without a value. */
  loosenings: readonly string[];
  /** Settings of the older tool that would let more through and are not followed. */
  notFollowed: readonly string[];
};

export const NO_POLICY: Policy = {
  version: "none",
  denyWords: [],
  patterns: [],
  allowIdentities: [],
  privateAddressesStay: false,
  loosenings: [],
  notFollowed: [],
};

export type PolicyRead = { ok: true; policy: Policy } | { ok: false; at: string[] };

/**
 * Reads the text of a `policy.toml`. On failure `at` names settings or lines, never a value. Unknown settings are refused: one
 * that is misspelt must not be taken for one that holds.
 */
export function readPolicy(text: string): PolicyRead {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    const line = error instanceof Error && "line" in error ? Number(error.line) : Number.NaN;
    return { ok: false, at: [Number.isInteger(line) ? `line ${line}` : "the whole file"] };
  }
  const parsed = PolicyFile.safeParse(value);
  if (!parsed.success) return { ok: false, at: parsed.error.issues.map(placeOf) };
  const file = parsed.data;
  if (file.redact_tokens === false) {
    return { ok: false, at: ["redact_tokens (a rule for secrets can't be switched off)"] };
  }
  const patterns = (file.patterns ?? []).map(({ name, pattern }) => ({
    name,
    made: compilePattern(pattern),
  }));
  const faults = patterns.flatMap(({ name, made }) => (made.ok ? [] : [`patterns.${name} (${made.fault})`]));
  if (faults.length > 0) return { ok: false, at: faults };
  return {
    ok: true,
    policy: {
      version: String(file.version ?? "unnamed"),
      denyWords: file.deny_words ?? [],
      patterns: patterns.flatMap(({ name, made }) => (made.ok ? [{ name, pattern: made.pattern }] : [])),
      allowIdentities: (file.allow_identities ?? []).map((name) => name.toLowerCase()),
      privateAddressesStay: file.redact_private_addresses === false,
      ...looseningsOf(file),
    },
  };
}

function looseningsOf(file: z.infer<typeof PolicyFile>): Pick<Policy, "loosenings" | "notFollowed"> {
  const allowed = file.allow_identities?.length ?? 0;
  return {
    loosenings: [
      ...(allowed > 0 ? [`allow_identities: ${allowed} named identities stay`] : []),
      ...(file.redact_private_addresses === false
        ? ["redact_private_addresses = false: private addresses stay"]
        : []),
    ],
    notFollowed: (["redact_email", "redact_ip", "redact_paths"] as const)
      .filter((key) => file[key] === false)
      .map((key) => `${key} = false: personal data is redacted all the same`),
  };
}

function placeOf(issue: z.core.$ZodIssue): string {
  // names of settings that we don't know may be anything: they are counted
  if (issue.code === "unrecognized_keys") return `${issue.keys.length} unknown settings`;
  return issue.path.map(String).join(".");
}
