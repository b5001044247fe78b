import { z } from "zod";
import { type Context, defineAction, type Probe, type WayBack } from "../../../action.ts";
import { removeText, writeText } from "../../../kit/commands/docker-work-commands.ts";
import type { WrittenOver } from "../../../ports/docker-work.ts";
import { placeText, typed } from "../storage/host-input.ts";
import { aside, openStack, refuse, stackInput } from "./stack.ts";
import { movedService } from "./moved-service.ts";
import { overrideText } from "../../compose/override-file.ts";
import { givenTo, sha256 } from "./plan-override.ts";

/** Not strict: the input of an earlier version has more fields, and this version can undo its run. */
const input = z.object({
  ...stackInput,
  file: z.string(),
  before_sha256: z.string(),
  after_sha256: z.string(),
  services: z.array(movedService),
  diff: z.string(),
});
type Input = z.infer<typeof input>;
const MOST_BYTES = 1024 * 1024;
const output = z.object({ file: z.string(), original: z.string() });
type Output = z.infer<typeof output>;

const undo: WayBack<Input, Output> = {
  effect: "disrupt",
  cost: "puts Compose's files back as they were",
  describe: ({ host, sudo, file, before_sha256, after_sha256 }) =>
    typed({ host, sudo }, () => [
      before_sha256 === ""
        ? removeText(["docker"], file, after_sha256)
        : writeText(["docker"], file, { expected: after_sha256, sum: before_sha256 }),
    ]),
  async guard(context, { input }) {
    const found = await stateOf(context, input);
    if (found === "other")
      throw refuse(
        `"${input.file}" was changed since it was written`,
        input.file,
        "Take the volumes out of it by hand, then say so with --decide STEP=by-hand.",
      );
  },
  async probe(context, { input }) {
    const found = await stateOf(context, input);
    const states = { before: "done", after: "not-done", other: "unknown" } as const;
    return { state: states[found], evidence: evidenceOf(input, found) };
  },
  async run(context, { input }) {
    if ((await stateOf(context, input)) === "before") return;
    const { work } = await openStack(context, input);
    await context.beforeEffect();
    if (input.before_sha256 === "") return await work.removeFile(input.file, input.after_sha256);
    const original = await textWith(context, input, aside(input.file, context.run.id));
    await work.writeFile(input.file, original, { sha256: input.after_sha256 });
  },
};

/** Writes the file whole, and only over the text that was read. The original stays beside it. */
export const editFile = defineAction({
  id: "compose.edit-file",
  title: "Give the services their volumes in an override of the Compose file",
  effect: "disrupt",
  input,
  output,
  undo,
  describe: ({ host, sudo, file, before_sha256, after_sha256, diff }) => [
    ...typed({ host, sudo }, () => [writeText(["docker"], file, { expected: before_sha256, sum: after_sha256 })]),
    ...diff.split("\n").map((line) => ({ on: placeText({ host }), line: `# ${line}` })),
  ],
  async guard(context, request) {
    if ((await stateOf(context, request)) === "other")
      throw refuse(`"${request.file}" is not what it was when it was read`, request.file);
  },
  async run(context, request): Promise<Output> {
    const { work } = await openStack(context, request);
    const original = aside(request.file, context.run.id);
    if (request.before_sha256 !== "" && (await work.kind(original)) === "absent") {
      await context.beforeEffect();
      // It may hold passwords: who may not read the file may not read its copy.
      await work.writeFile(original, await textWith(context, request, request.file), { like: request.file });
    }
    if ((await stateOf(context, request)) === "before") {
      await context.beforeEffect();
      const over: WrittenOver = request.before_sha256 === "" ? {} : { sha256: request.before_sha256 };
      await work.writeFile(request.file, await afterOf(context, request), over);
    }
    return { file: request.file, original: request.before_sha256 === "" ? "" : original };
  },
  async probe(context, request): Promise<Probe<Output>> {
    const found = await stateOf(context, request);
    const evidence = evidenceOf(request, found);
    if (found === "other") return { state: "unknown", evidence };
    if (found === "before") return { state: "not-done", evidence };
    const original = request.before_sha256 === "" ? "" : aside(request.file, context.run.id);
    return { state: "done", output: { file: request.file, original }, evidence };
  },
  async verify(context, request) {
    const found = await stateOf(context, request);
    return { holds: found === "after", evidence: evidenceOf(request, found) };
  },
});

/** The text as it was before, read from its place: the journal does not hold it. */
async function textWith(
  context: Context,
  { before_sha256: expected, ...request }: Input,
  path: string,
): Promise<string> {
  const text = await (await openStack(context, request)).host.file(path, MOST_BYTES);
  if (text !== undefined && sha256(text) === expected) return text;
  throw refuse(`"${path}" is not what it was when it was read`, path);
}

async function afterOf(context: Context, request: Input): Promise<string> {
  const before = request.before_sha256 === "" ? undefined : await textWith(context, request, request.file);
  const after = overrideText(before, givenTo(request.services));
  if (after !== undefined && sha256(after) === request.after_sha256) return after;
  throw refuse(`"${request.file}" cannot be written as it was shown`, request.file);
}

const SAID = { before: "as it was", after: "as it was written", other: "something else" } as const;
type Found = keyof typeof SAID;

const evidenceOf = ({ file }: Input, found: Found): string => `${file} is ${SAID[found]}`;

async function stateOf(context: Context, request: Input): Promise<Found> {
  const hash = (await (await openStack(context, request)).work.hashOf(request.file)) ?? "";
  if (hash === request.after_sha256) return "after";
  return hash === request.before_sha256 ? "before" : "other";
}
