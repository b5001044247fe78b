/** Identity is the full GUID only: the six characters in container logs and sanity-test ids such as `T-147…` are none. */
import { GUID } from "../../kit/log-patterns/guid.ts";

const WHOLE = new RegExp(`^${GUID}$`);

export function isGuid(text: string): boolean {
  return WHOLE.test(text);
}
