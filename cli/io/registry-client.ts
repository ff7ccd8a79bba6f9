import { createPublicKey, verify } from "node:crypto";
import { z } from "zod";
import {
  REGISTRY_PATH,
  SIGNATURE_HEADER,
  signedBytes,
  VERSION_PATH,
} from "#lib/domain/wire/signed-registry.ts";
import { CLI_VERSION } from "#cli/version.ts";
import { checkAddress } from "./address-check.ts";
import { CliFailure, machineFailure, usageFailure } from "./failure.ts";
import { optionalPlatformUrl, platformUrl, serverUrl, type Settings } from "./settings.ts";
import type { Io } from "./terminal.ts";

/** A registry as a platform answered it. `signature` is null where the answer has none. */
export type FetchedRegistry =
  | { kind: "unchanged" }
  | { kind: "registry"; bytes: Uint8Array; text: string; etag: string | null; signature: string | null };

const LARGEST_ANSWER = 1024 * 1024;
const VersionAnswer = z.looseObject({ public_key: z.string().regex(/^[\w-]{43}$/) });

/** Where the registry is asked for: the address that is set, else the platform's own. */
export function registryUrl(settings: Settings): string {
  const { url } = settings.remoteRegistry;
  if (url === undefined) return `${platformUrl(settings)}${REGISTRY_PATH}`;
  return serverUrl(
    url,
    "TRACE_SHARE_REMOTE_REGISTRY_URL (url under [remote_registry] in config.toml)",
    settings,
  );
}

/** Asks for the registry. The token is never sent along; redirects are not followed. */
export async function fetchRegistry(
  io: Io,
  settings: Settings,
  ask: { url: string; etag: string | null },
): Promise<FetchedRegistry> {
  const headers = ask.etag === null ? {} : { "if-none-match": ask.etag };
  const response = await get(io, settings, { url: ask.url, headers });
  if (response.status === 304 && ask.etag !== null) return { kind: "unchanged" };
  if (response.status !== 200) throw refusedBy(ask.url, response.status);
  const bytes = await bounded(response);
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const { headers: answered } = response;
  return {
    kind: "registry",
    bytes,
    text,
    etag: answered.get("etag"),
    signature: answered.get(SIGNATURE_HEADER),
  };
}

/** The public key that the registry's platform names now. */
export async function fetchKey(io: Io, settings: Settings, url: string): Promise<string> {
  const base = url.endsWith(REGISTRY_PATH) ? url.slice(0, -REGISTRY_PATH.length) : new URL(url).origin;
  const response = await get(io, settings, { url: `${base}${VERSION_PATH}`, headers: {} });
  if (response.status !== 200) throw refusedBy(`${base}${VERSION_PATH}`, response.status);
  const answer = VersionAnswer.safeParse(parseJson(new TextDecoder().decode(await bounded(response))));
  if (answer.success) return answer.data.public_key;
  throw new CliFailure(
    "registry_unsigned",
    "The platform names no signing key, so its registry can't be trusted.",
  );
}

/** True if this signature of the registry was made with this key. */
export function isSignedBy(key: string, registry: { bytes: Uint8Array; signature: string | null }): boolean {
  if (registry.signature === null) return false;
  try {
    const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: key }, format: "jwk" });
    const signature = Buffer.from(registry.signature, "base64url");
    return verify(null, signedBytes("sources-registry", registry.bytes), publicKey, signature);
  } catch {
    return false;
  }
}

async function get(
  io: Io,
  settings: Settings,
  { url, headers }: { url: string; headers: Record<string, string> },
): Promise<Response> {
  await checkRegistry(io, settings, url);
  try {
    return await io.fetch(url, {
      redirect: "manual",
      signal: AbortSignal.timeout(settings.worker.timeoutMs),
      headers: { "x-trace-share-client": `cli/${CLI_VERSION}`, ...headers },
    });
  } catch (cause) {
    throw machineFailure(
      "registry_unreachable",
      "The registry did not answer. What was accepted before stays in use.",
      {
        nextSteps: ["check the network, then run `trace-share sources update` again"],
        cause,
      },
    );
  }
}

/**
 * The address may come from a settings file that somebody else wrote: it reaches no further inside than the platform, unless it is the platform's own
 * or the person works inside anyway and has said so.
 */
async function checkRegistry(io: Io, settings: Settings, url: string): Promise<void> {
  const platform = optionalPlatformUrl(settings);
  const isOwn = platform !== undefined && new URL(platform).origin === new URL(url).origin;
  const namedBy = isOwn || settings.allowInsecureHttp ? null : (platform ?? null);
  await checkAddress(io, settings, { url, namedBy, what: "The registry's address" });
}

async function bounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > LARGEST_ANSWER)
      throw new CliFailure("registry_too_large", "The registry's answer is larger than 1 MiB.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refusedBy(url: string, status: number): CliFailure {
  if (status >= 300 && status < 400) {
    return usageFailure("registry_moved", `${url} sends elsewhere (${status}), which is not followed.`, [
      "set TRACE_SHARE_REMOTE_REGISTRY_URL to the address itself",
    ]);
  }
  return new CliFailure("registry_refused", `${url} answered ${status}.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
