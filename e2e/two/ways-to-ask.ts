const FLIGHT = { rsc: "1", "next-url": "/" };

type Way = {
  way: string;
  /** The address as this way spells it. */
  spelt?: (path: string) => string;
  method?: string;
  headers?: Record<string, string>;
};

/** Other ways to ask for a page than by its address: Next's own protocol, other spellings, and headers that have opened doors elsewhere. */
export const WAYS: readonly Way[] = [
  { way: "a flight request", spelt: (path) => `${path}?_rsc=1`, headers: FLIGHT },
  { way: "a prefetch", headers: { ...FLIGHT, "next-router-prefetch": "1" } },
  { way: "a full prefetch", headers: { ...FLIGHT, "next-router-prefetch": "2" } },
  { way: "a segment of the tree", headers: { ...FLIGHT, "next-router-segment-prefetch": "/_tree" } },
  { way: "a segment of the page", headers: { ...FLIGHT, "next-router-segment-prefetch": "/__PAGE__" } },
  { way: "the name of a flight file", spelt: (path) => `${path === "/" ? "/index" : path}.rsc` },
  { way: "the name of a segment file", spelt: (path) => `${path}.segments/__PAGE__.segment.rsc` },
  {
    way: "the data of the older router",
    spelt: (path) => `/_next/data/x${path}.json`,
    headers: { "x-nextjs-data": "1" },
  },
  {
    way: "an encoded letter",
    spelt: (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  },
  { way: "a slash at the end", spelt: (path) => `${path}/` },
  { way: "two slashes", spelt: (path) => `/${path}` },
  { way: "a dot", spelt: (path) => `/.${path}` },
  { way: "an encoded slash", spelt: (path) => `/%2f${path}` },
  { way: "capitals", spelt: (path) => path.toUpperCase() },
  { way: "HEAD", method: "HEAD" },
  { way: "POST", method: "POST" },
  { way: "an action", method: "POST", headers: { "next-action": "0".repeat(42) } },
  {
    way: "a proxy that says it has checked",
    headers: { "x-middleware-subrequest": "proxy:proxy:proxy:proxy:proxy" },
  },
  {
    way: "an address of Next's own",
    headers: { "x-invoke-path": "/healthz", "x-matched-path": "/healthz", "x-now-route-matches": "1" },
  },
  {
    way: "another host",
    headers: { "x-forwarded-host": "127.0.0.1:1", "x-original-url": "/healthz", "x-rewrite-url": "/healthz" },
  },
  { way: "a session of nobody", headers: { cookie: `next-auth.session-token=${"0".repeat(64)}` } },
  {
    way: "a preview",
    headers: { cookie: "__prerender_bypass=1; __next_preview_data=1", "x-prerender-revalidate": "1" },
  },
  { way: "another kind of authorization", headers: { authorization: "Basic YTpi" } },
];
