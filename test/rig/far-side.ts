/** The world as its own parts tell it: a call that must change nothing is compared by it. */
import { docker } from "./docker.ts";
import type { Foundation } from "./foundation.ts";

export interface FarSide {
  readonly cloudController: unknown;
  readonly brokerCalls: number;
  readonly containers: string;
  /** Requests by which the tool's own keys would have changed an object. */
  readonly writes: readonly string[];
}

/** Without etcd and objects: when an instance lives, these change by themselves. */
export async function farSide(foundation: Foundation): Promise<FarSide> {
  const { rig, credentials } = foundation;
  const { instances, bindings, apps, usageEvents, auditEvents } = foundation.state();
  const marker = `asked-${Date.now()}`;
  await rig.objects.requests.settled(`/${rig.objects.bucket}/${marker}`, () =>
    rig.objects.read(marker).catch(() => ""),
  );
  return {
    cloudController: {
      ...{ instances, bindings, apps, usageEvents, auditEvents },
      changes: changingRequests(foundation),
    },
    brokerCalls: rig.broker.calls.length,
    containers: await containersOf(rig.id),
    writes: rig.objects.requests
      .writesBelow("")
      .filter(({ accessKey }) => accessKey === credentials.accessKeyId)
      .map(({ api, keys }) => `${api} ${keys.join(" ")}`),
  };
}

async function containersOf(rig: string): Promise<string> {
  const ids = await docker(["ps", "-aq", "--no-trunc", "--filter", `label=dingo-recover-rig=${rig}`]);
  if (ids === "") return "";
  const format = "{{.Name}} {{.Id}} {{.State.Status}} {{.State.StartedAt}} {{.HostConfig.RestartPolicy.Name}}";
  return docker(["inspect", "-f", format, ...ids.split("\n").sort()]);
}

export interface Changes {
  readonly cloudController: readonly string[];
  readonly writes: readonly string[];
  readonly users: readonly string[];
}

/** The changes that the tool alone can have made; the rest of the foundation may be at work meanwhile. */
export async function changesOf(foundation: Foundation): Promise<Changes> {
  const { writes } = await farSide(foundation);
  const users = await foundation.rig.cell.agent.users();
  return { cloudController: changingRequests(foundation), writes, users };
}

function changingRequests(foundation: Foundation): readonly string[] {
  return foundation
    .state()
    .requests.filter(({ method, path }) => method !== "GET" && !path.startsWith("/oauth/token"))
    .map(({ method, path, status }) => `${method} ${path} ${status}`);
}
