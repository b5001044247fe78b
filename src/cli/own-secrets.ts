import { Secrets } from "../secrets.ts";

/** Every secret of this process: one registry, so that no sink can miss one. */
export const secrets = new Secrets();
