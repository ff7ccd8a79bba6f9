import { blake3Hex, hmacHex } from "#lib/domain/hash.ts";

/*
 * The recovery phrase is 128 random bits as eight groups of four hex digits and a ninth group that catches slips of the pen:
 * the first four digits of the BLAKE3 of the others. Keys that must outlive a machine are derived from it; it is shown once
 * and kept nowhere (docs/CONSENT.md).
 */

export const SEED_BYTES = 16;

/** Writes a seed as the phrase that people keep. */
export function phraseOf(seed: Uint8Array): string {
  const digits = Buffer.from(seed).toString("hex");
  return `${digits}${checkOf(digits)}`.replaceAll(/(.{4})(?=.)/g, "$1-");
}

/** The key that names this contributor's slots, on every machine the same (permanence.md 3). */
export function slotKeyOf(seed: Uint8Array): string {
  return hmacHex(seed, "trace-share/slot-key/1");
}

function checkOf(digits: string): string {
  return blake3Hex(`trace-share/recovery-phrase/1|${digits}`).slice(0, 4);
}
