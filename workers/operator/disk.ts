import { existsSync, statfsSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Bytes that a normal user may still write where a folder is, or would be. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(nearestFolder(folder));
  return bavail * bsize;
}

/** What share of its disk is free where a folder is, or would be, 0 to 1. */
export function freeShare(folder: string): number {
  const { bavail, blocks } = statfsSync(nearestFolder(folder));
  return blocks === 0 ? 1 : bavail / blocks;
}

export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MB`;
}

function nearestFolder(path: string): string {
  const folder = resolve(path);
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}
