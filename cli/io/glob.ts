/**
 * A glob over a path below a root (`/` between names) as a regular expression: `**` any folders, `*` and `?` within a name,
 * `{a,b}` alternatives. Everything else stands for itself. (`path.matchesGlob` of Node 22 is still an experiment.)
 */
export function compileGlob(glob: string): RegExp {
  const source = glob.replaceAll(/\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[^*?{]+|\{/g, (part) => {
    if (part === "**/") return "(?:[^/]+/)*";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part.startsWith("{") && part.endsWith("}")) {
      return `(?:${part.slice(1, -1).split(",").map(escape).join("|")})`;
    }
    return escape(part);
  });
  return new RegExp(`^${source}$`, "u");
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
