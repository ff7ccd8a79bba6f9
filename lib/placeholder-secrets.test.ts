import { expect, test } from "vitest";
import { isPlaceholder, looksUnset } from "./placeholder-secrets.ts";

test.each([
  "changeme",
  "Change-Me-Please-0123456789abcdef",
  "replace-with-a-random-string",
  "your_secret_here",
  "mysecret",
  "minioadmin",
  "<generate one>",
  "${AUTH_SECRET}",
  "****************",
  "Password",
])("%s is no secret", (secret) => {
  expect(isPlaceholder(secret)).toBe(true);
});

test.each([
  "s".repeat(32),
  "of-the-tests",
  "Zr8Jq1vT0p-Lk3mNwYc5",
  "tester's own words",
  "passwordless-door-7731",
])("%s may be one", (secret) => {
  expect(isPlaceholder(secret)).toBe(false);
});

test("the default of a manual is refused, but for a service of this machine's own", () => {
  const withPassword = (host: string) => ({ DATABASE_URL: `postgres://postgres:postgres@${host}:5432/name` });
  expect(looksUnset(withPassword("127.0.0.1"))).toEqual([]);
  expect(looksUnset(withPassword("localhost"))).toEqual([]);
  expect(looksUnset(withPassword("[::1]"))).toEqual([]);
  expect(looksUnset(withPassword("postgres"))).toEqual([
    expect.stringMatching(/^DATABASE_URL holds a placeholder/),
  ]);
  expect(looksUnset({ S3_SECRET_ACCESS_KEY: "minioadmin", S3_ENDPOINT: "http://127.0.0.1:9000" })).toEqual(
    [],
  );
  expect(looksUnset({ S3_SECRET_ACCESS_KEY: "minioadmin" })).toHaveLength(1);
  expect(looksUnset({ NEXTAUTH_SECRET: "changeme".repeat(4) })).toHaveLength(1);
});
