import {
  isWithinReach,
  type NetworkPlace,
  outermost,
  placeOfAddress,
  placeOfHost,
} from "#lib/domain/wire/network-place.ts";
import { usageFailure } from "./failure.ts";
import type { Settings } from "./settings.ts";
import type { Io } from "./terminal.ts";

/** Where a server lies that somebody else has named, and the addresses that may be connected to: others are not looked up again. */
export type CheckedAddress = { url: URL; addresses: readonly string[] };

/** Who is asked to trust whom: `url` was named by a server at `namedBy`, or by the person (null). `what` is for the message. */
type Named = { url: string; namedBy: string | null; what: string };

/**
 * Checks an address before anything is sent there: https unless the person allows otherwise, no user name, and no further inside the network
 * than the server that named it. A public platform must not make this program knock at this machine, at the network it is in, or at a
 * cloud's metadata service. All addresses of a name count, so that one good one does not carry a bad one in.
 */
export async function checkAddress(io: Io, settings: Settings, named: Named): Promise<CheckedAddress> {
  const url = URL.parse(named.url);
  if (!url || !["https:", "http:"].includes(url.protocol) || url.username || url.password) {
    throw usageFailure("address_refused", `${named.what} is no https address. Nothing was sent there.`);
  }
  if (url.protocol === "http:" && !settings.allowInsecureHttp) {
    throw usageFailure("insecure_http", `${named.what} starts with http://. Nothing was sent there.`);
  }
  const addresses = await addressesOf(io, url.hostname);
  const from = named.namedBy === null ? "loopback" : await placeOfServer(io, named.namedBy);
  const isReachable = addresses.every((address) => isWithinReach(placeOfAddress(address), from));
  if (placeOfHost(url.hostname) !== "forbidden" && isReachable) return { url, addresses };
  throw usageFailure(
    "address_refused",
    `${named.what} points inside a network where it must not. Nothing was sent there.`,
  );
}

/** The place from which a server speaks; one that can't be found counts as public. */
async function placeOfServer(io: Io, address: string): Promise<NetworkPlace> {
  const addresses = await addressesOf(io, new URL(address).hostname);
  return addresses.length === 0 ? "public" : outermost(addresses.map(placeOfAddress));
}

/** Addresses of a host, the host's own where it is one; none where the name is not known. */
async function addressesOf(io: Io, hostname: string): Promise<readonly string[]> {
  const host = hostname.replace(/^\[|\]$/g, "");
  // a name that is no address is looked up, `localhost` too: what the machine connects to is what counts
  if (placeOfAddress(host) !== "forbidden" || isAddress(host)) return [host];
  return io.lookup(host).catch(() => []);
}

function isAddress(host: string): boolean {
  return host.includes(":") || /^[0-9.]+$/.test(host);
}
