/** Letters of other scripts that a reader takes for Latin ones (a small part of Unicode's confusables, written by hand). */
const LATIN: Record<string, string> = {
  А: "A",
  В: "B",
  С: "C",
  Е: "E",
  Ѕ: "S",
  І: "I",
  Ј: "J",
  К: "K",
  М: "M",
  Н: "H",
  О: "O",
  Р: "P",
  Т: "T",
  У: "Y",
  Х: "X",
  Ү: "Y",
  Ԍ: "G",
  Ԛ: "Q",
  Ԝ: "W",
  а: "a",
  с: "c",
  ԁ: "d",
  е: "e",
  һ: "h",
  і: "i",
  ј: "j",
  ӏ: "l",
  о: "o",
  р: "p",
  ԛ: "q",
  ѕ: "s",
  ѵ: "v",
  ԝ: "w",
  х: "x",
  у: "y",
  к: "k",
  т: "t",
  м: "m",
  п: "n",
  г: "r",
  ь: "b",
  ү: "y",
  Α: "A",
  Β: "B",
  Ε: "E",
  Ζ: "Z",
  Η: "H",
  Ι: "I",
  Κ: "K",
  Μ: "M",
  Ν: "N",
  Ο: "O",
  Ρ: "P",
  Τ: "T",
  Υ: "Y",
  Χ: "X",
  α: "a",
  γ: "y",
  ι: "i",
  κ: "k",
  ν: "v",
  ο: "o",
  ρ: "p",
  τ: "t",
  υ: "u",
  χ: "x",
  ω: "w",
  ϲ: "c",
  ϳ: "j",
  Ꭺ: "A",
  Ᏼ: "B",
  Ꮯ: "C",
  Ꭰ: "D",
  Ꭼ: "E",
  Ꮐ: "G",
  Ꮋ: "H",
  Ꭻ: "J",
  Ꮶ: "K",
  Ꮮ: "L",
  Ꮇ: "M",
  Ꮲ: "P",
  Ꮪ: "S",
  Ꭲ: "T",
  Ꮩ: "V",
  Ꮃ: "W",
  Ꮓ: "Z",
};

/** The Latin reading of one look-alike, full-width or mathematical letter; a letter that has none stays what it is. */
export function latinLookalike(letter: string): string {
  const code = letter.charCodeAt(0);
  // full width is ASCII shifted; asking the normal form of each would cost far more
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
  const known = LATIN[letter];
  if (known !== undefined) return known;
  // a view never grows: what is written as more letters (a lone accent becomes a blank and an accent) stays what it is
  const normal = letter.normalize("NFKC");
  return normal.length <= letter.length ? normal : letter;
}

/** True for what shows nothing: a terminal sequence, or a character of no width. */
export function isInvisible(piece: string): boolean {
  const code = piece.charCodeAt(0);
  if (code >= 0xff01 && code <= 0xff5e) return false;
  return (
    code === 0x1b || code === 0x5e || /^(?:\p{Cf}|\p{Mn}|\p{Default_Ignorable_Code_Point})+$/u.test(piece)
  );
}
