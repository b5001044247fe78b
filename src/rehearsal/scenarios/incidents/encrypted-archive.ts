/** Row 27: the archive is encrypted by OpenPGP, as wal-e does where WALE_GPG_KEY_ID is set (dingo.md §3.2). */
import type { World } from "../../world/world.ts";
import { brokersLogOnly, without } from "../damaged.ts";
import { nothingCreatedComplaints, recoveredComplaints } from "../endings.ts";
import { AGREES, EVERYTHING, INPUTS, TICKET } from "../happy.ts";
import { openStory } from "../opening.ts";
import type { Scenario } from "../scenario.ts";
import { refusalComplaints } from "../told.ts";

const withKey = (world: World): World => ({ ...world, network: { ...world.network, gpgKey: "0x3F5B52C19D03AA17" } });

function withoutKey(world: World): World {
  const { gpgKey: _gone, ...network } = world.network;
  return { ...world, network };
}

export const encryptedArchive: Scenario = {
  name: "encrypted-archive",
  title: "The archive is encrypted, and the platform has lost the key",
  teaches:
    "objects of wal-e can be OpenPGP messages: a container without the key restores nothing, and that is told before",
  ticket: [...TICKET, "Somebody remembers that the backups were encrypted before the last upgrade."],
  open: ({ seed, now }) => openStory({ era: "f", seed, now, beforeCreation: withKey, beforeDeletion: withoutKey }),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 16,
  complaints: nothingCreatedComplaints,
  unsaid: (told) => refusalComplaints(told, "does-not-fit", ["OpenPGP", "WALE_GPG_KEY_ID"]),
};

export const encryptedAlike: Scenario = {
  name: "encrypted-archive-with-key",
  title: "The archive is encrypted, and so are those of today",
  teaches:
    "where the plan has the key, wal-e decrypts what it fetches: an encrypted archive is recovered like any other",
  ticket: [...TICKET, "The backups of this platform are encrypted."],
  open: ({ seed, now }) => openStory({ era: "f", seed, now, beforeCreation: withKey }),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 0,
  complaints: (closing) => recoveredComplaints(closing, EVERYTHING),
};

/** Row 21, its last line: nobody knows the identifier, and the backup that restores to it cannot be read from outside. */
export const encryptedWithoutSysid: Scenario = {
  name: "encrypted-archive-without-sysid",
  title: "The archive is encrypted and has lost its system identifier",
  teaches:
    "where the base backup cannot be read either, nothing is created: the container would make an empty database",
  ticket: [...TICKET, "The backups of this platform are encrypted. And somebody tidied up the bucket last week."],
  open: ({ seed, now }) =>
    brokersLogOnly(without(openStory({ era: "f", seed, now, beforeCreation: withKey }), /sysids\/sysid$/)),
  inputs: INPUTS,
  answers: AGREES,
  exitCode: 17,
  complaints: nothingCreatedComplaints,
  unsaid: (told) => refusalComplaints(told, "not-restorable", ["system identifier"]),
};
