import { expect, it } from "vitest";
import { messageParts } from "./fences.ts";

it("splits a message into prose and code, and reads no other markup", () => {
  expect(
    messageParts("See **this**:\n\n```rust\nfn main() {}\n\n```\n![x](https://a.example/x.png)\n"),
  ).toEqual([
    { kind: "prose", text: "See **this**:" },
    { kind: "code", text: "fn main() {}\n" },
    { kind: "prose", text: "![x](https://a.example/x.png)" },
  ]);
});

it("keeps inner fences of another length and runs to the end without a closing one", () => {
  expect(messageParts("````\n```\na\n```\n````")).toEqual([{ kind: "code", text: "```\na\n```" }]);
  expect(messageParts("```\nopen")).toEqual([{ kind: "code", text: "open" }]);
  expect(messageParts("")).toEqual([]);
});
