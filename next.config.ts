import type { NextConfig } from "next";

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  typedRoutes: true,
  // Loaded by Node from node_modules as they are: drivers and loggers that open sockets, threads and files of their own.
  serverExternalPackages: ["pg", "pg-boss", "pino", "postgres"],
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
