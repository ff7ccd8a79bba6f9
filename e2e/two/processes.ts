import { expect } from "@playwright/test";
import type { Contributor, WireInstance } from "#e2e/wire/instance.ts";
import { call } from "#e2e/wire/http.ts";
import { recordV2 } from "#e2e/wire/records.ts";

/** The two web processes by addresses of their own (e2e/support/walks-platform.ts). */
export function webs(): { one: string; other: string } {
  const [one, other] = JSON.parse(process.env["WALK_WEBS"] ?? "[]") as string[]; // the global setup has written it
  if (one === undefined || other === undefined) throw new Error("this needs two web processes");
  return { one, other };
}

export type Published = { id: string; word: string; who: Contributor };

/** An episode that is public. */
export async function publish(instance: WireInstance, who: Contributor): Promise<Published> {
  const word = instance.word();
  const record = recordV2(word);
  const sent = await call(instance.url, { path: "/v1/episodes", token: who.token, body: record });
  expect(sent.status, sent.text).toBe(201);
  await instance.settled(who, record.id);
  await expect
    .poll(async () => (await call(instance.url, { path: `/v1/episodes?q=${word}` })).text, {
      timeout: 20_000,
    })
    .toContain(record.id);
  return { id: record.id, word, who };
}
