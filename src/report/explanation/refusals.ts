/** Codes of guards, and of looks that ended with nothing: what was not done, to spare somebody's data. */
import type { Explanation } from "./explanation.ts";

export const REFUSALS = {
  "guard-refused": {
    why: "It could not be shown that what was about to change belongs to this run. A container, prefix, key or directory of somebody else is never touched.",
    next: [
      "Read which two things do not fit together, and find out why: the evidence stands in the message.",
      "If the world was changed meanwhile, put it back or begin another run; there is no flag that overrides a guard.",
    ],
  },
  "foreign-directory": {
    why: "A directory of another account holds a link that would lead root elsewhere, or could hold one before root is done. Or this account may not write a file there. Nothing was read or written there.",
    next: [
      "Look at the path that the message names, and at each directory above it: `namei -o PATH` shows owners and links.",
      "Give the Compose file, its directory and the places for its data one owner: that account does the work there.",
      "A link of root's in a directory to which root alone writes is followed.",
    ],
  },
  "no-sandbox": {
    why: "A restored database runs its former owner's code, from its first query on. Nothing was fetched, because nothing here would keep that code from this account's keys and files.",
    next: [
      "Install bubblewrap (`apt-get install bubblewrap util-linux`); `dingo-recover doctor test-backup` shows whether it works here.",
      "In a container it needs rights to make namespaces; the message names them.",
      "On a machine that holds nothing of worth you may do without: type UNSANDBOXED when you are asked, or write `sandbox: unsandboxed` into the configuration.",
      "Journal and report say that there was no sandbox.",
    ],
  },
  "object-changed": {
    why: "An object in the store is not the one that was seen before: somebody writes there.",
    next: [
      "Find the writer: a container of the deleted instance may still be alive.",
      "When it is stopped, resume; the archive is compared anew.",
    ],
  },
  "source-protected": {
    why: "A write or delete would have reached the source archive, or an archive of others, or a place that nobody named. It was refused before it was sent.",
    next: [
      "Check source and target: neither may lie inside the other, nor inside any archive.",
      "For `lease:`: give it a prefix above which no archive lies, or a separate bucket.",
    ],
  },
  "target-not-fresh": {
    why: "The place that was to be filled holds something that this run did not put there. It is left as it is.",
    next: ["Look at what lies there and whose it is.", "Use a fresh target, or another directory."],
  },
  "old-instance-alive": {
    why: "The instance is not deleted after all, or its container or data directory is still on a cell. Its data can be newer than the archive.",
    next: [
      "If it lives and serves, nothing has to be recovered.",
      "At a terminal the run offers a clean stop, its directory as the source, or the archive as it is.",
    ],
  },
  "name-taken": {
    why: "A service instance of that name exists. It may be the tenant's attempt to help, and may hold new data.",
    next: [
      "At a terminal it is shown, and can be adopted if it is empty.",
      "Else recover beside it with --input new_name=NAME.",
    ],
  },
  "loss-not-accepted": {
    why: "More would be lost than was accepted: segments behind the recovery point are missing or cannot be read.",
    next: [
      "Look for the missing segments: object versions, a secondary copy, the old container's pg_xlog or pg_wal.",
      "If they are gone, ask the owner, and accept the loss with --accept-loss N.",
    ],
  },
  "run-needs-gone": {
    why: "A former version began this run, and what it goes on with was removed since. It is read and reported as before.",
    next: ["Go on with the version that began it; its journal names it.", "Or begin another run with this one."],
  },
  "wreck-found": {
    why: "The instance of that name shows the marks of a recovery that went wrong: a restart loop, another system identifier. Its archive may hold later writes.",
    next: ["Leave it as it is.", "Recover into another name with --input new_name=NAME; look at the wreck afterwards."],
  },
  "does-not-fit": {
    why: "There is not enough room, or release, encryption or size do not fit what was found.",
    next: ["Make room, or choose the plan, image or program that the message names; then begin or resume."],
  },
  "rehearsal-escape": {
    why: "A rehearsal tried to reach something beyond this machine. It was stopped before it was sent.",
    next: ["Look for a real address in what was given to the rehearsal."],
  },
  "nothing-found": {
    why: "Everything that was named could be looked at, and nothing fits.",
    next: [
      "Look again with a wider --around and --window, without --name, or with --all.",
      "Name older logs: the coverage says which time was covered.",
    ],
  },
  "archive-elsewhere": {
    why: "The prefix that was given is a part too short or too long: the archive lies above or below it. Nothing is said of the archive itself.",
    next: ["Give the prefix that the message names: the one right above basebackups_005 and wal_005."],
  },
  "not-restorable": {
    why: "The archive holds no base backup from which a PostgreSQL could start, or none that reaches the wanted time.",
    next: [
      "dingo-recover archive verify s3://BUCKET/PREFIX names what is missing.",
      "Look for object versions, a secondary copy, or the data directory on the cell, before anything is written anywhere.",
    ],
  },
} as const satisfies Record<string, Explanation>;
