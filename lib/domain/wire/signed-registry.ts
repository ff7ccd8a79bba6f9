import { utf8ToBytes } from "@noble/hashes/utils.js";
import { z } from "zod";

/** Where a platform serves its registry of sources, and where it names its public key. */
export const REGISTRY_PATH = "/registry/sources.toml";
export const VERSION_PATH = "/version";

/** The answer's header with the detached signature: Ed25519 (RFC 8032), 64 bytes in base64url. */
export const SIGNATURE_HEADER = "x-trace-share-signature";

/** What an instance signs begins with what it is for, so that no signature can stand for another thing. */
export type SigningPurpose = "sources-registry" | "key-succession" | "audit-export";

/** The bytes that are signed: a line `trace-share:<purpose>:1`, then the thing itself. */
export function signedBytes(purpose: SigningPurpose, bytes: Uint8Array): Uint8Array {
  const head = utf8ToBytes(`trace-share:${purpose}:1\n`);
  const all = new Uint8Array(head.length + bytes.length);
  all.set(head);
  all.set(bytes, head.length);
  return all;
}

const PublicKey = z.string().regex(/^[\w-]{43}$/);

/**
 * The public halves of keys that an instance signed with before, oldest first: what they signed still verifies. `signature` is the
 * old key's over the public half of its successor (`key-succession`), so that whoever trusts the old one can follow.
 */
export const EarlierKeys = z.array(
  z.strictObject({
    public_key: PublicKey,
    until: z.iso.datetime(),
    successor: PublicKey,
    signature: z.string().regex(/^[\w-]{86}$/),
  }),
);
export type EarlierKey = z.infer<typeof EarlierKeys>[number];
