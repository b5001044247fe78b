/**
 * A process that holds a lease in a store, and makes one effect after another: a line in a file. Its words are the store's
 * endpoint and bucket, the state directory, the run (or "" for a new one), and the file.
 */
import { appendFileSync } from "node:fs";
import { openArchiveStore } from "../../src/archive/adapters/s3/archive-store.ts";
import { StateDirectory } from "../../src/engine/journal/state-directory.ts";
import { runClaimName } from "../../src/engine/lease/claim.ts";
import { readSeen } from "../../src/engine/lease/keeper.ts";
import { fetchMirrored } from "../../src/engine/lease/mirror.ts";
import { openLease } from "../../src/engine/lease/open.ts";
import { RecoverError } from "../../src/errors.ts";
import { systemClock } from "../../src/kit/clock/system-clock.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";

const [endpoint = "", bucket = "", path = "", run = "", effects = ""] = process.argv.slice(2);
const { ACCESS: accessKeyId = "", SECRET: secretAccessKey = "", HOURS_OFF: off = "0" } = process.env;

const secrets = new Secrets();
const now = (): Date => new Date(Date.now() + Number(off) * 3_600_000);
const store = openArchiveStore({
  ...{ clock: systemClock(), secrets, endpoint, environment: {} },
  credentials: () => Promise.resolve({ accessKeyId, secretAccessKey }),
});
const place = store.shared({ bucket, prefix: "leases" });
const state = new StateDirectory({ path, secrets, now });
const who = { place, operator: path, host: path, now, beatMs: 50 };

async function opened() {
  if (run === "") return openLease({ ...state.create(), takeOver: false, ...who });
  const claim = (await readSeen(place, runClaimName(run)))?.claim;
  state.bring({ run, ...(await fetchMirrored(place, run, claim?.head)) });
  return openLease({ ...state.open(run, { takeOver: true, above: claim?.epoch ?? 0 }), takeOver: true, ...who });
}

const { journal } = await opened();
const step = { type: "step-started", action: "fake.copy", effect: "disrupt", input: {}, commandsSha256: "" } as const;
try {
  for (let attempt = 1; ; attempt += 1) {
    await journal.append({ ...step, step: "copy", attempt });
    await journal.checkFence();
    appendFileSync(effects, `${journal.epoch}\n`);
  }
} catch (error) {
  if (!(error instanceof RecoverError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
