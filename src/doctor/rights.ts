/** Whether the keys that write could also change archives: by policies alone, for a right is never tried. */
import { keyRights, ON_OBJECTS, type Right } from "../actions/backup/key-rights.js";
import type { ArchiveStore } from "../ports/object-store.js";
import { note, ok, type Verdict } from "./check.js";
import type { Looks } from "./looks.js";

export interface RightsOptions {
  readonly store: Pick<ArchiveStore, "policy" | "simulate">;
  readonly bucket: string;
  /** Where archives lie in it. */
  readonly prefix: string;
  /** An archive was named: nothing has to be written at the prefix, as it has to be among all archives. */
  readonly isOne: boolean;
  /** Names the keys that write. */
  readonly keyId: string;
  /** Others read archives. */
  readonly areApart: boolean;
}

const ID = "s3.write";

/** Says it, and gives what it comes to. */
export async function examineRights(looks: Looks, { store, ...asked }: RightsOptions): Promise<Right["says"]> {
  const { bucket, prefix } = asked;
  const seen = await looks.aside(ID, `what policies let the key ${asked.keyId} do in ${bucket}`, async () => ({
    policy: await store.policy(bucket),
    simulated: await store.simulate({
      ...{ who: "", bucket, key: `${prefix}${prefix.endsWith("/") ? "" : "/"}any` },
      ...{ objectActions: ON_OBJECTS, bucketActions: [] },
    }),
  }));
  if (seen === undefined) return "not-known";
  const all = keyRights({ bucket, prefix: prefix.replace(/\/+$/u, ""), ...seen });
  const rights = ON_OBJECTS.flatMap((action) => all.get(action) ?? []);
  const says = worstOf(rights);
  const those = rights.filter((right) => right.says === says);
  looks.say(ID, VERDICTS[says](those, asked));
  return says;
}

/** One right that is allowed is enough to harm; denied is what all of them are. */
const worstOf = (rights: readonly Right[]): Right["says"] =>
  (["allowed", "not-known"] as const).find((each) => rights.some(({ says }) => says === each)) ?? "denied";

type Asked = Omit<RightsOptions, "store">;
type Verdicts = Readonly<Record<Right["says"], (rights: readonly Right[], asked: Asked) => Verdict>>;

const VERDICTS: Verdicts = {
  denied: (rights, asked) =>
    ok(`key ${asked.keyId} cannot change what lies below ${placeOf(asked)}: ${reasonOf(rights)}`),
  allowed: allowedVerdict,
  "not-known": unknownVerdict,
};

const reasonOf = ([first]: readonly Right[]): string => first?.why ?? "";
const placeOf = ({ bucket, prefix }: Asked): string => `s3://${bucket}/${prefix}`;

/** New archives have to be written among all the others: only of one that was named is it a fault. */
function allowedVerdict(rights: readonly Right[], asked: Asked): Verdict {
  const { keyId, isOne, areApart } = asked;
  const actions = rights.map(({ action }) => action).join(", ");
  return {
    state: isOne && areApart ? "warning" : "note",
    text: `key ${keyId} could also write to archives below ${placeOf(asked)}, by policy: ${actions}: ${reasonOf(rights)}`,
    means: "The guard of dingo-recover refuses every such request before it is sent; nothing else does.",
    mend: areApart
      ? `Deny ${actions} to key ${keyId} at the source archive's prefix.`
      : "Name keys as s3.source that may only read, so that archives are read with those alone.",
  };
}

function unknownVerdict(rights: readonly Right[], asked: Asked): Verdict {
  const { keyId } = asked;
  const what = `whether key ${keyId} could also write to archives below ${placeOf(asked)} could not be told`;
  return note(
    `${what}: ${reasonOf(rights)}; it is not tried`,
    `Ask whoever manages the store for the policy of key ${keyId} (MinIO: mc admin user info ALIAS ${keyId}).`,
  );
}
