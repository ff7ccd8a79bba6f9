import { expect, it } from "vitest";
import { recipes } from "./recipes.ts";

const urls = { base: "https://traces.example/v1/releases/1.0.0/files", publicUrl: "https://traces.example" };
const python = (val: number) =>
  recipes({ version: "1.0.0", val }, urls).find(({ name }) => name === "datasets")?.code;

it("names the validation file to Python only where it has rows", () => {
  expect(python(3)).toContain("val.jsonl.zst");
  expect(python(0)).not.toContain("val.jsonl.zst");
  expect(python(0)).toContain("train.jsonl.zst");
});
