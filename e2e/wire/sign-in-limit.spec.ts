import { expect } from "@playwright/test";
import { call, expectProblem } from "./http.ts";
import { test } from "./instance.ts";

// Sign-in links go out by mail: neither one caller nor many may flood a mailbox. The forms lack the token against forged
// requests, so no mail is sent here; asking is counted before that is looked at.

const ALLOWED = 10;

function ask(url: string, { email, from }: { email: string; from: string }) {
  return call(url, {
    path: "/api/auth/signin/email",
    body: new URLSearchParams({ email }).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded", "x-forwarded-for": from },
  });
}

test("one caller may ask for ten links an hour", async ({ instance: { url, word } }) => {
  for (let count = 0; count < ALLOWED; count += 1) {
    expect((await ask(url, { email: `${word()}@example.org`, from: "203.0.113.7" })).status).toBe(302);
  }
  const refused = await ask(url, { email: `${word()}@example.org`, from: "203.0.113.7" });
  expectProblem(refused, { status: 503, code: "unavailable" });
});

test("one mailbox gets ten links an hour, whoever asks", async ({ instance: { url, word } }) => {
  const mailbox = word();
  for (let count = 0; count < ALLOWED; count += 1) {
    expect((await ask(url, { email: `${mailbox}@example.org`, from: `198.51.100.${count}` })).status).toBe(
      302,
    );
  }
  const refused = await ask(url, { email: ` ${mailbox.toUpperCase()}@example.org`, from: "198.51.100.99" });
  expectProblem(refused, { status: 503, code: "unavailable" });
  expect(refused.text).not.toContain(mailbox);
});

test("a form of another type is refused", async ({ instance: { url } }) => {
  const answer = await call(url, { path: "/api/auth/signin/email", body: { email: "a@example.org" } });
  expectProblem(answer, { status: 415, code: "unsupported_media_type" });
});
