/** The things that stay when a step was taken back: made once, and moved aside, renamed or passed over by the undo. */
import type { Course } from "./changes.ts";
import { type Change, type Left, type TakenBack, textOf } from "./fact.ts";

type Leaves = (change: Change, back: TakenBack) => readonly Left[];

/** A person's word is told as one: no probe has shown it. */
export function leftOf({ change, back }: Course): readonly Left[] {
  const leaves = Object.hasOwn(LEAVES, change.action) ? LEAVES[change.action] : ofOwnAction;
  return (back.byWord ? asSeen : leaves)?.(change, back) ?? [];
}

/** In the words of the probe, or of the step itself. */
const asSeen: Leaves = ({ unit }, { evidence }) => [{ text: `the step "${unit}" (${evidence.split("\n").join(" ")})` }];

const nothing: Leaves = () => [];

/** A probe that found nothing of the step tells that, before its way back or at the end of it; otherwise its words tell. */
const ofOwnAction: Leaves = (change, back) => (back.went || back.found ? [] : asSeen(change, back));

/** By the note that the undo took before it moved the thing. */
const moved =
  (kind: string, text: string): Leaves =>
  ({ notes }) => {
    const note = notes.findLast((each) => each.kind === kind);
    return note === undefined ? [] : [{ text, where: textOf(note.data, "to") }];
  };

/** Only what was there could be given another name. */
const renamed =
  (left: (change: Change) => Left): Leaves =>
  (change, { went }) =>
    went ? [left(change)] : [];

const service: Leaves = (change, back) => {
  const { input, notes } = change;
  if (textOf(input, "adopt") !== "") return [{ text: "the instance that it adopted keeps its mark" }];
  const note = notes.findLast(({ kind }) => kind === "instance-renamed");
  if (note !== undefined)
    return [
      { text: `the service instance "${textOf(note.data, "to")}" goes on running`, where: textOf(note.data, "guid") },
    ];
  return back.evidence === NO_INSTANCE ? [] : asSeen(change, back);
};

/** The probe of the way back says so, in every release. */
const NO_INSTANCE = "the space has no service instance of this run";

const space: Leaves = (change, back) => {
  const note = change.notes.findLast(({ kind }) => kind === "space-renamed");
  if (note !== undefined) return [{ text: `the space "${textOf(note.data, "to")}" is there, and empty` }];
  return change.notes.some(({ kind }) => kind === "space-was-missing") ? asSeen(change, back) : [];
};

const copyHere = renamed(({ input }) => ({
  text: "the copy of the database lies aside on this machine",
  where: `${textOf(input, "place")}.undone`,
}));

/** Two lines say that the stack runs, and that something is left; commands stand below each thing. */
const stack: Leaves = (_change, { evidence }) =>
  evidence
    .split("\n")
    .slice(2)
    .filter((line) => !line.trim().startsWith("$"))
    .map((line) => ({ text: line.replace(/:$/u, "") }));

/** A directory is renamed if it was whole, and a volume is removed. */
const putBack: Leaves = (change, back) => {
  const { input, output, run } = change;
  const into = textOf(input, "into");
  if (!back.went || !into.startsWith("/")) return [];
  if (output === undefined) return asSeen(change, back);
  return [{ text: "the data that were put back lie aside", where: `${into}.dingo-recover-${run}-undone` }];
};

export const LEAVES: Readonly<Record<string, Leaves>> = {
  "cf.create-space": space,
  "cf.create-service": service,
  "cf.create-service-key": nothing,
  "cf.bind-app": nothing,
  "cf.restart-app": ({ input }) => [
    { text: `the application ${textOf(input, "app")} runs on with what it was started with` },
  ],
  "cf.exchange-names": nothing,
  "docker.hold-restart": nothing,
  "docker.release-restart": nothing,
  "docker.stop-container": nothing,
  "docker.start-container": nothing,
  "docker.stop-old-instance": () => [{ text: "what was left of the deleted instance stays stopped" }],
  "docker.set-data-aside": moved("data-moved-back", "the recovered database lies aside on the cell"),
  // They go aside with the data directory.
  "docker.copy-old-database": nothing,
  "recovery.prove-restored": nothing,
  "postgres.set-role-passwords": nothing,
  "etcd.set-initialize": nothing,
  "etcd.remove-optime": nothing,
  "archive.set-aside": moved("aside-plan", "a copy of its own archive lies aside"),
  "archive.copy": moved("undone-plan", "the copy of the old archive lies aside"),
  "docker.delete-aside": asSeen,
  "archive.delete-aside": asSeen,
  "postgres.close-segment": asSeen,
  "drill.write-rows": asSeen,
  "drill.delete-service": asSeen,
  "backup.restore-test": copyHere,
  "scratch.restore": copyHere,
  // They lie in the copy's own directory, or beside it.
  "scratch.recover": nothing,
  "scratch.dump": nothing,
  "scratch.delete-copy": asSeen,
  "postgres.make-schema": renamed(({ input }) => ({
    text: `the schema "${textOf(input, "schema")}" has another name`,
  })),
  "postgres.load-tables": renamed(() => ({ text: "the loaded tables have other names in the living service" })),
  "salvage.copy": nothing,
  "salvage.inspect": nothing,
  "salvage.prove": nothing,
  "salvage.dump": ({ input }) => [{ text: "the dumps stay", where: textOf(input, "out") }],
  "salvage.put-back": putBack,
  "salvage.clear": nothing,
  "compose.warm-copy": nothing,
  "compose.stop": stack,
  // The undo of the stop looks at the whole stack, and names each directory and container that stays.
  "compose.copy-data": nothing,
  "compose.prove-copy": nothing,
  "compose.set-aside": nothing,
  "compose.edit-file": nothing,
  "compose.up": nothing,
};
