import { faultFields, getLog, getMetrics } from "#lib/container.ts";
import { isAppError } from "#lib/domain/errors.ts";
import { problemOf } from "./problem.ts";

/**
 * Leaves a trace of what went wrong on our side: code, place and our own sentence of what failed as foreseen, and of a throw that no use
 * case meant its class and place only, for a message may quote what it was about. A visitor who has to wait is no fault of ours.
 */
export function logUnexpected(edge: "route" | "action" | "page", error: unknown): void {
  const known = isAppError(error) ? error : undefined;
  if (problemOf(error).status < 500 || known?.forVisitor) return;
  const detail = known?.detail === undefined ? {} : { detail: known.detail };
  getLog().error(`${edge}.failed`, { ...faultFields(error), ...detail });
  if (!known || known.code === "internal") getMetrics().count("unexpected_errors_total", { edge });
}
