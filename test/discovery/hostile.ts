/** Foreign text that wants to do harm, and the texts that must never come out of it. */
import { fc } from "../properties.ts";
import type { DiscoverResult } from "../../src/discovery/answer/discover.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { createOutput } from "../../src/cli/screen/output.ts";
import { eraF, lager } from "./broker-log.ts";

/** The output of `discover`, as a person and as a script would get it. */
export function printed({ table, document }: DiscoverResult): string {
  const written: string[] = [];
  const stdout = { isTTY: true, columns: 80, rows: 24, write: (text: string) => written.push(text) > 0 };
  const output = createOutput({
    secrets: new Secrets(),
    color: false,
    stdout: stdout,
    stderr: stdout,
  });
  for (const line of table.trimEnd().split("\n")) output.line(line);
  output.json(document);
  return written.join("");
}

/** Everything a terminal could obey but the newline, bidirectional controls included. */
export const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u;

export const poison = fc.string({
  unit: fc.oneof(
    fc.constantFrom("\u001b", "[", "2J", "]0;", "\u0007", "\r", "\u009b", "\u202e", "\u0000", '"', "\\"),
    fc.string(),
  ),
  maxLength: 30,
});

/** A collector takes so many bytes a message, and a file may end anywhere. */
export const cut = (text: string, longest: number, end: number): string =>
  text
    .split("\n")
    .map((line) => line.slice(0, longest))
    .join("\n")
    .slice(0, end);

/** Where brokers, cells and containers of ten versions printed them (dingo.md §2.2). */
export const secretShapes: readonly ((secret: string, guid: string) => string)[] = [
  (secret, guid) =>
    lager([
      ["state.save-cluster", { cluster: { instance_id: guid, admin_credentials: { password: secret }, nodes: [] } }],
    ]),
  (secret, guid) => lager([["deprovision.start", { "instance-id": guid, session: "1", note: secret }]]),
  (secret, guid) =>
    lager([
      ["check-leader.leader", { "instance-id": guid, leader: `postgres://appuser:${secret}@10.0.0.1:5432/postgres` }],
    ]),
  (secret, guid) =>
    lager([eraF.refused(`Delete http://broker:${secret}@10.0.0.1/v2/service_instances/x: refused`, guid)]),
  (secret, guid) =>
    lager([["remove-node.cell.do", { error: `Delete https://u:${secret}@c/v2/service_instances/${guid}: EOF` }, 2]]),
  (secret, guid) =>
    lager([["recreate.cluster.me", { "instance-id": guid, config: { AWS_SECRET_ACCESS_KEY: secret } }]]),
  (secret, guid) =>
    `${guid} {${guid} p s ${guid} map[PATRONI_SCOPE:${guid} POSTGRES_PASSWORD:${secret} NODE_NAME:${guid}]}\n`,
  (secret, guid) =>
    `[${guid}] +-> Create options: {"Env"=>["AWS_SECRET_ACCESS_KEY=${secret}", "PATRONI_SCOPE=${guid}", "NODE_ID=${guid}"]}\n`,
  (secret, guid) => `[${guid}] Destroying Docker container \`cf-${guid}' ${secret}\n`,
  (secret, guid) =>
    `${JSON.stringify({ instance_id: guid, organization_guid: guid, superuser_credentials: { password: secret } })}\n`,
];
export const secret = fc.string({
  unit: fc.constantFrom(
    ..."A B C D E F G H J K L M N P Q R S T U V W X Y Z g h i j k m n o p q r s t u v w x y z".split(" "),
  ),
  minLength: 10,
  maxLength: 40,
});
