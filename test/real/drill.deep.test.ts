/** On real parts: a drill creates a service, fills it, deletes it and brings it back; an independent client reads its rows. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectedRows, READ_BACK } from "../../src/foundation/actions/drill/rows.ts";
import type { RunEvent } from "../../src/engine/state/event.ts";
import { secretsBelow, secretsIn } from "../rig/canaries.ts";
import { farSide } from "../rig/far-side.ts";
import { type Foundation, ORG, SPACE, startFoundation } from "../rig/foundation.ts";
import { logIn } from "../rig/postgres-node.ts";
import { callTool, type Ended } from "../rig/recovery.ts";
import { freshServiceKey } from "../rig/service-key.ts";

const NAME = "drill-db";
const TARGET = `${ORG}/${SPACE}/${NAME}`;
const ROWS = 3000;
const INPUTS = [`org=${ORG}`, `space=${SPACE}`, `name=${NAME}`, `rows=${ROWS}`].flatMap((each) => ["--input", each]);

let foundation: Foundation;
let before: unknown;
let afterDry: unknown;
let dry: Ended;
let drill: Ended;
let events: readonly RunEvent[];
let run: string;
let asked: number;

beforeAll(async () => {
  foundation = await startFoundation({ gatewayOnly: true });
  before = await farSide(foundation);
  dry = await callTool(foundation, ["drill", "--dry-run", "--non-interactive", ...INPUTS]);
  afterDry = await farSide(foundation);
  asked = foundation.rig.broker.calls.length;
  drill = await callTool(foundation, ["drill", "--json", "--yes", "--confirm", TARGET, ...INPUTS]);
  events = drill.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as RunEvent);
  run = events.at(-1)?.run ?? "";
}, 1_800_000);

afterAll(async () => {
  await foundation.stop();
});

const guidNow = (): string => foundation.state().instances.find(({ name }) => name === NAME)?.guid ?? "";
const calls = () => foundation.rig.broker.calls.slice(asked);
const deleted = (): string => calls().find(({ verb }) => verb === "deprovision")?.guid ?? "";

describe("the dry run of a drill", () => {
  test("prints what would be deleted, and changes nothing", () => {
    expect(dry.exitCode).toBe(0);
    expect(dry.stdout).toContain(`cf delete-service ${NAME} -f`);
    expect(dry.stdout).toContain(`cf create-service dingo-postgresql95 solo ${NAME} -t dingo-recover-`);
    expect(afterDry).toEqual(before);
  });
});

describe("a drill", () => {
  test("comes to its end: exit 0, told so by the last event", () => {
    expect(events.at(-1)).toMatchObject({ type: "run-ended", outcome: "succeeded", exitCode: 0 });
    expect(drill.exitCode).toBe(0);
  });

  test("gives an independent client every row that it wrote before the deletion", async () => {
    const login = await freshServiceKey(foundation, NAME, "independent");
    expect(login.port).toBe(foundation.rig.broker.instance(guidNow()).allocatedPort);
    const { rows, checksum } = expectedRows(run, ROWS);
    expect(await logIn(login, READ_BACK)).toEqual({ ok: true, rows: [`${rows}|${checksum}`] });
  });

  test("deleted one service, which was its own, and made two", () => {
    expect(calls().flatMap(({ verb }) => (verb === "provision" || verb === "deprovision" ? [verb] : []))).toEqual([
      "provision",
      "deprovision",
      "provision",
    ]);
    expect(
      calls()
        .filter(({ verb }) => verb === "provision")
        .map(({ guid }) => guid),
    ).toEqual([deleted(), guidNow()]);
    const deletes = foundation
      .state()
      .requests.filter(({ method, path }) => method === "DELETE" && path.startsWith("/v3/service_instances/"));
    expect(deletes.map(({ path }) => path)).toEqual([`/v3/service_instances/${deleted()}`]);
  });

  test("found what it had deleted without being told, and recovered that", async () => {
    const { stdout, exitCode } = await callTool(foundation, ["report", run, "--format", "markdown"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`"${NAME}" is ${deleted()}, deleted`);
    expect(stdout).toContain(`backups/${deleted()}/wal`);
    expect(stdout).toContain(`${ROWS} rows, MD5 ${expectedRows(run, ROWS).checksum}`);
  });

  test("reports how long each step took", async () => {
    const { stdout } = await callTool(foundation, ["report", run, "--format", "markdown"]);
    for (const step of ["sacrifice", "rows", "lose", "find", "copy", "start", "proof", "compare"])
      expect(stdout).toMatch(new RegExp(`^\\| ${step} \\|.*\\| (?:(?:\\d+ min )?\\d+ s|\\d+ h \\d+ min) \\|`, "m"));
  });

  test("left the archive of another deleted service as it was, and no user on the cell", async () => {
    const { rig, scene } = foundation;
    expect(await rig.objects.list(`${scene.archive}/`)).toEqual(scene.listing);
    expect(await rig.cell.agent.users()).toEqual([]);
  });

  test("shows no secret", () => {
    const { superuser, app, admin } = foundation.rig.broker.instance(guidNow());
    const canaries = {
      ...foundation.secrets,
      "the password of the admin": admin.password,
      "the password of the superuser": superuser.password,
      "the password of the application": app.password,
    };
    expect(secretsBelow(join(foundation.directory, "state"), canaries)).toEqual([]);
    expect(secretsIn(drill.stdout + drill.stderr, canaries)).toEqual([]);
  });
});
