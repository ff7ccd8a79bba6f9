import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIPv6, type LookupFunction } from "node:net";
import type { CheckedAddress } from "./address-check.ts";

/** What a store answered to a body. `text` is its refusal's beginning. */
export type PutAnswer = { status: number; text: string };

type Put = { to: CheckedAddress; body: Uint8Array; headers: Record<string, string>; timeoutMs: number };

const ANSWER_BYTES = 16 * 1024;

/**
 * Sends a body to an address that was checked, with these headers and its length, and nothing else of ours: no token, no cookie. The connection
 * goes to the checked addresses alone, whatever the name resolves to by then, and a redirect is an answer like others. Rejects if there is no
 * answer in time.
 */
export function putBody({ to, body, headers, timeoutMs }: Put): Promise<PutAnswer> {
  const request = to.url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request(to.url, {
      method: "PUT",
      headers: { ...headers, "content-length": body.length },
      lookup: lookupOf(to.addresses),
      signal: AbortSignal.timeout(timeoutMs),
      // a connection of its own: one that is kept alive could be to another place
      agent: false,
    });
    sent.once("error", reject);
    sent.once("response", (answer) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= ANSWER_BYTES) chunks.push(chunk);
      });
      answer.once("error", reject);
      answer.once("end", () =>
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
      );
    });
    sent.end(body);
  });
}

function lookupOf(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return (_hostname, options, callback) => {
    const [first] = found;
    if (!first) callback(Object.assign(new Error("the name is not known"), { code: "ENOTFOUND" }), "", 4);
    else if (options.all === true) callback(null, found);
    else callback(null, first.address, first.family);
  };
}
