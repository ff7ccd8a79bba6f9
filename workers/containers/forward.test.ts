import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { buffer, text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import { forwardTo } from "./forward.ts";
import { readAddress } from "./listen-address.ts";

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  open.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port; // a TCP server's address
}

describe("the gate", () => {
  test("passes every byte on, both ways, and waits for the answer of who has said everything", async () => {
    const behind = await listen(
      createServer({ allowHalfOpen: true }, (socket) => {
        void buffer(socket).then((said) => socket.end(said.toReversed()));
      }),
    );
    const gate = await listen(forwardTo({ host: "127.0.0.1", port: behind }));
    const said = Buffer.from(Array.from({ length: 300_000 }, (_, n) => n % 251));
    const client = connect(gate, "127.0.0.1");
    client.end(said);
    expect((await buffer(client)).equals(said.toReversed())).toBe(true);
  });

  test("ends a connection at once where nobody answers behind it, and serves again when somebody does", async () => {
    const late = createServer((socket) => socket.end("here"));
    const port = await listen(late);
    late.close();
    await once(late, "close");
    const gate = await listen(forwardTo({ host: "127.0.0.1", port }));
    expect(await text(connect(gate, "127.0.0.1"))).toBe("");
    const back = createServer((socket) => socket.end("here"));
    open.push(back);
    back.listen(port, "127.0.0.1");
    await once(back, "listening");
    expect(await text(connect(gate, "127.0.0.1"))).toBe("here");
  });
});

test.each(["", "8333", "seaweedfs", "a b:1", "host:0", "host:70000", "http://host:80", "host:80/x"])(
  "takes %o for no address",
  (given) => {
    expect(readAddress(given)).toBeUndefined();
  },
);

test("reads host and port", () => {
  expect(readAddress("0.0.0.0:8333")).toEqual({ host: "0.0.0.0", port: 8333 });
  expect(readAddress("s3-gate:65535")).toEqual({ host: "s3-gate", port: 65_535 });
});
