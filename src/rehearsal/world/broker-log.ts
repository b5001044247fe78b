/** Lines of broker.stdout.log in the words of an era, as the captured logs have them (dingo.md §2.2). */
import type { BrokerInstance } from "./broker-state.ts";
import { ERAS } from "./eras.ts";
import type { World } from "./world.ts";

const SOURCE = { a: "patroni-broker", f: "dingo-postgresql-broker" } as const;
const PARTITION = "partition-cac94a070a81fd8f3931";

const routerHost = (world: World): string => `0.router-${PARTITION}.${world.deployment}`;

/** Lines of another program on the broker's machine; the value given in is not changed. */
export function routerLog(world: World, program: string, texts: readonly string[]): World {
  const host = routerHost(world);
  return { ...world, syslog: [...world.syslog, ...texts.map((text) => ({ at: world.now, host, program, text }))] };
}

function print(world: World, text: string): void {
  const host = routerHost(world);
  world.syslog.push({ at: world.now, host, program: "broker.stdout.log", text });
}

export function brokerSays(world: World, message: string, data: Readonly<Record<string, unknown>>): void {
  const source = SOURCE[world.era];
  const timestamp = `${Math.floor(world.now / 1000)}.${String(world.now % 1000).padStart(3, "0")}000000`;
  // lager prints the keys of `data` sorted.
  const sorted = Object.fromEntries(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)));
  print(world, JSON.stringify({ timestamp, source, message: `${source}.${message}`, log_level: 1, data: sorted }));
}

/** Go's print of the first releases: node, org, plan, service and space in one line that is no JSON. */
export function dumpsNode(world: World, instance: BrokerInstance, node: string): void {
  const { serviceIdOfBroker } = ERAS[world.era];
  const scope = `map[NODE_NAME:${node} PATRONI_SCOPE:${instance.guid}]`;
  const ids = [instance.orgGuid, instance.planId, serviceIdOfBroker, instance.spaceGuid].join(" ");
  print(world, `${node} {${ids} ${scope}}`);
}
