import { readFileSync } from "node:fs";
import { readAddress } from "./listen-address.ts";
import { redisConnection } from "./redis-connection.ts";
import { redisRestServer } from "./redis-rest-server.ts";

// `node workers/containers/redis-rest.ts 0.0.0.0:8079 valkey:6379 /run/secrets/redis_rest_token`: Valkey or Redis over HTTP.

const [listen, behind, tokenFile] = process.argv.slice(2);
const from = readAddress(listen);
const to = readAddress(behind);
if (!from || !to || !tokenFile) fail("usage: redis-rest.ts HOST:PORT HOST:PORT FILE_OF_THE_TOKEN", 64);
const redis = redisConnection(to);
const server = redisRestServer({ redis, token: readToken(tokenFile) });
server.on("error", (error: NodeJS.ErrnoException) =>
  fail(`port ${from.port} can't be listened on (${error.code ?? "unknown"})`, 1),
);
server.listen(from.port, from.host, () => process.stdout.write(`redis-rest: ready on ${from.port}\n`));
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    redis.close();
    server.closeAllConnections();
    server.close(() => process.exit(0));
  });
}

function readToken(file: string): string {
  try {
    const token = readFileSync(file, "utf8").trim();
    if (token.length >= 16) return token;
  } catch {
    // said below: where the file should be, the compose file says
  }
  return fail("the file of the token can't be read, or holds fewer than 16 characters", 78);
}

function fail(message: string, code: number): never {
  process.stderr.write(`redis-rest: ${message}\n`);
  process.exit(code);
}
