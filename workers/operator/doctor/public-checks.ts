import { connect as connectTls } from "node:tls";
import type { Config } from "#lib/config.ts";
import type { Signer } from "#lib/ports/signer.ts";
import { isPortFree } from "#workers/embedded-postgres/free-port.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";

const DAY_MS = 86_400_000;
const CERTIFICATE_DAYS = 14;
const ANSWER_MS = 10_000;

/** The port of the web server: ours while the platform runs, else free. */
export async function checkPort({ port, host }: Config, runs: boolean): Promise<Finding[]> {
  if (runs) return [ok("port", `trace-share runs and has port ${port}`)];
  if (await isPortFree(port, host)) return [ok("port", `port ${port} on ${host} is free`)];
  return [
    fail("port", `port ${port} on ${host} is taken by another program`, `stop it, or set PORT=${port + 1}`),
  ];
}

/** The key that this instance signs with. */
export async function checkSigningKey(signer: Signer): Promise<Finding[]> {
  const key = await signer.publicKey();
  const earlier = await signer.earlierKeys();
  return [
    ok(
      "signing_key",
      `signs as ${key}${earlier.length > 0 ? `; earlier keys shown: ${earlier.length}` : ""}`,
    ),
  ];
}

/** Whether the public address leads to this very instance, and by which road. */
export async function checkPublicUrl(config: Config, signer: Signer, runs: boolean): Promise<Finding[]> {
  const url = new URL(config.publicUrl);
  const findings = [...transport(url), await loopBack(config, signer, runs)];
  return url.protocol === "https:" ? [...findings, await certificate(url)] : findings;
}

function transport({ protocol, hostname }: URL): Finding[] {
  const local = /^(localhost|127\..*|\[::1\])$/.test(hostname);
  if (protocol === "https:" || local) return [];
  return [
    warn(
      "public_url_plain",
      "PUBLIC_URL is http: tokens and sessions can be read on the way",
      "put a proxy with TLS in front and set PUBLIC_URL to its https address",
    ),
  ];
}

async function loopBack({ publicUrl }: Config, signer: Signer, runs: boolean): Promise<Finding> {
  const code = "public_url";
  const answer = await fetch(`${publicUrl}/version`, {
    redirect: "manual",
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch(() => null);
  if (!answer) {
    return runs
      ? fail(
          code,
          `${publicUrl} does not answer`,
          "check PUBLIC_URL, its name in DNS, and the proxy in front",
        )
      : warn(
          code,
          `${publicUrl} does not answer, and no trace-share runs on this data folder`,
          "`npm start`",
        );
  }
  const said: unknown = await answer.json().catch(() => null);
  const key = typeof said === "object" && said !== null ? Reflect.get(said, "public_key") : undefined;
  if (answer.status === 200 && key === (await signer.publicKey()))
    return ok(code, `${publicUrl} leads to this instance`);
  return typeof key === "string"
    ? fail(
        code,
        `${publicUrl} leads to another instance (its signing key is another one)`,
        "correct PUBLIC_URL or the proxy, or the signing key's file",
      )
    : fail(
        code,
        `${publicUrl} answers ${answer.status} and is no trace-share`,
        "correct PUBLIC_URL or the proxy",
      );
}

async function certificate(url: URL): Promise<Finding> {
  const code = "certificate";
  const until = await certificateEnd(url);
  if (until === null)
    return fail(code, "the certificate could not be read", "check that the proxy answers TLS for this name");
  const days = Math.floor((until - Date.now()) / DAY_MS);
  if (days < 0) return fail(code, "the certificate has expired", "renew it");
  if (days < CERTIFICATE_DAYS) return warn(code, `the certificate ends in ${days} days`, "renew it");
  return ok(code, `the certificate is good for ${days} days`);
}

/** Read whether or not it is trusted: an expired one is to be named as that. */
function certificateEnd({ hostname, port }: URL): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const socket = connectTls(
    { host: hostname, port: Number(port || 443), servername: hostname, rejectUnauthorized: false },
    () => {
      const until = Date.parse(socket.getPeerCertificate().valid_to);
      socket.end();
      resolve(Number.isNaN(until) ? null : until);
    },
  );
  socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error("late")));
  socket.once("error", () => resolve(null));
  return promise;
}
