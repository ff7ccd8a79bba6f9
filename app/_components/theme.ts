export const THEMES = ["system", "light", "dark"] as const;
/** What the reader chose; `system` follows the device. */
export type Theme = (typeof THEMES)[number];
