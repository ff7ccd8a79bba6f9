import { connection } from "next/server";
import { isPrivate } from "#app/_server/access.ts";

/** What search engines are asked: to come, or on a private instance to stay away. Says nothing of what is here. */
export async function GET(): Promise<Response> {
  // Next would answer what the machine of the build was set to
  await connection();
  const text = `User-agent: *\n${isPrivate() ? "Disallow: /" : "Disallow:"}\n`;
  return new Response(text, {
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
}
