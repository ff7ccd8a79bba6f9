import { createPublicKey, verify } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isAppError } from "#lib/domain/errors.ts";
import { signedBytes } from "#lib/domain/wire/signed-registry.ts";
import {
  adoptSigningKey,
  copySigningKey,
  demandAdoptable,
  keepSigningKey,
  rotateSigningKey,
} from "#workers/signing-key.ts";
import { createFileSigner, earlierKeysPath, signingKeyPath } from "./signer-file.ts";

let folder: string;
const keyIn = (dataDir: string) => signingKeyPath({ signingKeyFile: undefined, dataDir });
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trace-share-signer-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const BYTES = new TextEncoder().encode("version = 1\n");

it("signs with a key that is made once, for its owner alone, and that anybody can verify", async () => {
  const path = keyIn(folder);
  keepSigningKey(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const made = readFileSync(path, "utf8");
  keepSigningKey(path);
  expect(readFileSync(path, "utf8")).toBe(made);
  const signer = createFileSigner(keyIn(folder));
  const x = await signer.publicKey();
  expect(x).toMatch(/^[\w-]{43}$/);
  const signature = Buffer.from(await signer.sign("sources-registry", BYTES), "base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  expect(verify(null, signedBytes("sources-registry", BYTES), key, signature)).toBe(true);
  // never over the bare bytes: a signature says what it is for
  expect(verify(null, BYTES, key, signature)).toBe(false);
});

it("says which file is missing or damaged", async () => {
  const detail = (work: Promise<unknown>) =>
    work.then(
      () => "signed",
      (error: unknown) => (isAppError(error) ? `${error.code} ${error.detail}` : "another error"),
    );
  const signer = createFileSigner(keyIn(folder));
  expect(await detail(signer.publicKey())).toMatch(/^configuration_invalid .*signing-key is missing/);
  mkdirSync(join(folder, "secrets"));
  writeFileSync(keyIn(folder), "no key");
  expect(await detail(signer.sign("sources-registry", BYTES))).toMatch(/signing-key is damaged/);
});

it("goes into a backup, and comes back in place of the key that a fresh start made", async () => {
  const backup = join(folder, "backup");
  mkdirSync(backup);
  const [first, second] = [keyIn(join(folder, "first")), keyIn(join(folder, "second"))];
  for (const path of [first, second]) keepSigningKey(path);
  const key = await createFileSigner(first).publicKey();
  expect(await createFileSigner(second).publicKey()).not.toBe(key);
  copySigningKey(first, backup);
  expect(statSync(join(backup, "signing-key")).mode & 0o777).toBe(0o600);
  adoptSigningKey(second, backup);
  expect(await createFileSigner(second).publicKey()).toBe(key);
  // a backup from before there were keys leaves the instance its own
  rmSync(join(backup, "signing-key"));
  adoptSigningKey(second, backup);
  expect(await createFileSigner(second).publicKey()).toBe(key);
});

it("verifies what an earlier key signed after a rotation, and lets its holders follow to the new one", async () => {
  const path = keyIn(folder);
  keepSigningKey(path);
  const signer = createFileSigner(path);
  const signature = Buffer.from(await signer.sign("sources-registry", BYTES), "base64url");
  const first = await signer.publicKey();
  rotateSigningKey(path, new Date("2026-05-06T07:08:09Z"));
  rotateSigningKey(path, new Date("2026-06-06T07:08:09Z"));
  const now = await signer.publicKey();
  const earlier = await signer.earlierKeys();
  expect(earlier.map(({ public_key: key }) => key)).toEqual([first, earlier[0]?.successor]);
  expect(earlier[1]?.successor).toBe(now);
  expect(now).not.toBe(first);
  const keyOf = (x: string) => createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  const signed = signedBytes("sources-registry", BYTES);
  expect(verify(null, signed, keyOf(earlier[0]?.public_key ?? ""), signature)).toBe(true);
  expect(verify(null, signed, keyOf(now), signature)).toBe(false);
  for (const { public_key: key, successor, signature: word } of earlier) {
    const words = signedBytes("key-succession", new TextEncoder().encode(successor));
    expect(verify(null, words, keyOf(key), Buffer.from(word, "base64url"))).toBe(true);
  }
  expect(statSync(earlierKeysPath(path)).mode & 0o777).toBe(0o600);
});

it("does not bring a key back that was rotated away since the backup", async () => {
  const backup = join(folder, "backup");
  mkdirSync(backup);
  const [first, fresh] = [keyIn(join(folder, "first")), keyIn(join(folder, "fresh"))];
  for (const path of [first, fresh]) keepSigningKey(path);
  rotateSigningKey(first, new Date("2026-05-06T07:08:09Z"));
  copySigningKey(first, backup);
  adoptSigningKey(fresh, backup);
  expect(await createFileSigner(fresh).earlierKeys()).toEqual(await createFileSigner(first).earlierKeys());
  rotateSigningKey(first, new Date("2026-06-06T07:08:09Z"));
  const now = await createFileSigner(first).publicKey();
  adoptSigningKey(first, backup);
  expect(await createFileSigner(first).publicKey()).toBe(now);
});

describe("a key in a file that a setting names", () => {
  const AT = new Date("2026-05-06T07:08:09Z");
  /** Its name leaves no room for that of another file beside it: for everybody, root too, it can't be replaced. */
  const fixed = () => join(folder, "k".repeat(246));
  const publicKey = (path: string) => createFileSigner(path).publicKey();
  const refusal = (work: () => unknown): string => {
    try {
      work();
      return "done";
    } catch (error) {
      return isAppError(error) ? `${error.code} ${error.detail}` : "another error";
    }
  };
  let backup: string;
  beforeEach(() => {
    backup = join(folder, "backup");
    mkdirSync(backup);
  });

  it("is rotated, backed up and brought back there, and stays readable by whom it was", async () => {
    const [path, other] = [join(folder, "mounted", "key"), join(folder, "other")];
    expect(signingKeyPath({ signingKeyFile: path, dataDir: folder })).toBe(path);
    for (const file of [path, other]) keepSigningKey(file);
    chmodSync(path, 0o444);
    writeFileSync(earlierKeysPath(other), ""); // as `setup` makes it
    const { now } = rotateSigningKey(path, AT);
    for (const file of [path, earlierKeysPath(path)]) expect(statSync(file).mode & 0o777).toBe(0o444);
    copySigningKey(path, backup);
    demandAdoptable(other, backup);
    expect(await publicKey(other)).not.toBe(now);
    adoptSigningKey(other, backup);
    expect(await publicKey(other)).toBe(now);
    expect(await createFileSigner(other).earlierKeys()).toEqual(await createFileSigner(path).earlierKeys());
    expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  it("is not rotated where the file can't be replaced, and the steps are said", async () => {
    const made = keyIn(folder);
    keepSigningKey(made);
    copyFileSync(made, fixed());
    const before = readdirSync(folder);
    expect(refusal(() => rotateSigningKey(fixed(), AT))).toMatch(
      /^configuration_invalid .* can't be written here \(ENAMETOOLONG\), .*\n1\. .*SIGNING_KEY_FILE.*\n2\. .*\n3\. /,
    );
    expect(await publicKey(fixed())).toBe(await publicKey(made));
    expect(readdirSync(folder)).toEqual(before);
  });

  it("refuses a backup of another key where the file can't be replaced, and takes one of the same", async () => {
    const made = keyIn(folder);
    keepSigningKey(made);
    copyFileSync(made, fixed());
    copySigningKey(made, backup);
    demandAdoptable(fixed(), backup);
    adoptSigningKey(fixed(), backup);
    rotateSigningKey(made, AT);
    copySigningKey(made, backup);
    const said = refusal(() => demandAdoptable(fixed(), backup));
    expect(said).toMatch(
      /^configuration_invalid .* put the backup's file signing-key into .* and signing-key\.earlier into /,
    );
    expect(said).not.toContain("\n");
    copyFileSync(made, fixed());
    // without the list, /version would forget the keys from before
    expect(refusal(() => demandAdoptable(fixed(), backup))).toContain("signing-key.earlier into");
    copyFileSync(earlierKeysPath(made), earlierKeysPath(fixed()));
    expect(refusal(() => demandAdoptable(fixed(), backup))).toBe("done");
  });
});
