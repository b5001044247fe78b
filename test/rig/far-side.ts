/** The world as its own parts tell it: what a call that must change nothing is compared by. */
import { docker } from "./docker.js";
import type { Foundation } from "./foundation.js";

export interface FarSide {
  readonly cloudController: unknown;
  readonly brokerCalls: number;
  readonly containers: string;
  /** Requests by which the tool's own keys would have changed an object. */
  readonly writes: readonly string[];
}

/** Without etcd and objects: where an instance lives, these change by themselves. */
export async function farSide(foundation: Foundation): Promise<FarSide> {
  const { rig, credentials } = foundation;
  const { instances, bindings, apps, usageEvents, auditEvents, requests } = foundation.state();
  const marker = `asked-${Date.now()}`;
  await rig.objects.requests.settled(`/${rig.objects.bucket}/${marker}`, () =>
    rig.objects.read(marker).catch(() => ""),
  );
  return {
    cloudController: {
      ...{ instances, bindings, apps, usageEvents, auditEvents },
      changes: requests.filter(({ method, path }) => method !== "GET" && !path.startsWith("/oauth/token")),
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
