import { Command, CommanderError } from "commander";
import { operatorCommands } from "./operator/program.ts";
import { explainError } from "./explain-error.ts";

// Operator commands: `npm run admin -- COMMAND`. They work beside a running platform, and start the database by themselves
// when none runs. What a script needs stands alone on the last line of the output.

// A reader that has seen enough (`| head`) closes the pipe; that is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const program = new Command("admin")
  .description("Operator commands of this trace-share instance")
  .configureOutput({ outputError: (text, write) => write(text) })
  .exitOverride()
  .showHelpAfterError("Add --help to see what a command takes.");
operatorCommands(program);

const EXIT_USAGE = 2;

try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
  else {
    const { lines, exitCode } = explainError(error);
    for (const line of lines) process.stderr.write(`admin: ${line}\n`);
    process.exitCode = exitCode;
  }
}
// the channel to bootstrap.mjs must not keep a finished command alive
process.exit();
