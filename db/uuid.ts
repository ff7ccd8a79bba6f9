const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** False for a name that no row can have, so that a look-up answers "not found" instead of failing in the database. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
