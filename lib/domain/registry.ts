import { z } from "zod";
import consents from "#registry/consents.json" with { type: "json" };
import reasons from "#registry/reasons.json" with { type: "json" };
import { sha256Hex } from "#lib/domain/hash.ts";

const ConsentVersion = z.strictObject({
  version: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  phrase: z.string().min(1),
  text: z.array(z.string()).min(1),
});
const Reason = z.strictObject({
  code: z.string().regex(/^[a-z_]+$/),
  label: z.string().min(1),
  critical: z.boolean().default(false),
  legal: z.boolean().default(false),
});
const Registry = z.strictObject({
  consents: z.strictObject({ current: z.string(), versions: z.array(ConsentVersion).min(1) }),
  reasons: z.strictObject({
    reject: z.array(Reason),
    hide: z.array(Reason),
    take_down: z.array(Reason),
    yank: z.array(Reason),
  }),
});

const registry = Registry.parse({ consents, reasons });

export type ConsentText = { version: string; phrase: string; text: string; sha256: string };

/** Every consent text that uploads may rest on, newest first. A text's digest is of its exact words. */
export const CONSENTS: readonly ConsentText[] = registry.consents.versions.map(
  ({ version, phrase, text }) => {
    const words = text.join("\n");
    return { version, phrase, text: words, sha256: sha256Hex(words) };
  },
);

/** The consent that this project's own CLI asks for. */
export const CURRENT_CONSENT: ConsentText = consentOf(registry.consents.current);

/** Versions whose uploads are accepted. */
export const CONSENT_VERSIONS: readonly string[] = CONSENTS.map((consent) => consent.version);

export type ReasonKind = keyof typeof registry.reasons;
export type Reason = z.infer<typeof Reason>;

/** The closed lists of reasons that staff choose from. */
export const REASONS: Record<ReasonKind, readonly Reason[]> = registry.reasons;

/** The reason of a code, or undefined: an unknown code is a refusal. */
export function reasonOf(kind: ReasonKind, code: string): Reason | undefined {
  return REASONS[kind].find((reason) => reason.code === code);
}

function consentOf(version: string): ConsentText {
  const consent = CONSENTS.find((candidate) => candidate.version === version);
  if (!consent)
    throw new Error(`registry/consents.json names a current version that it does not hold: ${version}`);
  return consent;
}
