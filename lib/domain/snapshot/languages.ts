/**
 * The language names that a manifest counts by name. A manifest outlives the records it counts, so no other text of a record
 * may stand in it: every other name is counted as `other`.
 */
export const COUNTED_LANGUAGES: readonly string[] = [
  "ada assembly astro bash c c# c++ clojure cmake cobol cpp crystal csharp css cuda cython d dart dockerfile elixir elm",
  "erlang f# fish fortran fsharp glsl go gradle graphql groovy haskell hcl html java javascript json jsonc jsx julia",
  "jupyter kotlin latex lean less lisp lua make makefile markdown matlab mdx mojo nim nix objective-c objectivec ocaml",
  "odin pascal perl php plaintext powershell prisma prolog proto protobuf python r racket ruby rust sass scala scheme",
  "scss shell solidity sql starlark svelte swift systemverilog tcl terraform toml tsx typescript v vba verilog vhdl",
  "vim vue wasm wgsl xml yaml zig zsh",
].flatMap((names) => names.split(" "));
