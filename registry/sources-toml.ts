/** sources.toml as it is served. Written by embed-sources.ts; a test keeps the two equal. */
export const SOURCES_TOML = `# Where coding agents keep their sessions, in the manifest format of the older tool. Served at /registry/sources.toml.
# Local runs use the built-in adapters (lib/domain/sources/adapters.ts); a test keeps the two in step.
version = 1

[[sources]]
id = "codex_cli"
display_name = "Codex CLI"
roots = ["~/.codex/sessions", "~/.codex/archived_sessions"]
globs = ["**/rollout-*.jsonl"]
format = "jsonl"
parser_hint = "codex_cli_v1"
platforms = ["linux", "macos", "windows"]
requires_opt_in = false

[[sources]]
id = "claude_code"
display_name = "Claude Code"
roots = ["~/.claude/projects", "~/.config/claude/projects"]
globs = ["*/*.jsonl", "*/*/subagents/**/agent-*.jsonl"]
format = "jsonl"
parser_hint = "claude_code_v1"
platforms = ["linux", "macos", "windows"]
requires_opt_in = false
`;
