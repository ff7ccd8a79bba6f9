import { describe, expect, it } from "vitest";
import { runCli } from "#cli/program.ts";
import type { Io } from "#cli/io/terminal.ts";
import { ownCommandLine } from "./own-command-line.ts";

/** What the program says to a command line with --help in place of its options. */
async function helpOf(words: readonly string[]): Promise<string> {
  let help = "";
  const io = {
    stdout: (said: string) => (help += said),
    stderr: () => {},
    env: {},
    startedAs: "trace-share",
  };
  // --help asks for nothing but these four
  await runCli([...words, "--help"], io as unknown as Io);
  return help;
}

describe("how to point one's own command line at the demo", () => {
  it("names commands and options that the program has", async () => {
    const text = ownCommandLine("http://127.0.0.1:3000", "linux").join("\n");
    const lines = [...text.matchAll(/trace-share -- ([a-z -]+[a-z])/g)].map((match) => match[1] ?? "");
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      const words = line.split(" ");
      const options = words.filter((word) => word.startsWith("--"));
      const end = words.findIndex((word) => word.startsWith("--"));
      const command = end < 0 ? words.filter((word) => word !== "then") : words.slice(0, end);
      const help = await helpOf(command);
      expect(help).toContain(`Usage: trace-share ${command.join(" ")} `);
      for (const option of options) expect(help).toContain(option);
    }
  });

  it("keeps its state apart, on Windows too, and holds no token", () => {
    for (const platform of ["linux", "win32"] as const) {
      const text = ownCommandLine("http://127.0.0.1:3000", platform).join("\n");
      expect(text).toContain(".trace-share-demo");
      expect(text).toContain("TRACE_SHARE_ALLOW_INSECURE_HTTP=1");
      expect(text).not.toContain("tshr_");
    }
  });
});
