/** Keys that the record's schemas know, of either version. Any other key may hold text and is printed as a position. */
const KNOWN_KEYS = new Set(
  (
    "schema id content_hash nonce private slot contributor_key signature revocation_authority revocation_code_hash " +
    "source tool namespace adapter agent_version model model_provider session key position of parent kind time start end " +
    "task prompt prompt_preview languages tags steps text thinking call name args exit_code is_error cut kept bytes at " +
    "outcome status basis tests passed failed error_kinds result_preview usage input_tokens output_tokens " +
    "cached_input_tokens counts turns tool_calls files_edited lines_added lines_removed duration_ms disclosure redactions " +
    "total by_kind sanitizer rules_version policy scanner rights license consent_version accepted_at public_searchable " +
    "trainable repository visibility hash_basis source_tool session_id ts_start ts_end context result trace role content " +
    "ts success signals tests_passed lint_fixed meta lang tool_names error_types repo_fingerprint os editor " +
    "raw_content_included consent policy_version sanitizer_version episode_id object_key content_type revoked_at reason " +
    "version created_at manifest checksums files sha256 data_card vectors data metadata"
  ).split(" "),
);

/** A JSON path that prints schema-known names only; another key is an ordinal in braces (permanence.md 12). */
export function safePath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return typeof part === "string" && KNOWN_KEYS.has(part) ? `${text}.${part}` : `${text}{?}`;
  }, "$");
}
