import { route } from "#app/_server/route.ts";
import { AppError } from "#lib/domain/errors.ts";

const answer = route({ auth: "public", limit: "read" }, async () => {
  throw new AppError("not_found");
});

/** What is no part of the API, as a problem document like every other refusal. The path is neither read nor repeated. */
function refuse(request: Request): Promise<Response> {
  return answer(request, { params: Promise.resolve({}) });
}

export { refuse as DELETE, refuse as GET, refuse as PATCH, refuse as POST, refuse as PUT };
