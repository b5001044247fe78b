/** The answer of `archive verify --json` for an archive in this workshop's store. */
import { systemClock } from "../../../src/kit/clock/system-clock.ts";
import { type OpenArchiveStore, openArchiveStore } from "../../../src/archive/adapters/s3/archive-store.ts";
import { type ArchiveVerifyDocument, archiveVerify } from "../../../src/cli/commands/archive/archive-verify-core.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import type { ObjectStore } from "../object-store.ts";
import type { Case } from "./cases/case.ts";

export function storeOf(objects: ObjectStore): OpenArchiveStore {
  return openArchiveStore({
    clock: systemClock(),
    secrets: new Secrets(),
    endpoint: objects.endpoint,
    region: objects.region,
    credentials: () => Promise.resolve(objects.credentials),
    environment: {},
  });
}

export async function judge(
  objects: ObjectStore,
  prefix: string,
  { reader, depth, timeline }: Pick<Case, "reader" | "depth" | "timeline">,
): Promise<ArchiveVerifyDocument> {
  const options = {
    ...(reader === undefined ? {} : { reader }),
    ...(depth === undefined ? {} : { depth }),
    ...(timeline === undefined ? {} : { timeline }),
  };
  const { document } = await archiveVerify({
    store: storeOf(objects),
    location: `s3://${objects.bucket}/${prefix}`,
    ...options,
  });
  return document;
}
