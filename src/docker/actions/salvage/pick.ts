import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { type RecoverError, refusalOf, refuse } from "../../../errors.ts";
import type { TextQuestion } from "../../../ports/operator.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { type Candidate, candidate, candidateLines, volumeName } from "./candidate.ts";
import { named } from "./named.ts";
import { hostInput } from "../storage/host-input.ts";

const input = z.strictObject({
  ...hostInput.shape,
  candidates: z.array(candidate),
  /** Names or beginnings of names; empty to be asked. */
  volumes: z.array(z.string()),
});
const output = z.object({
  picked: z.array(candidate),
  /** Why each of the others that were named is left out: sentences. */
  left: z.array(z.string()).default([]),
});
type Output = z.infer<typeof output>;

/** Asks which volumes hold the wanted databases: only these are copied. */
export const pickVolumes = defineAction({
  id: "salvage.pick",
  title: "Pick the volumes that are looked into further",
  effect: "read",
  input,
  output,
  tell: ({ picked, left }) =>
    [`picked: ${picked.map(volumeName).join(", ")}`, ...left.map((why) => `left out: ${why}`)].join("\n"),
  describe: () => [],
  run: async (context, { candidates, volumes }): Promise<Output> =>
    await named(context, {
      given: volumes,
      question: questionOf(candidates),
      divide: (answer) => answer.split(/[\s,]+/u).filter((word) => word !== ""),
      read: (words) => pickedOf(words, candidates),
    }),
  verify: () => Promise.resolve({ holds: true, evidence: "it was picked by name" }),
});

function questionOf(candidates: readonly Candidate[]): TextQuestion {
  return {
    kind: "text",
    id: "volumes",
    prompt: "Which of them? Numbers or names, divided by commas (? lists all)",
    needed: true,
    why: `Each is copied, and PostgreSQL is started on the copy; the volume itself is never written to.\n${candidates.flatMap(candidateLines).join("\n")}`,
  };
}

/** The picked volumes. One that cannot be used is left out, and the others stay. */
function pickedOf(words: readonly string[], candidates: readonly Candidate[]): Output {
  if (words.length === 0) throw unknown("nothing was picked", candidates);
  const found = [...new Set(words.map((word) => one(word, candidates)))];
  const refusals = found.map((each) => refusalOf(() => requireUsable(each)));
  const picked = found.filter((_, index) => refusals[index] === undefined);
  const [first] = refusals;
  if (picked.length === 0 && first !== undefined) throw first;
  return { picked, left: refusals.flatMap((refusal) => (refusal === undefined ? [] : [refusal.message])) };
}

/** The candidate by its number, name or the beginning of its name. A slash and a directory tell several in one volume apart. */
function one(word: string, candidates: readonly Candidate[]): Candidate {
  const byNumber = /^\d{1,3}$/u.test(word) ? candidates[Number(word) - 1] : undefined;
  const [, name = "", directory] = /^([^/]*)(?:\/(.*))?$/su.exec(word) ?? [];
  const inside = candidates.filter(({ inside: its }) => directory === undefined || its === directory);
  const exact = inside.filter(({ volume }) => volume === name);
  const starts = inside.filter(({ volume }) => volume.startsWith(name.replace(/…$/u, "")));
  const [found, ...others] = exact.length > 0 ? exact : byNumber !== undefined ? [byNumber] : starts;
  if (found !== undefined && others.length === 0) return found;
  const several = others.every(({ volume }) => volume === found?.volume)
    ? `a volume with several clusters: ${starts.map(volumeName).join(", ")}`
    : "the beginning of several volumes";
  throw unknown(`${quoted(word)} is ${found === undefined ? "no volume with PostgreSQL in it" : several}`, candidates);
}

/** The refusal, in words that also fit a message to people who wait. */
function unknown(message: string, candidates: readonly Candidate[]): RecoverError {
  const [first] = candidates;
  const such = first === undefined ? "" : `: 1 is ${volumeName(first)}`;
  return refuse("input-invalid", message)
    .at("input volumes")
    .advise(`Name a volume that was found, by its number or its name${such}.`);
}

function requireUsable(one: Candidate): void {
  if (one.running.length > 0)
    throw refuse("guard-refused", `the volume ${volumeName(one)} is in use: ${one.running.join(", ")} runs on it`)
      .at(one.volume)
      .advise(
        `Its data are not lost: ask it where it runs (docker exec ${one.running[0] ?? "CONTAINER"} psql -l), or stop it first.`,
      );
  if (one.condition === "whole") return;
  throw refuse("not-restorable", `the volume ${volumeName(one)} cannot be started: ${one.why}`)
    .at(one.volume)
    .advise(
      one.condition === "begun"
        ? "It never held a row: initdb did not come to its end. Pick another volume."
        : "Keep it as it is, and pick another volume. If there is none, give a copy of it to somebody who repairs PostgreSQL by hand; never run pg_resetwal on the volume itself.",
    );
}
