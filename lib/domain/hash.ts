import { blake3 } from "@noble/hashes/blake3.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** BLAKE3 of UTF-8 text, 64 lower-case hex digits. */
export function blake3Hex(text: string): string {
  return bytesToHex(blake3(utf8ToBytes(text)));
}

/** BLAKE3 of UTF-8 text as its 32 bytes. */
export function blake3Bytes(text: string): Uint8Array {
  return blake3(utf8ToBytes(text));
}

/** SHA-256 of bytes or UTF-8 text, 64 lower-case hex digits. */
export function sha256Hex(data: Uint8Array | string): string {
  return bytesToHex(sha256(typeof data === "string" ? utf8ToBytes(data) : data));
}

/** HMAC-SHA-256 over the parts, length-prefixed so that no two lists of parts collide. 64 hex digits. */
export function hmacHex(key: Uint8Array | string, ...parts: readonly string[]): string {
  const mac = hmac.create(sha256, typeof key === "string" ? utf8ToBytes(key) : key);
  for (const part of parts) {
    const bytes = utf8ToBytes(part); // a record is long: it is encoded once
    mac.update(utf8ToBytes(`${bytes.length}:`)).update(bytes);
  }
  return bytesToHex(mac.digest());
}
