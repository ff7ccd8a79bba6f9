import fc from "fast-check";
import { expect, test } from "vitest";
import { localAddress } from "./local-address.ts";

const ORIGIN = "https://traces.example.org";

test.each([
  ["/", "/"],
  ["/releases/1.0.0?from=2#data-card", "/releases/1.0.0?from=2#data-card"],
  ["https://traces.example.org/me/tokens", "/me/tokens"],
  ["/?q=a%2Fb&callbackUrl=//evil.example", "/?q=a%2Fb&callbackUrl=//evil.example"],
  ["me", "/me"],
])("leads to %j of this site", (address, path) => expect(localAddress(address, ORIGIN)).toBe(path));

test.each([
  "//evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  " //evil.example",
  "/.//evil.example",
  "/a/..//evil.example",
  "https://traces.example.org@evil.example/",
  "https://traces.example.org.evil.example/",
  "http://traces.example.org/",
  "https://traces.example.org:8443/",
  "javascript:alert(1)",
  "data:text/html,x",
  "https://[",
])("leads nowhere for %j", (address) => expect(localAddress(address, ORIGIN)).toBeUndefined());

test("never leaves the site, whatever the address is", () => {
  const pieces = fc.constantFrom(
    "/",
    "\\",
    ".",
    "..",
    "\t",
    "\n",
    ":",
    "@",
    "?",
    "#",
    "%2f",
    "evil.example",
    "https",
  );
  const odd = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.oneof(odd, fc.string(), fc.webUrl()), (address) => {
      const path = localAddress(address, ORIGIN);
      if (path === undefined) return;
      expect(path.startsWith("/") && !path.startsWith("//")).toBe(true);
      expect(new URL(path, ORIGIN).origin).toBe(ORIGIN);
      expect(localAddress(path, ORIGIN)).toBe(path);
    }),
    { numRuns: 300 },
  );
});
