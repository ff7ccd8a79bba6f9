/** One line of CHECKSUMS.txt. */
export type Checksum = { sha256: string; name: string };

/** CHECKSUMS.txt as `sha256sum -c` reads it: `<sha256>  <name>`, sorted by name, every file of the snapshot except itself. */
export function checksumsText(files: readonly Checksum[]): string {
  return files
    .filter(({ name }) => name !== "CHECKSUMS.txt")
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ sha256, name }) => `${sha256}  ${name}\n`)
    .join("");
}

const LINE = /^([0-9a-f]{64}) {2}([A-Za-z0-9._-]+)$/;

/** The lines of a CHECKSUMS.txt, or null if one is not in the format or a name stands twice. */
export function parseChecksums(text: string): Checksum[] | null {
  const checksums: Checksum[] = [];
  const names = new Set<string>();
  for (const line of text.split("\n").filter(Boolean)) {
    const [, sha256, name] = LINE.exec(line) ?? [];
    if (!sha256 || !name || names.has(name)) return null;
    names.add(name);
    checksums.push({ sha256, name });
  }
  return checksums;
}
