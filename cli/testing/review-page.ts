import { readFileSync } from "node:fs";
import { request } from "node:http";
import { z } from "zod";
import type { Contributor, Ran } from "./terminal.ts";

type Answer = { status: number; headers: Record<string, unknown>; text: string };
type Sent = { method?: string; headers?: Record<string, string>; body?: unknown };

/** A request with exactly these headers, as no browser would let a page write them. */
export function send(url: string, { method = "GET", headers = {}, body }: Sent = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => void (text += part));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    asked.on("error", reject);
    asked.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
  });
}

/** The review on the page, as a browser has it: address, token, and after `enter` the cookie. */
export async function openReview(person: Contributor, ...flags: string[]) {
  const ran = person.runChoosing([], "review", "--open", ...flags);
  const file = await Promise.race([
    person.browsed(),
    ran.then(({ stderr }) => Promise.reject(new Error(stderr))),
  ]);
  const leads = /<a href="([^"]+)">/.exec(readFileSync(file, "utf8"))?.[1];
  const url = new URL(leads ?? "");
  const base = `${url.origin}${url.pathname}`;
  const token = url.hash.slice(1);
  const own = { origin: url.origin, "content-type": "application/json", "sec-fetch-site": "same-origin" };
  const redeem = (headers: Record<string, string> = own) =>
    send(`${base}session`, { method: "POST", headers, body: { token } });
  const enter = async () => {
    const [cookie = ""] = z.array(z.string()).parse((await redeem()).headers["set-cookie"]);
    return { ...own, cookie: cookie.split(";")[0] ?? "" };
  };
  return { ran, file, url, base, own, redeem, enter };
}

const Listed = z.object({
  groups: z.array(
    z.object({
      key: z.string(),
      affirmed: z.boolean(),
      raw: z.boolean(),
      sessions: z.array(
        z.object({
          source: z.string(),
          episodes: z.array(
            z.object({ id: z.string(), state: z.string(), flags: z.array(z.string()), title: z.string() }),
          ),
        }),
      ),
    }),
  ),
  words: z.array(z.string()),
});

/** What the page does, with its cookie. */
export function page(base: string, headers: Record<string, string>) {
  const post = async (name: string, body: object) => {
    const answer = await send(`${base}${name}`, { method: "POST", headers, body });
    return { status: answer.status, json: answer.status === 200 ? JSON.parse(answer.text) : undefined };
  };
  const get = async (name: string) => JSON.parse((await send(`${base}${name}`, { headers })).text);
  const list = async () => Listed.parse(await get("list"));
  const episodes = async () =>
    (await list()).groups.flatMap(({ sessions }) => sessions.flatMap((one) => one.episodes));
  const done = async (ran: Promise<Ran>) => {
    await post("done", {});
    return ran;
  };
  return { post, get, list, episodes, done };
}
