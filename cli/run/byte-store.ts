import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { makePrivateFolder } from "#cli/io/private-folder.ts";

/** Gives the bytes again. */
export type Fetch = () => Uint8Array;

/** Many pieces of bytes, out of the way of what else a program needs. */
export type ByteStore = { keep(bytes: Uint8Array): Fetch };

const BLOCK = 1024 * 1024;

/**
 * Keeps bytes in few large blocks, as thousands of small ones take twice their size; and what is beyond `mostInMemory` bytes in a private
 * file, which goes when the process does. `sealed` ones are written under a key that this process alone has: were it killed, nobody could
 * read what it left.
 */
export function createByteStore(mostInMemory: number, { sealed }: { sealed: boolean }): ByteStore {
  const inBlocks = keepInBlocks();
  let inFile: ((bytes: Uint8Array) => Fetch) | undefined;
  let kept = 0;
  return {
    keep(bytes) {
      kept += bytes.length;
      if (kept <= mostInMemory) return inBlocks(bytes);
      inFile ??= sealed ? underKey(keepInFile()) : keepInFile();
      return inFile(bytes);
    },
  };
}

function keepInBlocks(): (bytes: Uint8Array) => Fetch {
  let block = new Uint8Array(0);
  let end = 0;
  return (bytes) => {
    if (end + bytes.length > block.length) {
      block = new Uint8Array(Math.max(BLOCK, bytes.length));
      end = 0;
    }
    const [at, from] = [block, end];
    at.set(bytes, from);
    end += bytes.length;
    const to = end;
    return () => at.subarray(from, to);
  };
}

function keepInFile(): (bytes: Uint8Array) => Fetch {
  const folder = makePrivateFolder();
  const file = openSync(join(folder.path, "bodies"), "wx+", 0o600);
  // Windows removes no open file; this runs before the folder goes
  process.prependOnceListener("exit", () => closeSync(file));
  let end = 0;
  return (bytes) => {
    const from = end;
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(file, bytes, done, bytes.length - done, from + done);
    }
    end += bytes.length;
    const { length } = bytes;
    return () => {
      const read = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const more = readSync(file, read, done, length - done, from + done);
        if (more === 0) throw new Error("the private copy is cut off");
        done += more;
      }
      return read;
    };
  };
}

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;

/** The key is this process's and is written nowhere; each piece has a nonce of its own. */
function underKey(keep: (bytes: Uint8Array) => Fetch): (bytes: Uint8Array) => Fetch {
  const key = randomBytes(32);
  let pieces = 0;
  return (bytes) => {
    const nonce = Buffer.alloc(NONCE_BYTES);
    nonce.writeUIntBE(++pieces, NONCE_BYTES - 6, 6);
    const cipher = createCipheriv(CIPHER, key, nonce);
    const fetch = keep(Buffer.concat([cipher.update(bytes), cipher.final()]));
    const tag = cipher.getAuthTag();
    return () => {
      const decipher = createDecipheriv(CIPHER, key, nonce).setAuthTag(tag);
      return Buffer.concat([decipher.update(fetch()), decipher.final()]);
    };
  };
}
