import { type Command, InvalidArgumentError } from "commander";
import { OPERATOR, ROLES, type Role, SCOPES, type Scope } from "#lib/domain/access/policy.ts";
import { createUser, grantRole, revokeRole } from "#lib/services/accounts.ts";
import { createSignInLink } from "#lib/services/sign-in-link.ts";
import { createTokenFor } from "#lib/services/tokens.ts";
import { say, withDeps } from "./with-deps.ts";

const DEFAULT_DAYS = 90;

/** `user`, `sign-in-link` and `token`: how people and their clients get in. */
export function accountCommands(program: Command): void {
  const user = program.command("user").description("people and their roles");
  user
    .command("create <email>")
    .description("make a user, or give an existing one another role")
    .option("--role <role>", `one of ${ROLES.join(", ")}`, parseRole, "contributor" as Role)
    .action((email: string, { role }: { role: Role }) =>
      withDeps(async ({ deps }) => {
        const made = await createUser(deps, OPERATOR, { email, role });
        say(`${made.email} has the roles: ${made.roles.join(", ")}`);
      }),
    );
  user
    .command("revoke-role <email>")
    .description("take a role away and end the person's sessions")
    .requiredOption("--role <role>", `one of ${ROLES.join(", ")}`, parseRole)
    .action((email: string, { role }: { role: Role }) =>
      withDeps(async ({ deps }) => {
        await revokeRole(deps, OPERATOR, { email, role });
        say(`${email} is no ${role} any more`);
      }),
    );
  program
    .command("grant <email>")
    .description("give an existing user another role")
    .requiredOption("--role <role>", `one of ${ROLES.join(", ")}`, parseRole)
    .addHelpText("after", "\nExample: npm run admin -- grant you@example.org --role moderator")
    .action((email: string, { role }: { role: Role }) =>
      withDeps(async ({ deps }) => {
        const user = await grantRole(deps, OPERATOR, { email, role });
        say(`${user.email} has the roles: ${user.roles.join(", ")}`);
      }),
    );
  program
    .command("sign-in-link <email>")
    .description("print a link that signs a user in, once, within 30 minutes")
    .action((email: string) =>
      withDeps(async ({ deps }) => {
        say(await createSignInLink(deps, OPERATOR, { email }));
      }),
    );
  tokenCommands(program);
}

type TokenOptions = { user: string; scope: Scope[]; name: string; days: number; shared: boolean };

function tokenCommands(program: Command): void {
  program
    .command("token")
    .description("tokens for clients")
    .command("create")
    .description("make a token; it stands alone on the last line and is shown only now")
    .requiredOption("--user <email>", "whose token it is; the user is made if missing")
    .requiredOption("--scope <scope...>", `one or more of ${SCOPES.join(", ")}`, parseScope, [])
    .option("--name <name>", "what the token is for", "made at the console")
    .option("--days <days>", "how long it is valid, 1 to 365", parseDays, DEFAULT_DAYS)
    .option("--shared", "a token that several people use: its uploads are always reviewed", false)
    .action(({ user, scope, name, days, shared }: TokenOptions) =>
      withDeps(async ({ deps }) => {
        const input = { email: user, scopes: scope, name, days, shared };
        const { token, entry } = await createTokenFor(deps, OPERATOR, input);
        say(`Token of ${user} for ${entry.scopes.join(", ")}, valid until ${entry.expiresAt.toISOString()}:`);
        say(token);
      }),
    );
}

function parseRole(text: string): Role {
  const role = ROLES.find((known) => known === text);
  if (!role) throw new InvalidArgumentError(`Roles are: ${ROLES.join(", ")}.`);
  return role;
}

function parseScope(text: string, earlier: Scope[]): Scope[] {
  const scope = SCOPES.find((known) => known === text);
  if (!scope) throw new InvalidArgumentError(`Scopes are: ${SCOPES.join(", ")}.`);
  return [...earlier, scope];
}

function parseDays(text: string): number {
  if (!/^[0-9]{1,3}$/.test(text)) throw new InvalidArgumentError("Days are a whole number from 1 to 365.");
  return Number(text);
}
