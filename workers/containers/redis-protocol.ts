/** What Redis answers, as far as the bridge passes it on (RESP2, https://redis.io/docs/latest/develop/reference/protocol-spec/). */
export type Reply = string | number | null | ReplyError | Reply[];
export type ReplyError = { error: string };
export type Word = string | number;

/** One command as the server reads it. */
export function encodeCommand(words: readonly Word[]): Buffer {
  const parts = words.map((word) => {
    const text = String(word);
    return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
  });
  return Buffer.from(`*${words.length}\r\n${parts.join("")}`);
}

export type Decoded = { reply: Reply; end: number };

/** The reply that begins at `from` and where it ends; null while its bytes are not all there. Throws where it is no reply at all. */
export function decodeReply(bytes: Buffer, from = 0): Decoded | null {
  const lineEnd = bytes.indexOf("\r\n", from);
  if (lineEnd < 0) return null;
  const line = bytes.toString("utf8", from + 1, lineEnd);
  const end = lineEnd + 2;
  switch (bytes.toString("latin1", from, from + 1)) {
    case "+":
      return { reply: line, end };
    case "-":
      return { reply: { error: line }, end };
    case ":":
      return { reply: wholeNumber(line), end };
    case "$":
      return decodeText(bytes, { length: wholeNumber(line), from: end });
    case "*":
      return decodeList(bytes, { length: wholeNumber(line), from: end });
    default:
      throw new Error("no reply of Redis");
  }
}

type Part = { length: number; from: number };

function decodeText(bytes: Buffer, { length, from }: Part): Decoded | null {
  if (length < 0) return { reply: null, end: from };
  if (bytes.length < from + length + 2) return null;
  return { reply: bytes.toString("utf8", from, from + length), end: from + length + 2 };
}

function decodeList(bytes: Buffer, { length, from }: Part): Decoded | null {
  if (length < 0) return { reply: null, end: from };
  const reply: Reply[] = [];
  let end = from;
  while (reply.length < length) {
    const item = decodeReply(bytes, end);
    if (!item) return null;
    reply.push(item.reply);
    end = item.end;
  }
  return { reply, end };
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^-?[0-9]+$/.test(text) || !Number.isSafeInteger(number)) throw new Error("no reply of Redis");
  return number;
}
