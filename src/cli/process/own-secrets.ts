import { Secrets } from "../../kit/secrets/secrets.ts";

/** Every secret of this process: one registry, so that no sink can miss one. */
export const secrets = new Secrets();
