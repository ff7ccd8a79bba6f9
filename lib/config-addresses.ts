import { isWithinReach, placeOfHost } from "./domain/wire/network-place.ts";

/** Addresses that the platform itself asks: they may lie inside the operator's network, but nowhere where no store can be. */
const ASKED = ["S3_ENDPOINT", "MEILI_URL", "UPSTASH_REDIS_REST_URL"] as const;

/**
 * Sentences about addresses that have the right form and can't be meant. `env` has been read before: what is set is an origin. Never names
 * a value.
 */
export function wrongAddresses(env: Readonly<Record<string, string | undefined>>): string[] {
  const asked = ASKED.flatMap((name) => {
    const host = hostOf(env[name]);
    return host !== null && placeOfHost(host) === "forbidden"
      ? [
          `${name} names an address that no server of this kind has (link-local, a cloud's metadata, or none).`,
        ]
      : [];
  });
  return [...asked, ...wrongPublicEndpoint(env)];
}

/** Signed addresses go to contributors, whose clients refuse what lies further inside than the platform. */
function wrongPublicEndpoint({
  S3_PUBLIC_ENDPOINT: endpoint,
  S3_BUCKET: bucket,
  PUBLIC_URL: publicUrl,
}: Readonly<Record<string, string | undefined>>): string[] {
  const host = hostOf(endpoint);
  if (!endpoint || host === null) return [];
  const wrong: string[] = [];
  if (!bucket) wrong.push("S3_PUBLIC_ENDPOINT is of use with S3_BUCKET alone: set both, or none.");
  if (publicUrl?.startsWith("https:") && !endpoint.startsWith("https:"))
    wrong.push(
      "S3_PUBLIC_ENDPOINT must be https where PUBLIC_URL is: contributors refuse to send unencrypted.",
    );
  const own = hostOf(publicUrl);
  // without PUBLIC_URL the platform is on this machine
  const from = own === null ? "loopback" : (placeOfHost(own) ?? "public");
  const place = placeOfHost(host);
  if (place !== null && !isWithinReach(place, from))
    wrong.push(
      "S3_PUBLIC_ENDPOINT must be an address that visitors of PUBLIC_URL can reach: it lies inside the network, or on one machine.",
    );
  return wrong;
}

function hostOf(address: string | undefined): string | null {
  return address ? (URL.parse(address)?.hostname ?? null) : null;
}
