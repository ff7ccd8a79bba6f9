import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What tools and runs leave in a working tree: none of it is part of the repository (.gitignore). */
const NOT_OURS = /^(?:\.git|node_modules|\.next|dist|data|data-.*|test-results|playwright-report|.*\.log)$/;

/** Every file of the repository, as paths below its root with `/`. */
export function repositoryFiles(root: string, folder = ""): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.test(name))
    .flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? repositoryFiles(root, path) : [path];
    });
}

/** The documents: Markdown at the top, in docs/ and in .github/. */
export function documents(root: string): { path: string; text: string }[] {
  return repositoryFiles(root)
    .filter((path) => /^(?:[A-Z]+\.md|(?:docs|\.github)\/.+\.md)$/.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}
