import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { earlierKeysPath } from "#lib/container.ts";
import { AppError } from "#lib/domain/errors.ts";
import { type EarlierKey, EarlierKeys, signedBytes } from "#lib/domain/wire/signed-registry.ts";
import { makeFolder } from "./make-folder.ts";

/** The key's name in a backup; the list of earlier ones lies beside it there, too. */
const SAVED = "signing-key";

/** Makes the instance's Ed25519 key once; readable by the platform's own user alone. A key that is there stays. */
export function keepSigningKey(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path), 0o700);
  const partial = writeDurably(path, newKey());
  try {
    linkSync(partial, path); // fails where another process was quicker: its key is the instance's
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(partial, { force: true });
  }
}

/**
 * Makes another key and keeps the old one's public half, with the old key's word for its successor. The private half of the old one
 * is gone after that. Cut off in between, the old key stays in use and stands in the list too. Answers both public halves. Throws
 * `configuration_invalid` where one of the two files can't be replaced, before anything is changed.
 */
export function rotateSigningKey(path: string, at: Date): { before: string; now: string } {
  if (!existsSync(path)) {
    throw new AppError("configuration_invalid", {
      detail: `${path} is missing: there is no key to rotate. A start makes one.`,
    });
  }
  const list = earlierKeysPath(path);
  const why = whyFixed(path) ?? whyFixed(list);
  if (why !== undefined) throw rotatedElsewhere(path, why);
  const old = createPrivateKey(readFileSync(path, "utf8"));
  const pem = newKey();
  const [before, now] = [publicHalf(old), publicHalf(createPrivateKey(pem))];
  const words = signedBytes("key-succession", new TextEncoder().encode(now));
  const entry: EarlierKey = {
    public_key: before,
    until: at.toISOString(),
    successor: now,
    signature: sign(null, words, old).toString("base64url"),
  };
  const others = earlierAt(list).filter(({ public_key: key }) => key !== before);
  replace(list, JSON.stringify([...others, entry]), path);
  replace(path, pem);
  return { before, now };
}

function rotatedElsewhere(path: string, why: string): AppError {
  const [key, list] = [basename(path), basename(earlierKeysPath(path))];
  return new AppError("configuration_invalid", {
    detail: [
      `${path} can't be written here (${why}), so the key is rotated where its file is kept:`,
      `1. run this command with that folder mounted writable, and SIGNING_KEY_FILE naming ${key} in it`,
      `2. give web, worker and commands both files, ${key} and ${list} beside it`,
      "3. make their containers anew, or start trace-share again",
    ].join("\n"),
  });
}

/** Puts the key into a backup. An instance that has none yet has nothing that anybody trusts. */
export function copySigningKey(path: string, backup: string): void {
  const saved = join(backup, SAVED);
  for (const [from, to] of [
    [path, saved],
    [earlierKeysPath(path), earlierKeysPath(saved)],
  ] as const)
    if (existsSync(from)) renameSync(writeDurably(to, readFileSync(from, "utf8")), to);
}

/**
 * Whether `adoptSigningKey` can do its work; nothing is changed. Throws `configuration_invalid` where the instance has another key than
 * the backup in a file that can't be replaced.
 */
export function demandAdoptable(path: string, backup: string): void {
  const fixed = missingFrom(path, backup).flatMap(({ to, from }) => {
    const why = whyFixed(to);
    return why === undefined ? [] : [{ to, from: basename(from), why }];
  });
  const [first] = fixed;
  if (!first) return;
  const files = fixed.map(({ from, to }) => `${from} into ${to}`).join(" and ");
  throw new AppError("configuration_invalid", {
    detail: `${first.to} can't be written here (${first.why}) and is not the backup's: put the backup's file ${files} first, where that secret is kept, then run this again.`,
  });
}

/**
 * Puts a backup's key back: it is the one that clients know. One that a fresh start made since gives way; one that the backup's was
 * rotated into stays.
 */
export function adoptSigningKey(path: string, backup: string): void {
  // the list first: cut off in between, it is done again
  for (const { to, text } of missingFrom(path, backup).toReversed()) {
    makeFolder(dirname(to), 0o700);
    replace(to, text, path);
  }
}

type Piece = { from: string; to: string; text: string };

/** What of a backup's key the instance lacks: the key, then the list of those before it. */
function missingFrom(path: string, backup: string): Piece[] {
  const saved = join(backup, SAVED);
  if (!existsSync(saved)) return [];
  const text = readFileSync(saved, "utf8");
  const own = earlierAt(earlierKeysPath(path));
  const key = publicAt(saved);
  if (own.some(({ public_key: earlier }) => earlier === key)) return [];
  const pieces: Piece[] = [];
  if (!existsSync(path) || publicAt(path) !== key) pieces.push({ from: saved, to: path, text });
  const list = earlierKeysPath(saved);
  const earlier = JSON.stringify(earlierAt(list));
  if (existsSync(list) && earlier !== JSON.stringify(own))
    pieces.push({ from: list, to: earlierKeysPath(path), text: earlier });
  return pieces;
}

/**
 * Why a file can't be replaced, as the system's code; undefined where it can. It is tried with the bytes that are there, because a file
 * that is a mount of its own shows that in no other way.
 */
function whyFixed(path: string): string | undefined {
  try {
    if (existsSync(path)) replace(path, readFileSync(path, "utf8"));
    else {
      makeFolder(dirname(path), 0o700);
      rmSync(writeDurably(path, ""));
    }
    return undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error) return String(error.code);
    throw error;
  }
}

function newKey(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

function publicAt(path: string): string {
  return publicHalf(createPrivateKey(readFileSync(path, "utf8")));
}

function publicHalf(key: ReturnType<typeof createPrivateKey>): string {
  // an Ed25519 key always has it
  return createPublicKey(key).export({ format: "jwk" }).x ?? "";
}

function earlierAt(path: string): EarlierKey[] {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  return text.trim() === "" ? [] : EarlierKeys.parse(JSON.parse(text));
}

/**
 * Whole or not at all. A file keeps its mode, and a new one has that of the file `like`: what is mounted into containers is read by
 * other users.
 */
function replace(path: string, text: string, like = path): void {
  const modes = [path, like].map((file) => statSync(file, { throwIfNoEntry: false })?.mode);
  const mode = modes.find((found) => found !== undefined) ?? 0o600;
  const partial = writeDurably(path, text, mode & 0o777);
  try {
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

function writeDurably(path: string, text: string, mode = 0o600): string {
  const partial = `${path}.${process.pid}.partial`;
  const file = openSync(partial, "w", 0o600);
  try {
    writeSync(file, text);
    fchmodSync(file, mode);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return partial;
}
