import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Actor,
  ANONYMOUS,
  OPERATOR,
  ROLES,
  type Role,
  SCOPES,
  type Scope,
} from "#lib/domain/access/policy.ts";
import { episodeId } from "#lib/domain/episode/identity.ts";
import { isAppError } from "#lib/domain/errors.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { createUser, revokeRole } from "./accounts.ts";
import { claimCase, decideCase, listCases, readCase } from "./cases.ts";
import { acceptPointers } from "./index-pointers.ts";
import { ingest } from "./ingest.ts";
import { ingestBatch } from "./ingest-batch.ts";
import {
  approveEpisode,
  claimEpisode,
  hideEpisode,
  rejectEpisode,
  restoreEpisode,
  takeDownEpisode,
  unclaimEpisode,
  unhideEpisode,
} from "./moderate.ts";
import { readQueue, readReview } from "./moderation-queue.ts";
import { listOwnEpisodes, readOwnStatus } from "./my-episodes.ts";
import { setPaused } from "./pause.ts";
import { registerSnapshot } from "./register-snapshot.ts";
import {
  approveSnapshot,
  listSnapshots,
  patchSnapshot,
  publishSnapshot,
  rebuildSnapshot,
  requestSnapshot,
} from "./release.ts";
import { approveRescan, readRescan } from "./rescan.ts";
import { revokeEpisode } from "./revoke.ts";
import { createSignInLink } from "./sign-in-link.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { createToken, createTokenFor, listTokens, revokeToken } from "./tokens.ts";
import { completeUpload, presignUpload } from "./uploads.ts";
import { releaseWithheld, withholdSnapshot, yankSnapshot } from "./withhold-release.ts";

let platform: TestPlatform;
beforeAll(async () => {
  platform = await testPlatform({ working: false });
});
afterAll(() => platform.close());

const REFUSALS = ["unauthenticated", "forbidden", "scope_missing"];

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "done",
    (error: unknown) => (isAppError(error) ? error.code : Promise.reject(error)),
  );
}

const ID = "0".repeat(64);
const UUID = "00000000-0000-4000-8000-000000000000";
const VERSION = "9.9.9";
const STAFF: Role[] = ["moderator", "lead", "admin"];
const RELEASE: Role[] = ["release_manager", "admin"];
const OPERATORS: Role[] = ["admin"];

type Call = (deps: Deps, actor: Actor) => Promise<unknown>;
/** Who may, as docs/GOVERNANCE.md has it; written again, so that a change of the policy is a change of this table. */
type Entry = { call: Call; roles: Role[] | "every account"; scope: Scope; person?: true; sessionOnly?: true };

const SERVICES: Record<string, Entry> = {
  ingest: {
    call: (deps, actor) => ingest(deps, actor, { bytes: new Uint8Array() }),
    roles: ["contributor", "admin"],
    scope: "episodes:write",
    person: true,
  },
  ingestBatch: {
    call: (deps, actor) => ingestBatch(deps, actor, { items: nothing(), count: async () => {} }),
    roles: ["contributor", "admin"],
    scope: "episodes:write",
    person: true,
  },
  presignUpload: {
    call: (deps, actor) =>
      presignUpload(deps, actor, {
        episode_id: episodeId(ID),
        content_hash: ID,
        content_type: "application/json",
      }),
    roles: ["contributor", "admin"],
    scope: "episodes:write",
    person: true,
  },
  completeUpload: {
    call: (deps, actor) => completeUpload(deps, actor, { episode_id: ID, content_hash: ID, object_key: "k" }),
    roles: ["contributor", "admin"],
    scope: "episodes:write",
    person: true,
  },
  acceptPointers: {
    call: (deps, actor) => acceptPointers(deps, actor, { vectors: [] }),
    roles: ["contributor", "admin"],
    scope: "episodes:write",
    person: true,
  },
  revokeEpisode: {
    call: (deps, actor) => revokeEpisode(deps, actor, { episodeId: ID }),
    roles: "every account",
    scope: "episodes:revoke",
    person: true,
  },
  listOwnEpisodes: {
    call: (deps, actor) => listOwnEpisodes(deps, actor, {}),
    roles: "every account",
    scope: "read",
    person: true,
  },
  readOwnStatus: {
    call: (deps, actor) => readOwnStatus(deps, actor, { id: ID }),
    roles: "every account",
    scope: "read",
    person: true,
  },
  listTokens: { call: listTokens, roles: "every account", scope: "read", person: true },
  revokeToken: {
    call: (deps, actor) => revokeToken(deps, actor, { tokenId: UUID }),
    roles: "every account",
    scope: "admin",
    person: true,
  },
  createToken: {
    call: (deps, actor) => createToken(deps, actor, { name: "t", scopes: [], days: 0 }),
    roles: ["contributor", "admin"],
    scope: "admin",
    person: true,
    sessionOnly: true,
  },
  registerSnapshot: {
    call: (deps, actor) =>
      registerSnapshot(deps, actor, {
        version: `x-${Math.random()}`,
        checksums: "",
        files: [],
        data_card: "",
        manifest: {},
      } as unknown as Parameters<typeof registerSnapshot>[2]), // the shape is the route's business
    roles: ["contributor", "release_manager", "admin"],
    scope: "snapshots:publish",
    person: true,
  },
  readQueue: { call: readQueue, roles: ["triage", ...STAFF], scope: "moderation" },
  listCases: { call: listCases, roles: ["triage", ...STAFF], scope: "moderation" },
  readReview: {
    call: (deps, actor) => readReview(deps, actor, { episodeId: ID }),
    roles: ["triage", ...STAFF],
    scope: "moderation",
  },
  readCase: {
    call: (deps, actor) => readCase(deps, actor, { caseId: UUID }),
    roles: ["triage", ...STAFF],
    scope: "moderation",
  },
  hideEpisode: {
    call: (deps, actor) => hideEpisode(deps, actor, { episodeId: ID, reason: "precaution" }),
    roles: ["triage", ...STAFF],
    scope: "moderation",
  },
  claimEpisode: byEpisode(claimEpisode),
  unclaimEpisode: byEpisode(unclaimEpisode),
  approveEpisode: byEpisode(approveEpisode),
  approveDismissing: byEpisode((deps, actor, input) =>
    approveEpisode(deps, actor, { ...input, dismissFindings: true }),
  ),
  rejectEpisode: byEpisode((deps, actor, input) => rejectEpisode(deps, actor, { ...input, reason: "spam" })),
  unhideEpisode: byEpisode(unhideEpisode),
  unhideDismissing: byEpisode((deps, actor, input) =>
    unhideEpisode(deps, actor, { ...input, dismissFindings: true }),
  ),
  restoreEpisode: byEpisode(restoreEpisode),
  restoreDismissing: byEpisode((deps, actor, input) =>
    restoreEpisode(deps, actor, { ...input, dismissFindings: true }),
  ),
  takeDownEpisode: byEpisode((deps, actor, input) =>
    takeDownEpisode(deps, actor, { ...input, reason: "copyright" }),
  ),
  claimCase: {
    call: (deps, actor) => claimCase(deps, actor, { caseId: UUID }),
    roles: STAFF,
    scope: "moderation",
  },
  decideCase: {
    call: (deps, actor) =>
      decideCase(deps, actor, { caseId: UUID, outcome: "no_action", reason: null, statement: "Fine." }),
    roles: STAFF,
    scope: "moderation",
  },
  listSnapshots: { call: listSnapshots, roles: RELEASE, scope: "snapshots:build" },
  requestSnapshot: byVersion(requestSnapshot, "snapshots:build"),
  patchSnapshot: byVersion(patchSnapshot, "snapshots:build"),
  rebuildSnapshot: byVersion(rebuildSnapshot, "snapshots:build"),
  approveSnapshot: byVersion(approveSnapshot, "snapshots:publish"),
  publishSnapshot: byVersion(publishSnapshot, "snapshots:publish"),
  releaseWithheld: byVersion(releaseWithheld, "snapshots:publish"),
  yankSnapshot: byVersion(
    (deps, actor, input) => yankSnapshot(deps, actor, { ...input, reason: "legal_order" }),
    "snapshots:publish",
  ),
  setPaused: {
    call: (deps, actor) => setPaused(deps, actor, { paused: false }),
    roles: ["lead", "release_manager", "admin"],
    scope: "admin",
  },
  readRescan: { call: readRescan, roles: ["triage", ...STAFF], scope: "moderation" },
  approveRescan: { call: approveRescan, roles: OPERATORS, scope: "admin" },
  createUser: {
    call: (deps, actor) => createUser(deps, actor, { email: "nobody", role: "admin" }),
    roles: OPERATORS,
    scope: "admin",
  },
  revokeRole: {
    call: (deps, actor) => revokeRole(deps, actor, { email: "nobody@example.org", role: "admin" }),
    roles: OPERATORS,
    scope: "admin",
  },
  createSignInLink: {
    call: (deps, actor) => createSignInLink(deps, actor, { email: "nobody@example.org" }),
    roles: OPERATORS,
    scope: "admin",
  },
  createTokenFor: {
    call: (deps, actor) =>
      createTokenFor(deps, actor, {
        email: "reader@example.org",
        name: "t",
        scopes: ["read"],
        days: 0,
        shared: false,
      }),
    roles: OPERATORS,
    scope: "admin",
  },
};

async function* nothing() {}

function byEpisode(
  service: (deps: Deps, actor: Actor, input: { episodeId: string }) => Promise<unknown>,
): Entry {
  return {
    call: (deps, actor) => service(deps, actor, { episodeId: ID }),
    roles: STAFF,
    scope: "moderation",
  };
}

function byVersion(
  service: (deps: Deps, actor: Actor, input: { version: string }) => Promise<unknown>,
  scope: Scope,
): Entry {
  return { call: (deps, actor) => service(deps, actor, { version: VERSION }), roles: RELEASE, scope };
}

const user = { kind: "user", userId: UUID } as const;
const session = (roles: readonly Role[]): Actor => ({ ...user, roles, via: "session" });
const token = (scopes: readonly Scope[], roles: readonly Role[] = ROLES): Actor => ({
  ...user,
  roles,
  scopes,
  via: "token",
  tokenId: UUID,
  shared: false,
});

/** Past the gate: whatever is answered then, it is no refusal of this actor. A missing row of the account comes later. */
async function passes(entry: Entry, actor: Actor): Promise<boolean> {
  const code = await codeOf(entry.call(platform.deps, actor)).catch(() => "passed");
  return !REFUSALS.includes(code);
}

describe.each(Object.entries(SERVICES))("%s", (_name, entry) => {
  it("is refused to a visitor", async () => {
    expect(await passes(entry, ANONYMOUS)).toBe(false);
  });

  it("is allowed to exactly the roles that have the power", async () => {
    const roles = entry.roles === "every account" ? ROLES : entry.roles;
    for (const role of ROLES) {
      // for a person who has no row it answers a refusal of its own: only who is turned away counts there
      if (entry.sessionOnly && roles.includes(role)) continue;
      expect([role, await passes(entry, session([role]))]).toEqual([role, roles.includes(role)]);
    }
    expect(await passes(entry, session([]))).toBe(entry.roles === "every account");
  });

  it("is allowed to a token with its scope alone, and only where the owner may", async () => {
    for (const scope of SCOPES) {
      const allowed = scope === entry.scope && entry.sessionOnly !== true;
      expect([scope, await passes(entry, token([scope]))]).toEqual([scope, allowed]);
    }
    if (entry.roles !== "every account") expect(await passes(entry, token(SCOPES, ["auditor"]))).toBe(false);
  });

  it("is allowed at the console unless it is a person's own", async () => {
    expect(await passes(entry, OPERATOR)).toBe(entry.person !== true);
  });
});

describe("withholding a release", () => {
  it("is allowed to a moderator in an emergency and to release managers, to nobody else", async () => {
    const entry: Entry = { ...byVersion(withholdSnapshot, "snapshots:publish") };
    for (const role of ROLES) {
      expect([role, await passes(entry, session([role]))]).toEqual([
        role,
        [...STAFF, ...RELEASE].includes(role),
      ]);
    }
  });
});
