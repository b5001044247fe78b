/**
 * On real parts: a recovery in which the tool changes nothing. A script types the commands that its screen shows, and no
 * others, and says "done"; the tool looks each time whether it was.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Entry } from "../../src/engine/journal/entry.ts";
import { readJournal } from "../../src/engine/journal/reading.ts";
import { secretsIn } from "../rig/canaries.ts";
import { EngineEvents } from "../rig/engine/engine-events.ts";
import { farSide } from "../rig/far-side.ts";
import { type Foundation, ORG, SERVICE, SPACE, startFoundation, TARGET } from "../rig/foundation.ts";
import { OperatorByHand } from "../rig/operator-by-hand.ts";
import { logIn } from "../rig/postgres-node.ts";
import { callTool } from "../rig/recovery.ts";
import { onlyNode } from "../rig/scene.ts";
import { freshServiceKey } from "../rig/service-key.ts";
import type { Terminal } from "../rig/terminal/terminal.ts";

let foundation: Foundation;
let engine: EngineEvents;
let operator: OperatorByHand;
let terminal: Terminal;
let steps: readonly string[];
let entries: readonly Entry[];
let guid: string;
/** The endings of every part that came to be. */
const endings: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  foundation = await startFoundation({ app: "web" });
  endings.push(() => foundation.stop());
  const { rig, scene } = foundation;
  engine = await EngineEvents.record(rig.id);
  endings.push(() => engine.stop());
  operator = await OperatorByHand.open(foundation, await rig.restrictedCredentials(scene.archive));
  endings.push(() => operator.close());
  const inputs = Object.entries({ service: SERVICE, org: ORG, space: SPACE });
  terminal = await foundation.terminal(["run", ...inputs.flatMap(([name, value]) => ["--input", `${name}=${value}`])]);
  endings.push(() => terminal.kill());
  steps = await operator.sitAt(terminal);
  const runs = join(foundation.directory, "state", "runs");
  const [run = ""] = readdirSync(runs);
  const file = join(runs, run, "journal.jsonl");
  entries = readJournal(readFileSync(file), file).entries;
  guid = foundation.state().instances.find(({ name }) => name === SERVICE)?.guid ?? "";
});

afterAll(async () => {
  for (const end of endings.reverse()) await end();
});

describe("a recovery of which every step is done by hand, by the commands that the screen shows", () => {
  test("comes to its end", () => {
    const end = entries.at(-1);
    expect(end, terminal.screen.all.at(-1)?.slice(-4000)).toMatchObject({ type: "run-ended", outcome: "succeeded" });
  });

  test("brings the rows back, for an independent client through the router", async () => {
    const login = await freshServiceKey(foundation, SERVICE, "independent");
    const rows = await logIn(login, "select batch, count(*) from visits group by batch order by batch");
    const open = foundation.scene.rows - 60;
    expect(rows).toEqual({ ok: true, rows: ["1|20", "2|20", "3|20", ...(open > 0 ? [`4|${open}`] : [])] });
  });

  test("has in its journal that each step which changes something was done by hand", () => {
    const changing = new Set(
      entries.flatMap((entry) => (entry.type === "step-started" && entry.effect !== "read" ? [entry.step] : [])),
    );
    expect([...changing]).toEqual(
      expect.arrayContaining(["create", "stop", "copy", "data", "start", "passwords", "key"]),
    );
    const how = entries.flatMap((entry) =>
      entry.type === "step-succeeded" && changing.has(entry.step) ? [[entry.step, entry.how]] : [],
    );
    expect(how).toEqual([...changing].map((step) => [step, "by-hand"]));
    expect(steps.map((step) => step.replace(/\[.*/, ""))).toEqual([...changing]);
  });

  test("was changed by the operator alone: the tool's own keys wrote nothing", async () => {
    expect((await farSide(foundation)).writes).toEqual([]);
    const { rig, scene } = foundation;
    expect(await rig.objects.list(`${scene.archive}/`)).toEqual(scene.listing);
    expect(engine.counts(onlyNode(rig.broker.instance(guid)).container)).toMatchObject({
      ...{ create: 1, start: 2, stop: 1, update: 2 },
    });
    expect(foundation.state().apps.map(({ name, starts }) => [name, starts])).toEqual([["web", 1]]);
  });

  test("needed no secret in a command", () => {
    const { admin, superuser, app } = foundation.rig.broker.instance(guid);
    const secrets = {
      ...foundation.secrets,
      ...Object.fromEntries([admin, superuser, app].map(({ username, password }) => [username, password])),
    };
    expect(secretsIn(operator.typed.join("\n"), secrets)).toEqual([]);
    expect(secretsIn(terminal.screen.all.at(-1) ?? "", secrets)).toEqual([]);
  });

  test("can be taken back by the tool: the new instance's own database runs again", async () => {
    const [begun] = entries;
    const undone = await callTool(foundation, ["undo", begun?.run ?? "", "--json", "--yes", "--confirm", TARGET]);
    expect(undone.exitCode, undone.stdout.slice(-3000)).toBe(0);
    const node = onlyNode(foundation.rig.broker.instance(guid));
    const own = await foundation.rig.etcd.get(`/service/${guid}/initialize`);
    expect(own).toMatch(/^\d+$/);
    expect(own).not.toBe(foundation.scene.sysid);
    expect((await node.patroni())?.database_system_identifier).toBe(own);
    expect(await foundation.rig.objects.list(`${foundation.scene.archive}/`)).toEqual(foundation.scene.listing);
  });
});
