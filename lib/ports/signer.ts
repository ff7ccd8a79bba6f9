import type { EarlierKey, SigningPurpose } from "#lib/domain/wire/signed-registry.ts";

/** Signs as this instance. Throws `configuration_invalid` where no key was made (workers/prepare-instance.ts makes it) or one is damaged. */
export interface Signer {
  /** The public key: Ed25519, 32 bytes in base64url. */
  publicKey(): Promise<string>;
  /** Keys from before a rotation, oldest first. */
  earlierKeys(): Promise<EarlierKey[]>;
  /** A signature over `signedBytes` of this purpose: 64 bytes in base64url. */
  sign(purpose: SigningPurpose, bytes: Uint8Array): Promise<string>;
}
