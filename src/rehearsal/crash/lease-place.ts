/** Where a leased recovery has its lease and its mirror: what lies there is the tool's own, not the foundation's. */
import { BUCKET } from "../world/foundation.js";

const PREFIX = "dingo-recover-leases";

export const LEASE = `s3://${BUCKET}/${PREFIX}`;

export function isOfLease(key: string): boolean {
  return key.startsWith(`${PREFIX}/`);
}
