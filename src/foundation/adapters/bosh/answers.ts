/** The director's JSON as the port's types (cf-bosh.md §4.3). Directors of different years leave fields out or null. */
import { z } from "zod";
import { type RecoverError, refuse } from "../../../errors.ts";
import { jsonOf } from "../../../kit/json.ts";
import type { BoshInstance, DirectorLock, DirectorTask } from "../../../ports/director.ts";

const loose = z.string().nullish();

export const directorInfo = z.object({
  name: z.string(),
  uuid: z.string(),
  version: z.string(),
  user_authentication: z.unknown(),
});

/** Directors before `user_authentication` took Basic. */
export const authentication = z
  .discriminatedUnion("type", [
    z.object({ type: z.literal("uaa"), options: z.object({ url: z.string() }) }),
    z.object({ type: z.literal("basic") }),
  ])
  .or(z.object({}).transform(() => ({ type: "basic" as const })));

/** Both stand in a header. */
export const tokenAnswer = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  token_type: z
    .string()
    .regex(/^[A-Za-z]+$/)
    .default("bearer"),
});

export const taskState = z.object({ id: z.number(), state: z.string(), result: loose });

export const deployments = z.array(z.object({ name: z.string() }));

export const locks = z.array(
  z
    .object({
      type: z.string(),
      resource: z.union([z.string(), z.array(z.string())]),
      task_id: z.union([z.string(), z.number()]).nullish(),
    })
    .transform(
      ({ type, resource, task_id }): DirectorLock => ({
        type,
        resource: typeof resource === "string" ? resource : resource.join(":"),
        taskId: String(task_id ?? ""),
      }),
    ),
);

export const tasks = z.array(
  z.object({ id: z.number(), state: z.string(), description: loose, deployment: loose }).transform(
    ({ id, state, description, deployment }): DirectorTask => ({
      id,
      state,
      description: description ?? "",
      deployment: deployment ?? "",
    }),
  ),
);

export const instance = z.object({
  job_name: z.string(),
  index: z.number(),
  id: loose,
  ips: z.array(z.string()).nullish(),
  agent_id: loose,
  job_state: loose,
  processes: z.array(z.object({ name: z.string() })).nullish(),
});

/** A silent agent has no state: "unknown", never "" (real-parts.md §1.7), and never "down". */
export function toInstance(deployment: string, it: z.infer<typeof instance>): BoshInstance {
  return {
    deployment,
    group: it.job_name,
    id: it.id ?? String(it.index),
    index: it.index,
    ips: it.ips ?? [],
    agentId: it.agent_id ?? "",
    jobState: it.job_state || "unknown",
    processes: (it.processes ?? []).map((each) => each.name),
  };
}

export const sshResults = z.array(
  z.object({
    status: z.string(),
    job: z.string(),
    index: z.number().nullish(),
    id: loose,
    ip: loose,
    host_public_key: loose,
  }),
);

export function parseJson(text: string, place: string): unknown {
  const value = jsonOf(text);
  if (value === undefined) throw malformed(place, "is not JSON");
  return value;
}

/** Newline-separated JSON. The director ends every line: a last one without its end was cut. */
export function parseLines(text: string, place: string): readonly unknown[] {
  if (text !== "" && !text.endsWith("\n")) {
    throw refuse("answer-incomplete", `the director's answer to "${place}" was cut in its last line`)
      .at(place)
      .advise("Try again; look at the network between here and the director.");
  }
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => parseJson(line, place));
}

/** Names the field that does not fit and never a value. */
export function readAs<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw malformed(place, `has an unexpected form at "${issue?.path.join(".") ?? ""}"`);
}

/** The text of an error answer, short and without control characters. */
export function failureText(body: string): string {
  const said = /"description"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? body;
  return (
    said
      .replaceAll(/[\p{Cc}\p{Cf}]+/gu, " ")
      .trim()
      .slice(0, 200) || "no reason given"
  );
}

function malformed(place: string, why: string): RecoverError {
  return refuse("answer-malformed", `the director's answer to "${place}" ${why}`)
    .at(place)
    .advise("Check that bosh.environment is the address of a BOSH director, and its version.");
}
