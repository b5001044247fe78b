/** Who can read a backup that reads the bucket: whether it is encrypted with OpenPGP, and all of it. Pure. */
import { startsLikeLzop, type ArchiveFacts } from "../../reading/facts.ts";
import { type Finding, found } from "./finding.ts";

const CAUSE =
  "WAL-E encrypts with WALE_GPG_KEY_ID; what the store encrypts by itself protects its disks, not its readers";

/** `wanted`: somebody means it to be encrypted, and gave a key or names one in WAL-E's settings. */
export function openness({ heads, opened }: ArchiveFacts, wanted: boolean): readonly Finding[] {
  const clear = [...heads].filter(([key, head]) => opened?.has(key) !== true && startsLikeLzop(head));
  if (opened === undefined)
    return [
      found({
        severity: wanted ? "warning" : "note",
        code: "in-clear",
        message: "the backup is in clear: whoever can read the bucket reads the data",
        cause: wanted ? `it is meant to be encrypted; ${CAUSE}` : CAUSE,
      }),
    ];
  const [first] = clear;
  if (first === undefined) return [];
  const message = `a part of the backup is in clear, such as "${first[0]}": whoever can read the bucket reads the data in it`;
  return [found({ severity: "warning", code: "partly-in-clear", message, cause: CAUSE })];
}
