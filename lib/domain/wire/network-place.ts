import ipaddr from "ipaddr.js";

/**
 * Where an address lies, from the outside to the inside. `forbidden` is what no server may be at for us: link-local addresses, those of
 * clouds' metadata services, "any" address, multicast and what is reserved.
 */
export type NetworkPlace = "public" | "private" | "loopback" | "forbidden";

/** Metadata services that lie among addresses which could be somebody's server. */
const METADATA = new Set(["168.63.129.16", "100.100.100.200", "fd00:ec2::254", "fd20:ce::254"]);
const METADATA_NAMES = new Set(["metadata.google.internal", "metadata.goog", "instance-data"]);
/** Ranges as ipaddr.js names them. Fake addresses of proxies come from the range for benchmarks. */
const PRIVATE = new Set(["private", "uniqueLocal", "carrierGradeNat", "benchmarking"]);
const INSIDE: Readonly<Record<Exclude<NetworkPlace, "forbidden">, number>> = {
  public: 0,
  private: 1,
  loopback: 2,
};

/** The place of an IP address as text; what is no address is `forbidden`. */
export function placeOfAddress(text: string): NetworkPlace {
  if (!ipaddr.isValid(text)) return "forbidden";
  const address = innermost(ipaddr.process(text));
  if (METADATA.has(address.toString())) return "forbidden";
  // 198.18.0.0/15, which the library calls reserved
  if (address instanceof ipaddr.IPv4 && address.match(ipaddr.IPv4.parse("198.18.0.0"), 15)) return "private";
  const range = address.range();
  // of IPv6 only 2000::/3 is given out; old forms of IPv4 inside IPv6 lie elsewhere
  const isGivenOut = address instanceof ipaddr.IPv4 || address.match(ipaddr.IPv6.parse("2000::"), 3);
  if (range === "unicast") return isGivenOut ? "public" : "forbidden";
  if (range === "loopback") return "loopback";
  return PRIVATE.has(range) ? "private" : "forbidden";
}

/** NAT64 and 6to4 carry an IPv4 address to which the packet goes in the end (RFC 6052, RFC 3056). */
function innermost(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (!(address instanceof ipaddr.IPv6)) return address;
  const range = address.range();
  const bytes = address.toByteArray();
  if (range === "rfc6052") return new ipaddr.IPv4(bytes.slice(12, 16));
  return range === "6to4" ? new ipaddr.IPv4(bytes.slice(2, 6)) : address;
}

/**
 * The place that the host of a URL names by itself (`URL.hostname`, which has written odd forms of IPv4 out); null for a name that has to be
 * looked up.
 */
export function placeOfHost(hostname: string): NetworkPlace | null {
  const host = hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");
  if (ipaddr.isValid(host)) return placeOfAddress(host);
  if (METADATA_NAMES.has(host)) return "forbidden";
  if (host === "localhost" || host.endsWith(".localhost")) return "loopback";
  return host === "" ? "forbidden" : null;
}

/** May somebody who was told of an address by a server at `from` go to `place`? Never further inside than the server itself is. */
export function isWithinReach(place: NetworkPlace, from: NetworkPlace): boolean {
  if (place === "forbidden") return false;
  return from === "forbidden" ? place === "public" : INSIDE[place] <= INSIDE[from];
}

/** The outermost of several places: what is known under a public address as well counts as public. `forbidden` if there is none. */
export function outermost(places: readonly NetworkPlace[]): NetworkPlace {
  const order: readonly NetworkPlace[] = ["public", "private", "loopback"];
  return order.find((place) => places.includes(place)) ?? "forbidden";
}
