/** The colours that terminal text can have here. Each is a token of the theme with enough contrast in light and dark. */
export const TERMINAL_COLOURS = ["red", "green", "yellow", "blue", "magenta", "cyan", "grey"] as const;
export type TerminalColour = (typeof TERMINAL_COLOURS)[number];

/** The sixteen system colours in xterm's order. Black and white are the theme's own ink: no name. */
const SYSTEM: readonly (TerminalColour | undefined)[] = [
  undefined,
  "red",
  "green",
  "yellow",
  "blue",
  "magenta",
  "cyan",
  undefined,
  "grey",
  "red",
  "green",
  "yellow",
  "blue",
  "magenta",
  "cyan",
  undefined,
];

/** The theme's name for one of xterm's 256 colours: 16 system colours, a 6×6×6 cube, 24 greys. */
export function xtermColour(index: number): TerminalColour | undefined {
  if (index < 16) return SYSTEM[index];
  if (index > 255) return undefined;
  if (index >= 232) return index < 250 ? "grey" : undefined;
  const cube = index - 16;
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  return nearestColour({
    red: level(Math.floor(cube / 36)),
    green: level(Math.floor(cube / 6) % 6),
    blue: level(cube % 6),
  });
}

/** The theme's name nearest to a true colour, by hue; colours without a hue are grey, or plain ink at both ends. */
export function nearestColour(colour: {
  red: number;
  green: number;
  blue: number;
}): TerminalColour | undefined {
  const { red, green, blue } = colour;
  const high = Math.max(red, green, blue);
  const low = Math.min(red, green, blue);
  const chroma = high - low;
  if (chroma < 40) return high < 60 || high > 200 ? undefined : "grey";
  const sector =
    high === red
      ? ((green - blue) / chroma + 6) % 6
      : high === green
        ? (blue - red) / chroma + 2
        : (red - green) / chroma + 4;
  const HUES = ["red", "yellow", "green", "cyan", "blue", "magenta"] as const;
  return HUES[Math.round(sector) % 6];
}
