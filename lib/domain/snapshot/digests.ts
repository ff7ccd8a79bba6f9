import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { blake3Hex } from "#lib/domain/hash.ts";

/** SHA-256 over a growing text or byte stream, with its size in bytes. */
export type RunningDigest = {
  add(data: string | Uint8Array): void;
  bytes(): number;
  /** 64 hex digits; call once, at the end. */
  hex(): string;
};

export function runningDigest(): RunningDigest {
  const hash = sha256.create();
  let bytes = 0;
  return {
    add(data) {
      const chunk = typeof data === "string" ? utf8ToBytes(data) : data;
      bytes += chunk.length;
      hash.update(chunk);
    },
    bytes: () => bytes,
    hex: () => bytesToHex(hash.digest()),
  };
}

/** The root over (id, content hash) of a snapshot's members, fed in id order; memory grows with the logarithm of their number. */
export type MembersDigest = { add(id: string, contentHash: string): void; count(): number; hex(): string };

/**
 * A Merkle tree as in RFC 6962: leaf = BLAKE3("member|" id "|" content_hash), node = BLAKE3("node|" left "|" right), an odd node
 * moves up as it is, no member = BLAKE3("members"). Vectors: docs/DATASET.md.
 */
export function membersDigest(): MembersDigest {
  const stack: { height: number; hash: string }[] = [];
  let count = 0;
  return {
    add(id, contentHash) {
      count += 1;
      let node = { height: 0, hash: blake3Hex(`member|${id}|${contentHash}`) };
      for (let left = stack.at(-1); left?.height === node.height; left = stack.at(-1)) {
        stack.pop();
        node = { height: node.height + 1, hash: join(left.hash, node.hash) };
      }
      stack.push(node);
    },
    count: () => count,
    hex() {
      if (stack.length === 0) return blake3Hex("members");
      return stack.map(({ hash }) => hash).reduceRight((right, left) => join(left, right));
    },
  };
}

function join(left: string, right: string): string {
  return blake3Hex(`node|${left}|${right}`);
}
