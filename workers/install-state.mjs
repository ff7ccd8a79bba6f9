// Plain JavaScript: bootstrap.mjs imports this on whatever Node the machine has (18 or later).

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, dev?: boolean, link?: boolean }} LockEntry
 */

/**
 * Why packages must be installed, or undefined when what is installed fits the lock file. Both arguments are file
 * contents: `package-lock.json`, and `node_modules/.package-lock.json`, which npm writes last, whoever called it. So an
 * `npm ci` that the user ran is as good as our own.
 *
 * @param {string} wanted
 * @param {string | undefined} installed
 * @param {{ needsDevelopment: boolean }} options
 * @returns {string | undefined}
 */
export function installReason(wanted, installed, { needsDevelopment }) {
  const have = installed === undefined ? undefined : packagesOf(installed);
  if (!have) return "packages are not installed yet";
  const hasDevelopment = Object.values(have).some((entry) => entry.dev);
  const missing = Object.entries(packagesOf(wanted) ?? {}).find(([path, entry]) => {
    if (path === "" || entry.link) return false;
    if (entry.optional && !(path in have)) return false;
    if (entry.dev && !hasDevelopment && !needsDevelopment) return false;
    return !fits(entry, have[path]);
  });
  return missing ? "the lock file has changed" : undefined;
}

/**
 * @param {LockEntry} wanted
 * @param {LockEntry | undefined} found
 */
function fits(wanted, found) {
  if (!found || found.version !== wanted.version) return false;
  return !found.integrity || !wanted.integrity || found.integrity === wanted.integrity;
}

/**
 * @param {string} text
 * @returns {Record<string, LockEntry> | undefined}
 */
function packagesOf(text) {
  try {
    return JSON.parse(text).packages;
  } catch {
    return undefined;
  }
}
