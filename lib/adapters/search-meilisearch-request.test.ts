import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createMeilisearchIndex } from "./search-meilisearch.ts";

test("asks for answers as they are: packing them costs more time than it saves", async () => {
  const asked: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers);
    request.resume();
    response.end(JSON.stringify({ hits: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // a listening TCP server has an address of this form
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  try {
    await createMeilisearchIndex({ url, key: "k".repeat(16), fragments: async () => ({}) }).ready();
    expect(asked.map((headers) => headers["accept-encoding"])).toEqual(["identity"]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
