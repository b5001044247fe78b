import { posix } from "node:path";
import { z } from "zod";
import { type Context, defineAction, type Probe, type WayBack } from "../../../action.ts";
import { fillByHand, fillerName, makeVolume, removeVolume } from "../../../kit/commands/database-copy-commands.ts";
import { renameData, RUN_LABEL } from "../../../kit/commands/docker-work-commands.ts";
import type { FillOrder } from "../../../ports/database-copy.ts";
import { known } from "../../../kit/commands/placeholder.ts";
import { hostInput, typed } from "../storage/host-input.ts";
import { copied, fillOrder, needsReindex, refuse } from "./copied.ts";
import { guardOriginal } from "./guard-original.ts";
import { OwnCopies } from "./own-copies.ts";

const input = z.strictObject({
  ...hostInput.shape,
  copies: z.array(copied),
  /** Name of a volume that is not there, or an absolute path of a directory that is not there. */
  into: z.string(),
  /** The project and the volume's name in its Compose file, `blog/db`; "" for neither. */
  compose: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({ into: z.string(), files: z.number(), bytes: z.number() });
type Output = z.infer<typeof output>;

const isPath = ({ into }: Pick<Input, "into">): boolean => into.startsWith("/");

function orderOf(run: string, { copies: [copy], into }: Input): FillOrder {
  if (copy === undefined) throw refuse("no volume was picked", into, "Begin anew, and pick one.");
  return { ...fillOrder(run, copy, into), isForServer: false };
}

const labelsOf = (run: string, { compose }: Input): Readonly<Record<string, string>> => {
  const [project = "", key = ""] = compose.split("/");
  // Without them Compose takes the volume for somebody else's and warns.
  const own = key === "" ? {} : { "com.docker.compose.project": project, "com.docker.compose.volume": key };
  return { ...own, [RUN_LABEL]: run };
};

const undo: WayBack<Input, Output> = {
  effect: "destroy",
  cost: "takes away what was put back, with all that was written to it since: a directory gets another name, a volume is removed if no container uses it",
  describe: (request, run) =>
    typed(request, (words) => [
      isPath(request) ? renameData(words, request.into, undoneOf(run, request)) : removeVolume(words, request.into),
    ]),
  async guard(context, { input: request }) {
    const user = await userOf(context, request);
    if (user !== undefined)
      throw refuse(
        `the container "${user}" uses ${request.into}`,
        request.into,
        "Remove that container (docker rm, without -v), then go on.",
      );
    if (!isPath(request)) await (await OwnCopies.open(context, request)).volume(request.into);
  },
  async probe(context, { input: request }) {
    const there = (await isThere(context, request)) || (await isBegun(context, request));
    return { state: there ? "not-done" : "done", evidence: `${request.into} is ${there ? "there" : "not there"}` };
  },
  async run(context, { input: request }) {
    const own = await OwnCopies.open(context, request);
    await own.end(fillerName(request.into));
    if (!isPath(request)) return await own.remove(request.into);
    const work = await context.ports.docker.work(request);
    if (await isBegun(context, request)) {
      await context.beforeEffect();
      await work.removeOwn(partOf(context, request));
    }
    if ((await work.kind(request.into)) === "absent") return;
    await context.beforeEffect();
    await work.rename(request.into, undoneOf(context.run.id, request));
  },
};

/** Copies the files as they were: out of the volume itself, and not out of the copy that a server has written to. */
export const putBack = defineAction({
  id: "salvage.put-back",
  title: "Put the data where they last",
  effect: "create",
  input,
  output,
  undo,
  describe: (request, run) => {
    known(request.into);
    return typed(request, (words) => [
      ...(isPath(request) ? [] : [makeVolume(words, request.into, labelsOf(run, request))]),
      ...(request.copies.length === 1 ? fillByHand(words, orderOf(run, request)) : []),
    ]);
  },
  async guard(context, request) {
    const [copy, ...others] = request.copies;
    if (copy === undefined || others.length > 0)
      throw refuse("only one volume can be put back", request.into, "Begin anew, and pick one.");
    if (
      !/^(?:\/(?!.*(?:^|\/)\.\.?(?:\/|$)).*[^/]|[A-Za-z0-9][A-Za-z0-9_.-]+)$/u.test(request.into) ||
      /\p{Cc}/u.test(request.into)
    )
      throw refuse(
        `"${request.into}" is no name of a volume and no absolute path`,
        "put_back",
        "Give --input put_back=NAME or --input put_back=/DIRECTORY.",
      );
    const [link] = copy.links;
    if (link !== undefined)
      throw refuse(
        `its ${link.at} is a link to another place`,
        copy.original.volume,
        "Load the dump into a new server instead: it has what lies behind the link.",
      );
    if (needsReindex(copy))
      throw refuse(
        "its data were written on another libc than the programs at hand have",
        copy.original.volume,
        "Load the dump into a new server instead; files that are run on another libc need a REINDEX before anything else.",
      );
    await guardOriginal(context, request, copy);
    if (isPath(request)) await guardOwnPlace(context, request);
  },
  async run(context, request): Promise<Output> {
    const own = await OwnCopies.open(context, request);
    await guardFree(context, request);
    const noted = output.safeParse(context.records("put-back").at(-1));
    if (noted.success && (await isThere(context, request))) return noted.data;
    // A half volume that a killed process left belongs to this run: it is made anew.
    if (!isPath(request)) {
      await own.remove(request.into);
      await own.make(request.into, labelsOf(context.run.id, request));
    }
    await context.beforeEffect();
    const { files, bytes } = await own.copies.fill(orderOf(context.run.id, request));
    const done = { into: request.into, files, bytes };
    await context.record("put-back", done);
    return done;
  },
  async probe(context, request): Promise<Probe<Output>> {
    const there = await isThere(context, request);
    const noted = output.safeParse(context.records("put-back").at(-1));
    const evidence = `${request.into} is ${there ? "there" : "not there"}`;
    if (!there) return { state: "not-done", evidence };
    if (noted.success) return { state: "done", output: noted.data, evidence };
    return isPath(request)
      ? { state: "unknown", evidence: `${evidence}, and nothing says whose it is` }
      : { state: "partly", evidence };
  },
});

const undoneOf = (run: string, { into }: Input): string => `${into}.dingo-recover-${run}-undone`;
const partOf = ({ run }: Context, { into }: Input): string => `${into}.dingo-recover-${run.id}-part`;

/** True for a directory that a kill or a full disk has left half. */
async function isBegun(context: Context, request: Input): Promise<boolean> {
  if (!isPath(request)) return false;
  return (await (await context.ports.docker.work(request)).kind(partOf(context, request))) !== "absent";
}

/** Refuses a way through a directory of others: root writes the copy, and its owner could lead it elsewhere at any moment. */
async function guardOwnPlace(context: Context, request: Input): Promise<void> {
  const work = await context.ports.docker.work(request);
  const why = await work.whyLed(posix.dirname(request.into));
  if (why === undefined) return;
  throw refuse(
    `${request.into} is to be written as root, and ${why}`,
    request.into,
    "Name a place below directories that root alone writes to, such as /srv/NAME, and move it from there by hand.",
  );
}

/** Refuses a place with files: nothing is ever copied over them. */
async function guardFree(context: Context, request: Input): Promise<void> {
  if (!(await isThere(context, request)) || context.records("put-back").length > 0) return;
  if (!isPath(request)) await (await OwnCopies.open(context, request)).volume(request.into);
  else
    throw refuse(
      `${request.into} is there already`,
      request.into,
      "Name another place, or move what is there aside by hand.",
    );
}

/** Whether the copy is there. Throws if nobody can tell. */
async function isThere(context: Context, request: Input): Promise<boolean> {
  const host = await context.ports.docker.open(request);
  if (!isPath(request)) return (await host.volumes()).some(({ name }) => name === request.into);
  const parent = posix.dirname(request.into);
  const [above, looked] = await host.look(
    [
      { key: "above", path: parent },
      { key: "into", path: parent, inside: posix.basename(request.into) },
    ],
    { files: [], entries: 1 },
  );
  if (above?.state !== "seen")
    throw refuse(`there is no directory ${parent} on the engine's machine`, parent, "Make it, then go on.");
  if (looked?.state === "unknown")
    throw refuse(`nobody can tell what ${request.into} is: ${looked.why}`, request.into, "Look at it by hand.");
  return looked?.state !== "absent";
}

async function userOf(context: Context, { into, ...at }: Input): Promise<string | undefined> {
  const host = await context.ports.docker.open(at);
  return (await host.containers()).find(
    ({ mounts, labels }) =>
      labels[RUN_LABEL] === undefined && mounts.some(({ volume, source }) => volume === into || source === into),
  )?.name;
}
