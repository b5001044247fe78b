/** `inventory`: one survey of every service beside its archive's verdict, appended to a file. For cron. */
import { join, resolve } from "node:path";
import { systemClock } from "../../kit/clock/system-clock.ts";
import { EtcdMembers } from "../../foundation/adapters/etcd/members.ts";
import { directDialer, loopbackDialer } from "../../kit/network/dialer.ts";
import { counted } from "../../kit/text/counted.ts";
import {
  formatInventoryLine,
  type InventoryInstance,
  type InventorySurvey,
} from "../../discovery/sources/inventory-line.ts";
import { exitOf, findingOf, type Finding } from "../../discovery/inventory/finding.ts";
import { InventoryFile } from "../../discovery/inventory/inventory-file.ts";
import { type SurveySources, takeSurvey } from "../../discovery/inventory/survey.ts";
import { quoted } from "../../kit/text/printable.ts";
import { createOutput, type Output } from "../screen/output.ts";
import { secrets } from "../process/failure.ts";
import type { GlobalArguments, InventoryArguments } from "../options/options.ts";
import { readRehearsalMode } from "../process/rehearsal-mode.ts";
import { statePath } from "../process/state-path.ts";
import { withPorts } from "../session/with-ports.ts";

/** The names of the service on the page and in later releases begin with it (dingo.md §6). */
const EVERY_GENERATION = { names: [], prefixes: ["dingo-postgresql"] };

export async function inventory(given: GlobalArguments & InventoryArguments): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const path =
    given.file === undefined
      ? join(statePath(given["state-dir"], process.env), "inventory.jsonl")
      : resolve(given.file);
  const clock = systemClock();
  const file = InventoryFile.open(path, clock.now());
  try {
    const lines: InventoryInstance[] = [];
    const end = await withPorts(given, ["cf", "s3", "etcd"], ({ ports }) =>
      countingNodes(ports.settings.etcd, (nodes) =>
        takeSurvey(
          {
            ...nodes,
            cf: ports.cf,
            store: ports.store,
            bucket: ports.settings.bucket,
            covers: given.offering.length > 0 ? { names: [...given.offering], prefixes: [] } : EVERY_GENERATION,
            now: () => clock.now(),
          },
          (line) => {
            file.append(formatInventoryLine(line));
            if (line.type === "instance") lines.push(line);
          },
        ),
      ),
    );
    return tell({ output, json: given.json, path }, lines, end);
  } finally {
    file.close();
  }
}

/** A survey opens no cell: nodes are counted if the configuration names etcd. */
async function countingNodes<T>(
  etcd: string | undefined,
  work: (nodes: Pick<SurveySources, "nodesOf">) => Promise<T>,
): Promise<T> {
  if (etcd === undefined) return await work({});
  const members = new EtcdMembers({
    etcd,
    dialer: readRehearsalMode(process.env) === undefined ? directDialer() : loopbackDialer(),
  });
  try {
    return await work({ nodesOf: (guid) => members.count(guid) });
  } finally {
    members.close();
  }
}

interface Telling {
  readonly output: Output;
  readonly json: boolean;
  readonly path: string;
}

function tell({ output, json, path }: Telling, instances: readonly InventoryInstance[], end: InventorySurvey): number {
  const findings = instances.flatMap((each) => findingOf(each) ?? []);
  const { survey, complete, why } = end;
  if (json) {
    output.json({ schema: "dingo-recover/inventory-report@1", survey, file: path, complete, why, instances, findings });
  } else {
    for (const each of findings) output.line(findingLine(each));
    for (const reason of why) output.line(`not complete: ${reason}`);
    output.line(
      `${counted(instances.length, "service")}, ${counted(findings.length, "finding")}; appended to ${quoted(path)}`,
    );
  }
  return exitOf(findings, end);
}

function findingLine({ guid, name, level, why }: Finding): string {
  return `${level}: ${quoted(name)} ${guid}: ${why}`;
}
