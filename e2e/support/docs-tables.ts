import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Argument, Command, Option } from "commander";
import { z } from "zod";
import { buildProgram } from "#cli/program.ts";
import type { Io } from "#cli/io/terminal.ts";
import { problemOf } from "#app/_server/problem.ts";
import { METRIC_PREFIX, type MetricDefinition, METRICS } from "#lib/ports/metric-catalogue.ts";
import { type Action, can, type Role, ROLES } from "#lib/domain/access/policy.ts";
import { AppError, ERROR_CODES } from "#lib/domain/errors.ts";
import { CASE_CATEGORIES } from "#lib/domain/lifecycle/case-states.ts";
import { EPISODE_EDGES } from "#lib/domain/lifecycle/episode-states.ts";
import { SNAPSHOT_EDGES } from "#lib/domain/lifecycle/snapshot-states.ts";

// Rows of tables in the documents that follow from the code. docs-facts.test.ts expects each of them in its page, so a change
// of the code asks for a change of the page.

type Row = readonly string[];

/** A row as the documents write it. */
export function rowText(cells: Row): string {
  return `| ${cells.join(" | ")} |`;
}

const code = (text: string): string => `\`${text}\``;

/** docs/CLI.md: every command with what it does; below it each of its options. */
export function cliRows(): { commands: Row[]; options: Row[] } {
  const silent = { stdout: () => {}, stderr: () => {} };
  // the program is built and never run, so the rest of the process is not asked for
  const program = buildProgram(silent as unknown as Io, () => {});
  const commands = leavesOf(program, "trace-share");
  return {
    commands: commands.map(({ line, command }) => [code(line), command.description()]),
    options: commands.flatMap(({ command }) =>
      command.options
        .filter((option) => option.long !== "--json")
        .map((option) => [code(option.flags), textOf(option)]),
    ),
  };
}

function leavesOf(parent: Command, path: string): { line: string; command: Command }[] {
  return parent.commands.flatMap((command) => {
    const line = [path, command.name(), ...command.registeredArguments.map(argumentOf)].join(" ");
    return command.commands.length > 0 ? leavesOf(command, line) : [{ line, command }];
  });
}

function argumentOf(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function textOf({ description, argChoices }: Option): string {
  return argChoices ? `${description} (${argChoices.join(", ")})` : description;
}

/** docs/GOVERNANCE.md: from, event, to, by. */
export function episodeEdgeRows(): Row[] {
  return Object.entries(EPISODE_EDGES).flatMap(([from, edges]) =>
    Object.entries(edges).map(([event, { to, by }]) => [code(from), code(event), code(to), by.join(", ")]),
  );
}

/** docs/RELEASING.md: from, event, to. */
export function snapshotEdgeRows(): Row[] {
  return Object.entries(SNAPSHOT_EDGES).flatMap(([from, edges]) =>
    Object.entries(edges).map(([event, to]) => [code(from), code(event), code(to)]),
  );
}

/** docs/GOVERNANCE.md: category, band, whether it forbids publication once a person has taken the case. */
export function categoryRows(): Row[] {
  return Object.entries(CASE_CATEGORIES).map(([name, { band, blocks }]) => [
    code(name),
    String(band),
    blocks ? "yes" : "no",
  ]);
}

/** docs/GOVERNANCE.md: action, roles beside admin, token scope. The actions stand in the policy's table, which is not exported. */
export function policyRows(root: string): Row[] {
  const source = readFileSync(join(root, "lib/domain/access/policy.ts"), "utf8");
  return [...source.matchAll(/^ {2}"([a-z_.]+)": \{ roles: .*, scope: "([a-z:]+)" \},$/gm)].map(
    ([, action = "", scope = ""]) => {
      const may = (...roles: Role[]) =>
        // the text of the table's key is the type's member
        can({ kind: "user", userId: "", roles, via: "session" }, action as Action).ok;
      const roles = ROLES.filter((role) => role !== "admin" && may(role));
      return [code(action), may() ? "every account" : roles.join(", ") || "none", code(scope)];
    },
  );
}

/** docs/PROPOSAL.md: code, status, title. */
export function problemRows(): Row[] {
  return ERROR_CODES.map((name) => {
    const { status, title } = problemOf(new AppError(name));
    return [code(name), String(status), title];
  });
}

/** docs/metrics.md: name, type, process, labels with what they may be, what it says. */
export function metricRows(): Row[] {
  return Object.entries<MetricDefinition>(METRICS).map(([name, { type, from, labels, help }]) => [
    code(`${METRIC_PREFIX}${name}`),
    type,
    from === "each" ? "web, worker" : from,
    Object.entries(labels).map(labelText).join("; ") || "none",
    help,
  ]);
}

/** A short list in full; a long one is a list of the code's own: routes, jobs, states, error codes. */
function labelText([label, values]: [string, readonly string[]]): string {
  return values.length <= 6 ? `${code(label)}: ${values.join(", ")}` : `${code(label)} of a longer list`;
}

const LintRules = z.object({
  overrides: z.array(
    z.object({ files: z.array(z.string()), rules: z.record(z.string(), z.unknown()).default({}) }),
  ),
});
const ImportRule = z.tuple([
  z.literal("error"),
  z.object({ patterns: z.array(z.object({ group: z.array(z.string()) })).length(1) }),
]);

/** docs/architecture.md: folder, what its files may import, as `.oxlintrc.json` says it. `./` stands for siblings. */
export function importRows(root: string): Row[] {
  const rules = LintRules.parse(JSON.parse(readFileSync(join(root, ".oxlintrc.json"), "utf8")));
  return rules.overrides.flatMap(({ files, rules: { "no-restricted-imports": rule } }) => {
    const parsed = ImportRule.safeParse(rule);
    if (!parsed.success) return [];
    const group = parsed.data[1].patterns[0]?.group ?? [];
    const allowed = group.filter((entry) => entry.startsWith("!")).map((entry) => entry.slice(1));
    const names = allowed.map((entry) => (entry === "./**" ? "./" : entry)).map(code);
    return [[files.map(code).join(" "), names.join(" ")]];
  });
}
