/** Identity is the full GUID only: the six characters in container logs and sanity-test ids such as `T-147…` are none. */
const SHAPE = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const WHOLE = new RegExp(`^${SHAPE}$`);

/** For building larger patterns. */
export const GUID = SHAPE;

export function isGuid(text: string): boolean {
  return WHOLE.test(text);
}
