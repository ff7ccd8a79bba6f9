import NextAuth from "next-auth";
import { authOptions } from "#app/_server/auth.ts";
import { countSignInLink } from "#app/_server/limits.ts";
import { problemResponse } from "#app/_server/problem.ts";
import { getDeps } from "#lib/container.ts";
import { AppError } from "#lib/domain/errors.ts";

type Context = { params: Promise<{ nextauth: string[] }> };

async function answer(request: Request, context: Context): Promise<Response> {
  return NextAuth(request as never, context as never, await authOptions()) as Promise<Response>; // next-auth 4 types neither
}

/** Asking for a link sends mail, so it is counted before the library sees it. */
async function post(request: Request, context: Context): Promise<Response> {
  const { nextauth } = await context.params;
  if (nextauth.join("/") !== "signin/email") return answer(request, context);
  try {
    await countSignInLink(await getDeps(), { request, email: await emailIn(request) });
  } catch (error) {
    return problemResponse(error);
  }
  return answer(request, context);
}

async function emailIn(request: Request): Promise<string> {
  const form = await request
    .clone()
    .formData()
    .catch((cause: unknown) => {
      throw new AppError("unsupported_media_type", { detail: "Send the form of the sign-in page.", cause });
    });
  const email = form.get("email");
  return typeof email === "string" ? email : "";
}

export { answer as GET, post as POST };
