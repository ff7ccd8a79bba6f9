// Plain JavaScript without dependencies: the health check of the web container, which has no shell. Called as
// `node workers/health.mjs readyz` (or healthz) for the web process beside it, or with an address on this machine for another one;
// exit code 0 if that is answered with 200, else 1.
const NAMES = ["healthz", "readyz"];
const TIMEOUT_MS = 2500;

const name = process.argv[2] ?? "healthz";
const isAddress = /^http:\/\/127\.0\.0\.1:[0-9]{1,5}\/[a-z]*$/.test(name);
if (!isAddress && !NAMES.includes(name))
  end(2, `asks for one of ${NAMES.join(", ")}, or http://127.0.0.1:PORT/NAME`);

const given = process.env["HOST"] || "127.0.0.1";
const any = { "0.0.0.0": "127.0.0.1", "::": "[::1]" };
const host = any[given] ?? (given.includes(":") ? `[${given}]` : given);
try {
  const address = isAddress ? name : `http://${host}:${process.env["PORT"] || 3000}/${name}`;
  const response = await fetch(address, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
    redirect: "error",
  });
  const said = name === "readyz" ? (await response.text()).slice(0, 500) : "";
  end(response.status === 200 ? 0 : 1, `${name}: ${response.status} ${said}`.trim());
} catch {
  end(1, `${name}: no answer`);
}

/**
 * @param {number} code
 * @param {string} line
 */
function end(code, line) {
  process.stdout.write(`${line}\n`);
  process.exit(code);
}
