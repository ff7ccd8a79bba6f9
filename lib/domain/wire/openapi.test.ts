import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { openApiDocument } from "./openapi.ts";

type Document = {
  paths: Record<string, Record<string, { security: object[]; responses: Record<string, unknown> }>>;
  components: { schemas: Record<string, { properties?: Record<string, unknown> }> };
};
// what our own function returns, as far as the tests look into it
const document = openApiDocument("https://x.example") as unknown as Document;

const V1 = resolve(import.meta.dirname, "../../../app/v1");

/** Every operation that a route file exports, with what its options say about authority. */
function routedOperations(): Map<string, "token" | "public"> {
  const found = new Map<string, "token" | "public">();
  for (const file of globSync("**/route.ts", { cwd: V1 })) {
    if (file.includes("[...")) continue;
    const path = `/v1/${file
      .replace(/\/route\.ts$/, "")
      .replaceAll("[", "{")
      .replaceAll("]", "}")}`;
    const source = readFileSync(resolve(V1, file), "utf8");
    const exported = [
      ...source.matchAll(/export const ([A-Z]+) = route[^(]*\(\s*\{ auth: "(token|public|open)"/g),
    ];
    expect(exported.length, file).toBeGreaterThan(0);
    for (const [, method = "", auth] of exported)
      found.set(`${method.toLowerCase()} ${path}`, auth === "token" ? "token" : "public");
  }
  return found;
}

describe("the API document", () => {
  const described = new Map(
    Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, { security }]) => [
        `${method} ${path}`,
        security.length > 0 ? "token" : "public",
      ]),
    ),
  );

  it("describes every route file under app/v1 and no other, with its authority", () => {
    expect(Object.fromEntries(described)).toEqual(Object.fromEntries(routedOperations()));
  });

  it("refers to nothing that it does not hold", () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    expect(refs.length).toBeGreaterThan(20);
    for (const [, name = ""] of refs) expect(document.components.schemas).toHaveProperty(name);
  });

  it("names the code and the faults of a problem and the fields of both record versions", () => {
    const { Problem, EpisodeUpload, EpisodeV1 } = document.components.schemas;
    expect(Object.keys(Problem?.properties ?? {})).toEqual(
      expect.arrayContaining(["type", "title", "status", "code", "detail", "errors"]),
    );
    expect(EpisodeUpload?.properties).toHaveProperty("nonce");
    expect(EpisodeV1?.properties).toHaveProperty("source_tool");
  });

  it("has a problem answer for every operation", () => {
    for (const item of Object.values(document.paths))
      for (const { responses } of Object.values(item)) expect(responses).toHaveProperty("503");
  });
});
