import { describe, expect, it } from "vitest";
import { requestStorage } from "#lib/adapters/request-context.ts";
import { AppError, ERROR_CODES } from "#lib/domain/errors.ts";
import { problemOf, problemResponse } from "./problem.ts";

describe("a problem document", () => {
  it("keeps the operator's sentence to the operator, whatever failed on our side", () => {
    const detail = "SOME_SETTING is wrong: see /etc/some/where.";
    for (const code of ERROR_CODES) {
      const problem = problemOf(new AppError(code, { detail }));
      expect(problem.detail).toBe(problem.status >= 500 ? undefined : detail);
    }
  });

  it("says what was written for visitors", () => {
    const detail = "Wait a while.";
    expect(problemOf(new AppError("unavailable", { detail, forVisitor: true }))).toMatchObject({
      status: 503,
      detail,
    });
  });

  it("says nothing of a throw that nobody meant", async () => {
    const text = await problemResponse(new TypeError("a secret of somebody")).text();
    expect(text).toContain('"code":"internal"');
    expect(text).not.toContain("secret");
  });

  it("names the request under which the log tells more", () => {
    const id = crypto.randomUUID();
    const within = (error: unknown) =>
      requestStorage().run({ id, isPrivate: false }, () => problemOf(error).request_id);
    expect(within(new AppError("unavailable"))).toBe(id);
    expect(problemOf(new AppError("unavailable"))).not.toHaveProperty("request_id");
    // where the same is answered whatever the reason
    expect(within(new AppError("gone"))).toBeUndefined();
  });
});
