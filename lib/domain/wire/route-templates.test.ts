import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { OTHER_ROUTE, ROUTE_TEMPLATES, routeTemplate } from "./route-templates.ts";

const APP = resolve(import.meta.dirname, "..", "..", "..", "app");

/** Addresses of the files that make pages and routes, as the list writes them. */
function addressesOf(folder: string, path = ""): string[] {
  return readdirSync(join(APP, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) {
      if (entry.name.startsWith("_")) return [];
      return addressesOf(join(folder, entry.name), `${path}/${entry.name.replace(/^\[(.+)\]$/, "{$1}")}`);
    }
    return /^(page\.tsx|route\.ts)$/.test(entry.name) ? [path === "" ? "/" : path] : [];
  });
}

const WRITTEN: Readonly<Record<string, string>> = {
  "/api/auth/{...nextauth}": "/api/auth/{step}",
  "/episodes/{id}/{format}": "/episodes/{id}.{format}",
  "/v1/{...rest}": "/v1/{unknown}",
};

describe("route templates", () => {
  it("list every page and route of the app and nothing else but Next's own files and the icon", () => {
    const pages = addressesOf("").map((address) => WRITTEN[address] ?? address);
    expect(ROUTE_TEMPLATES.toSorted()).toEqual([...pages, "/_next/{file}", "/icon.svg"].toSorted());
  });

  it.each([
    ["/", "/"],
    ["/?q=something+private", "/"],
    [`/episodes/${"a".repeat(64)}`, "/episodes/{id}"],
    ["/episodes/abc.jsonl?x=1", "/episodes/{id}.{format}"],
    ["/episodes/", "other"],
    ["/releases/latest.json", "/releases/latest.json"],
    ["/releases/v1", "/releases/{version}"],
    ["/v1/episodes/presign", "/v1/episodes/presign"],
    ["/v1/episodes/abc/status", "/v1/episodes/{id}/status"],
    ["/v1/uploads/a-capability", "/v1/uploads/{capability}"],
    ["/v1/a/b/c", "/v1/{unknown}"],
    ["/_next/static/chunks/a.js", "/_next/{file}"],
    ["/api/auth/callback/email?token=x", "/api/auth/{step}"],
    ["/about/", "/about"],
    ["/wp-login.php", OTHER_ROUTE],
    ["*", OTHER_ROUTE],
    ["http://elsewhere.example/about", OTHER_ROUTE],
    ["/{id}", OTHER_ROUTE],
    ["", OTHER_ROUTE],
  ])("say of %s that it is %s", (target, template) => {
    expect(routeTemplate(target)).toBe(template);
  });

  it("hold nothing of an address that somebody made up", () => {
    for (const target of ["/marmot", "/v1/marmot", "/episodes/marmot?q=marmot", "/reports/marmot#marmot"]) {
      expect(routeTemplate(target)).not.toContain("marmot");
    }
  });
});
