/** The store of a leased recovery's lease and mirror: the objects there are the tool's own, not the foundation's. */
import { BUCKET } from "../../src/rehearsal/world/foundation.ts";

const PREFIX = "dingo-recover-leases";

export const LEASE = `s3://${BUCKET}/${PREFIX}`;

export const isOfLease = (key: string): boolean => key.startsWith(`${PREFIX}/`);
