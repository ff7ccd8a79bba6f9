export type Address = { host: string; port: number };

/** `host:port` as the compose file writes it; undefined for anything else. */
export function readAddress(text: string | undefined): Address | undefined {
  const [, host, digits] = /^([A-Za-z0-9._-]{1,253}):([0-9]{1,5})$/.exec(text ?? "") ?? [];
  const port = Number(digits);
  return host !== undefined && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}
