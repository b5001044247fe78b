import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { counted } from "../../../kit/text/counted.ts";
import { containerIds, inspectVolumes, volumeNames, wordsOf } from "../../../kit/commands/docker-commands.ts";
import { type RecoverError, refuse } from "../../../errors.ts";
import { onOneLine, quoted } from "../../../kit/text/printable.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { parseTime } from "../../../kit/text/time.ts";
import { hostInput, placeText } from "../storage/host-input.ts";
import { candidateLines } from "./candidate.ts";
import { findCandidates, type Findings, findings } from "./find-candidates.ts";

const input = z.strictObject({
  ...hostInput.shape,
  database: z.string(),
  table: z.string(),
  /** ISO 8601, or "". */
  time: z.string(),
});
const output = findings.extend({
  /** The database that is looked for, if the catalogue of no candidate names it; else "". */
  unnamed: z.string(),
});
type Output = z.infer<typeof output>;

/** Commands that destroy everything while somebody still looks for it. */
const FIRST_OF_ALL: readonly string[] = [
  'Until this is over, run no "up", no "down -v" and no prune. Stop each cron job that prunes.',
  "Docker 23 and later prune exactly the volumes that have no name.",
];
/** The most candidates that are shown: the best ones, which fit on a low screen with the question. */
const MOST_SHOWN = 3;

/** Reads the first bytes of a few files by read-only mounts: large data take no longer, and no time of access changes. */
export const surveyVolumes = defineAction({
  id: "salvage.survey",
  title: "Look into every volume, read-only",
  effect: "read",
  input,
  output,
  tell: told,
  describe: (request) => {
    const words = wordsOf(request);
    const on = placeText(request);
    const each = `${quote(volumeNames(words))} | ${quote(["xargs", "-r", ...inspectVolumes(words, [])])}`;
    return [quote(volumeNames(words)), quote(containerIds(words)), each].map((line) => ({ on, line }));
  },
  async run(context, { database, table, time, ...at }): Promise<Output> {
    const host = await context.ports.docker.open(at);
    const wanted = {
      database,
      table,
      time: time === "" ? "" : parseTime(time, context.ports.clock.now()).at.toISOString(),
    };
    const found = await findCandidates(host, wanted, (done, total) =>
      context.progress({ message: "looking into volumes", done, total }),
    );
    if (found.candidates.length === 0) throw nothing(found, placeText(at));
    const isNamed = found.candidates.some(({ databases }) => databases.includes(database));
    return { ...found, unnamed: isNamed ? "" : database };
  },
  async verify(context, { host, sudo }, { candidates }) {
    const there = new Set((await (await context.ports.docker.open({ host, sudo })).volumes()).map(({ name }) => name));
    const gone = candidates.filter(({ volume }) => !there.has(volume)).map(({ volume }) => volume);
    return {
      holds: gone.length === 0,
      evidence: gone.length === 0 ? "the volumes are there" : `${gone.join(", ")} is gone`,
    };
  },
});

function told({ volumes, candidates, others, empty, plain, unlooked, elsewhere, unnamed }: Output): string {
  // One that is in use is shown wherever it stands: it is the one that is not lost.
  const shown = candidates
    .map((each, index) => ({ each, index }))
    .filter(({ each, index }) => index < MOST_SHOWN || each.running.length > 0);
  const left = candidates.length - shown.length;
  const other = plain + others.flatMap(({ volumes: names }) => names).length;
  return [
    ...FIRST_OF_ALL,
    `${counted(volumes, "volume")}: ${new Set(candidates.map(({ volume }) => volume)).size} with PostgreSQL, ${empty} empty, ${other} with something else`,
    ...shown.flatMap(({ each, index }) => candidateLines(each, index)),
    ...(left > 0 ? [`and ${left} more: ? at the question lists them all, and so does the report`] : []),
    ...others.map(
      ({ title, volumes: names }) =>
        `also somebody's data, not to be deleted: ${title} in ${names.map(shortName).join(", ")}`,
    ),
    ...elsewhere.map((text) => `also: ${onOneLine(text)}`),
    ...unlooked.map((text) => `not looked into: ${onOneLine(text)}`),
    ...(unnamed === ""
      ? []
      : [
          `No catalogue that was read names a database ${quoted(unnamed)}: it is in the WAL of one of them alone, or ${unlooked.length === 0 ? '"down -v" or a prune has removed it for good' : "it lies where nobody could look"}.`,
          WHAT_REMAINS,
        ]),
  ].join("\n");
}

const shortName = (name: string): string => (/^[0-9a-f]{64}$/u.test(name) ? `${name.slice(0, 12)}…` : onOneLine(name));

const WHAT_REMAINS =
  "What can remain: a snapshot of the disk or of the virtual machine (stop writing to it first), a dump or an archive elsewhere, a copy in a bind directory, another engine or context (docker context ls), an image made by docker commit.";

/** The error if no candidate was found: removed by `down -v` or a prune, or where nobody could look (law 5). */
function nothing({ volumes, unlooked, elsewhere }: Findings, place: string): RecoverError {
  const also = elsewhere.length === 0 ? "" : `; ${elsewhere.join("; ")}`;
  if (unlooked.length > 0)
    return refuse(
      "coverage-incomplete",
      `no volume that could be looked into holds PostgreSQL; not looked into: ${unlooked.slice(0, 5).join("; ")}${also}`,
    )
      .at(place)
      .advise(
        "Look again as somebody who may, such as with --input sudo=true, with what mounts those volumes running. Search what lies deeper by hand: find DIRECTORY -path '*/global/pg_control'.",
      );
  return refuse(
    "nothing-found",
    `${volumes === 0 ? "there is no volume" : `none of ${counted(volumes, "volume")} holds PostgreSQL`}: "down -v" and a prune remove volumes for good${also}`,
  )
    .at(place)
    .advise(WHAT_REMAINS);
}
