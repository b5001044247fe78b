/** Turns the answer of `docker inspect`, from 1.10 to today, into our Container. */
import { z } from "zod";
import type { Container } from "../../../ports/cells.ts";
import type { Secrets } from "../../../kit/secrets/secrets.ts";
import { environmentOf, plainEnvironment } from "./container-environment.ts";
import { answerError, parseJson } from "../../../kit/shell/json-answer.ts";

const bindings = z.record(
  z.string(),
  z.array(z.object({ HostIp: z.string().optional(), HostPort: z.string() })).nullable(),
);

const inspected = z.object({
  Id: z.string(),
  Name: z.string(),
  RestartCount: z.number().int(),
  Config: z.object({ Image: z.string(), Env: z.array(z.string()).nullish() }),
  State: z.object({
    Running: z.boolean(),
    Status: z.string().optional(),
    ExitCode: z.number().int(),
    StartedAt: z.string(),
  }),
  HostConfig: z.object({ RestartPolicy: z.object({ Name: z.string() }).nullish(), PortBindings: bindings.nullish() }),
  Mounts: z.array(z.object({ Source: z.string(), Destination: z.string() })).nullish(),
  NetworkSettings: z.object({ Ports: bindings.nullish() }).nullish(),
});

export type Inspected = z.infer<typeof inspected>;

/** Errors: `answer-incomplete`, `answer-malformed`. */
export function parseInspected(stdout: string, place: string): Inspected[] {
  const parsed = z.array(inspected).safeParse(parseJson(stdout, "the answer of `docker inspect`", place));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw answerError("answer-malformed", `the answer of \`docker inspect\` lacks ${issue?.path.join(".") ?? ""}`, place);
}

/** Docker's name without its leading slash. */
export function nameOf(answer: Inspected): string {
  return answer.Name.replace(/^\//, "");
}

export function toContainer(answer: Inspected, secrets: Secrets): Container {
  const { State: state } = answer;
  return {
    id: answer.Id,
    name: nameOf(answer),
    image: answer.Config.Image,
    running: state.Running,
    status: state.Status ?? (state.Running ? "running" : "exited"),
    exitCode: state.ExitCode,
    startedAt: state.StartedAt,
    restartCount: answer.RestartCount,
    restartPolicy: answer.HostConfig.RestartPolicy?.Name || "no",
    env: plainEnvironment(environmentOf(answer.Config.Env ?? []), secrets),
    dataDirectory: answer.Mounts?.find((mount) => mount.Destination === "/data")?.Source,
    ports: portsOf(answer),
  };
}

/** A stopped container has no ports in the network's settings, only those that it asked for. */
function portsOf(answer: Inspected): Container["ports"] {
  const live = answer.NetworkSettings?.Ports ?? {};
  const chosen = Object.keys(live).length > 0 ? live : (answer.HostConfig.PortBindings ?? {});
  return Object.entries(chosen).flatMap(([port, hosts]) =>
    (hosts ?? [])
      .filter(({ HostPort }) => HostPort !== "")
      .map(({ HostIp, HostPort }) => ({
        container: Number.parseInt(port, 10),
        hostIp: HostIp ?? "",
        host: Number.parseInt(HostPort, 10),
      })),
  );
}
