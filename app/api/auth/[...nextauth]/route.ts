import NextAuth from "next-auth";
import { authOptions } from "#app/_server/auth.ts";

async function handler(
  request: Request,
  context: { params: Promise<{ nextauth: string[] }> },
): Promise<Response> {
  return NextAuth(request as never, context as never, await authOptions()) as Promise<Response>; // next-auth 4 types neither
}

export { handler as GET, handler as POST };
