import { randomBytes, randomUUID } from "node:crypto";
import type { Clock, Ids } from "#lib/ports/system.ts";

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() };

/** Values from the system's random source. */
export const systemIds: Ids = {
  uuid: () => randomUUID(),
  hex: (bytes) => randomBytes(bytes).toString("hex"),
};
