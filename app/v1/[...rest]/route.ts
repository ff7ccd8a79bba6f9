import { problemResponse } from "#app/_server/problem.ts";
import { AppError } from "#lib/domain/errors.ts";

/** What is no part of the API, as a problem document like every other refusal; the path is not repeated. */
function refuse(): Response {
  return problemResponse(new AppError("not_found"));
}

export { refuse as DELETE, refuse as GET, refuse as PATCH, refuse as POST, refuse as PUT };
