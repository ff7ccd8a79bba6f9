/**
 * Where a visitor may be led after signing in: the path of an address of this very site, or undefined. Asked of the URL
 * standard and not of the text's beginning, because browsers take `/\host`, `/<tab>/host` and `/.//host` for other sites.
 */
export function localAddress(address: string, origin: string): string | undefined {
  const url = URL.parse(address, origin);
  if (!url || url.origin !== URL.parse(origin)?.origin) return undefined;
  const path = `${url.pathname}${url.search}${url.hash}`;
  return path.startsWith("//") ? undefined : path;
}
