import type { NextConfig } from "next";

/** Set by workers/build-standalone.ts alone: a folder that runs without node_modules, for an image. */
const standalone = process.env["TRACE_SHARE_STANDALONE"] === "1";

/** Decoders of images that nobody is asked to decode: no page has an image of somebody else's. */
const IMAGE_OPTIMIZER = ["node_modules/sharp/**", "node_modules/@img/**"];

const config: NextConfig = {
  ...(standalone
    ? { output: "standalone", distDir: "dist/web", outputFileTracingExcludes: { "*": IMAGE_OPTIMIZER } }
    : {}),
  // Two machines that build the same sources serve each other's pages: workers/build-web.ts names the build by its sources.
  generateBuildId: () => process.env["TRACE_SHARE_BUILD_ID"] ?? null,
  reactStrictMode: true,
  poweredByHeader: false,
  images: { unoptimized: true },
  typedRoutes: true,
  // Loaded by Node from node_modules as they are: drivers and loggers that open sockets, threads and files of their own.
  serverExternalPackages: ["pg", "pg-boss", "pino", "postgres", "prom-client"],
  // `npm test` checks all types; a build on an operator's machine checks nothing that could have changed since.
  typescript: { ignoreBuildErrors: true },
  // Title and description stand in the head of the first bytes, for every reader: nothing is moved there by a script.
  htmlLimitedBots: /.*/,
  // Without it a page that refuses a signed-in person would answer 200.
  experimental: { authInterrupts: true },
  // An episode's other forms are its address with an ending, which no folder of routes can say.
  rewrites: async () => [
    { source: "/episodes/:id([^/.]+).:format(json|jsonl|md)", destination: "/episodes/:id/:format" },
  ],
};

export default config;
