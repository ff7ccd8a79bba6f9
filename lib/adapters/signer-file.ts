import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { AppError } from "#lib/domain/errors.ts";
import { type EarlierKey, EarlierKeys, signedBytes } from "#lib/domain/wire/signed-registry.ts";
import type { Signer } from "#lib/ports/signer.ts";

type KeyPlace = { signingKeyFile: string | undefined; dataDir: string };

/** Where the instance's signing key lies (PKCS #8, PEM): the file that SIGNING_KEY_FILE names, else one in the data folder. */
export function signingKeyPath({ signingKeyFile, dataDir }: KeyPlace): string {
  return resolve(signingKeyFile ?? join(dataDir, "secrets", "signing-key"));
}

/** The file beside it that lists the public halves of earlier keys, as JSON. Missing or empty where no key was ever rotated. */
export function earlierKeysPath(key: string): string {
  return `${key}.earlier`;
}

/** Signs with the key in a file. It is read each time: a restore may put another one there. */
export function createFileSigner(path: string): Signer {
  return {
    publicKey: async () => {
      const { x } = createPublicKey(await keyAt(path)).export({ format: "jwk" });
      if (x === undefined) throw damaged(path);
      return x;
    },
    earlierKeys: () => earlierKeysAt(earlierKeysPath(path)),
    sign: async (purpose, bytes) =>
      sign(null, signedBytes(purpose, bytes), await keyAt(path)).toString("base64url"),
  };
}

async function keyAt(path: string): Promise<KeyObject> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new AppError("configuration_invalid", {
      detail: `${path} is missing: run \`npm start\` once, or put it back from a backup.`,
      cause,
    });
  });
  const key = readKey(text);
  if (key?.asymmetricKeyType !== "ed25519") throw damaged(path);
  return key;
}

function readKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}

/** None where no key was ever rotated. */
async function earlierKeysAt(path: string): Promise<EarlierKey[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  if (text.trim() === "") return [];
  try {
    return EarlierKeys.parse(JSON.parse(text));
  } catch {
    throw damaged(path);
  }
}

function damaged(path: string): AppError {
  return new AppError("configuration_invalid", {
    detail: `${path} is damaged: put it back from a backup.`,
  });
}
