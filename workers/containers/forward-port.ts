import { forwardTo } from "./forward.ts";
import { readAddress } from "./listen-address.ts";

// `node workers/containers/forward-port.ts 0.0.0.0:8333 seaweedfs:8333`: one port of a server whose other ports nobody may reach.

const [from, to] = process.argv.slice(2).map(readAddress);
if (!from || !to) {
  process.stderr.write("usage: forward-port.ts HOST:PORT HOST:PORT\n");
  process.exit(64);
}
const server = forwardTo(to);
server.on("error", (error: NodeJS.ErrnoException) => {
  process.stderr.write(`forward-port: port ${from.port} can't be listened on (${error.code ?? "unknown"})\n`);
  process.exit(1);
});
server.listen(from.port, from.host, () => process.stdout.write(`forward-port: ready on ${from.port}\n`));
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    // what is under way may end; whoever waits longer is cut off by the container engine
    server.close(() => process.exit(0));
    setTimeout(() => process.exit(0), 10_000).unref();
  });
}
