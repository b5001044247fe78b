/**
 * On real parts: the tool's printed lines are typed. Each line of each step (off the screen of a dry run, off the pages
 * in docs/runbooks, off the previews of undo and cleanup), with its placeholders filled in; after each step the world
 * is as the tool's own step makes it.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectedRows } from "../../src/foundation/actions/drill/rows.ts";
import { secretsIn } from "../rig/canaries.ts";
import { runInSteps, undoInSteps } from "../rig/typed/engine-run.ts";
import { type Foundation, ORG, SERVICE, SPACE, startFoundation } from "../rig/foundation.ts";
import { OperatorShell } from "../rig/typed/operator-shell.ts";
import { logIn } from "../rig/postgres-node.ts";
import { TypedSteps, type Typing } from "../rig/typed/typed-steps.ts";
import { type PrintedStep, stepsOnPage, stepsOnScreen } from "../rig/typed/printed-steps.ts";
import { callTool, recover } from "../rig/recovery.ts";
import { instanceOf, isLike, nodeOf, type RecoveryAt, type World, worldOf } from "../rig/typed/recovery-world.ts";
import { freshServiceKey } from "../rig/service-key.ts";
import { until } from "../rig/until.ts";

const APP = "web";
const APPS = { "steps.space.apps": [APP] };
const SETTLED_MS = 120_000;
/** Before and after them a young instance may have written no position yet. */
const WITHOUT_OPTIME = ["optime", "data", "last-look"];

let foundation: Foundation;
let shell: OperatorShell;
/** After each step of the tool's own recovery, and of its undo. */
const own = new Map<string, World>();
const ownUndo = new Map<string, World>();
let reference: RecoveryAt;

beforeAll(async () => {
  foundation = await startFoundation({ app: APP });
  shell = await OperatorShell.open(foundation, await foundation.rig.restrictedCredentials(foundation.scene.archive));
  const confirm = `${ORG}/${SPACE}/${SERVICE}`;
  const look = (worlds: Map<string, World>) => async (step: string) => {
    const { optime, ...world } = await worldOf(foundation, reference);
    worlds.set(step, worlds === own && WITHOUT_OPTIME.includes(step) ? { ...world, optime } : world);
  };
  const ran = await runInSteps({
    ...{ foundation, confirm, inputs: { service: SERVICE, org: ORG, space: SPACE, apps: APP }, seen: look(own) },
    begun: (run) => void (reference = { service: SERVICE, run, scene: foundation.scene }),
  });
  expect(ran.error).toBeUndefined();
  const undone = await undoInSteps({ foundation, confirm, run: ran.run, seen: look(ownUndo) });
  expect(undone.error).toBeUndefined();
});

afterAll(async () => {
  await shell.close();
  await foundation.stop();
});

/** Types the steps one after the other. After each the world has to be the wanted one, when one is wanted. */
async function follow(
  steps: readonly PrintedStep[],
  typing: Typing,
  wanted: (step: string) => World | undefined,
): Promise<ReadonlyMap<string, string>> {
  return await new TypedSteps(foundation, shell, typing).follow(steps, async (step) => {
    const world = wanted(step);
    if (world !== undefined) await settle(step, world, typing.at);
  });
}

const asOwn = (worlds: ReadonlyMap<string, World>) => (step: string) => {
  const world = worlds.get(step);
  if (world === undefined) throw new Error(`the tool's own has no step ${step}`);
  return world;
};

async function settle(step: string, wanted: World, at: RecoveryAt): Promise<void> {
  let found: World = {};
  const isSettled = async (): Promise<boolean> => isLike((found = await worldOf(foundation, at)), wanted);
  await until(`the world after ${step}`, SETTLED_MS, isSettled, 500).catch(() => {
    const compared = Object.fromEntries(Object.keys(wanted).map((what) => [what, found[what]]));
    expect(compared, `after ${step}`).toEqual(wanted);
  });
}

async function asked(service: string, sql: string): Promise<unknown> {
  const login = await freshServiceKey(foundation, service, `independent-${Date.now()}`);
  return await logIn(login, sql);
}

const isUntouched = async ({ scene }: RecoveryAt): Promise<void> =>
  expect(await foundation.rig.objects.list(`${scene.archive}/`)).toEqual(scene.listing);

const preview = async (words: readonly string[]): Promise<readonly PrintedStep[]> => {
  const { exitCode, stdout, stderr } = await callTool(foundation, [...words, "--dry-run", "--non-interactive"]);
  expect(exitCode, stderr).toBe(0);
  return stepsOnScreen(stdout);
};

describe("what a dry run prints, typed", () => {
  let at: RecoveryAt;
  let said: ReadonlyMap<string, string>;

  beforeAll(async () => {
    const service = "typed-from-a-dry-run";
    const scene = await foundation.anotherScene(service);
    const inputs = Object.entries({ service, org: ORG, space: SPACE, apps: APP });
    const given = inputs.flatMap(([name, value]) => ["--input", `${name}=${value}`]);
    const dry = await callTool(foundation, ["run", "--dry-run", "--non-interactive", ...given]);
    expect(dry.exitCode, dry.stderr).toBe(0);
    at = { service, run: /^run (\S+),/mu.exec(dry.stdout)?.[1] ?? "", scene };
    said = await follow(stepsOnScreen(dry.stdout), { at, items: {} }, asOwn(own));
  });

  test("is every step that is left to be done, in the tool's own order", () => {
    expect([...said.keys()]).toEqual([...own.keys()].filter((step) => said.has(step)));
    const changing = ["create", "hold", "stop", "aside", "copy", "initialize", "optime", "data", "start", "passwords"];
    expect([...said.keys()]).toEqual(expect.arrayContaining([...changing, "key", "release", "bind", "restart"]));
  });

  test("brings the rows back, for the application as for the person who looks, and leaves the source as it was", async () => {
    expect(await asked(at.service, "select count(*) from visits")).toEqual({ ok: true, rows: [`${at.scene.rows}`] });
    expect(said.get("login")).toMatch(new RegExp(`public\\.visits *\\| *${at.scene.rows}`));
    await isUntouched(at);
  });
});

describe("the pages of the runbooks, typed", () => {
  const ROWS = 3000;
  const LOOK = `SELECT count(*) AS "it's" FROM public.dingo_recover_drill`;
  const page = (name: string): readonly PrintedStep[] => stepsOnPage(readFileSync(`docs/runbooks/${name}.md`, "utf8"));
  const service = "typed-from-the-pages";
  let drill: ReadonlyMap<string, string>;
  let said: ReadonlyMap<string, string>;
  let compared: ReadonlyMap<string, string>;
  let at: RecoveryAt;

  /** A service of the drill's own, with its rows in the archive, and deleted: a later recovery can bring it back. */
  async function drillUpToDeletion(): Promise<RecoveryAt> {
    const { objects, etcd } = foundation.rig;
    const lost: RecoveryAt = { service, run: "20261124-000000-lost", scene: { ...foundation.scene, listing: [] } };
    const found = { guid: "", deletedAt: "" };
    const values = () => {
      const guid = instanceOf(foundation, lost)?.guid ?? found.guid;
      const { bindings } = foundation.state();
      const key = bindings.find(({ type, instanceGuid }) => type === "key" && instanceGuid === guid)?.guid ?? "";
      return {
        inputs: { org: ORG, space: SPACE, name: service, rows: ROWS },
        place: { org: ORG, space: SPACE, name: service, offering: "dingo-postgresql95", plan: "solo" },
        cells: { deployment: "dingo-postgresql-98b09c4b36af74181ee1" },
        ...{
          sacrifice: { guid },
          "drill-key": { key_guid: key },
          lose: { guid: found.guid, deleted_at: found.deletedAt },
        },
        node: { container: nodeOf(foundation, lost)?.container ?? "", bucket: objects.bucket },
      };
    };
    const steps = page("drill");
    const upTo = steps.findIndex(({ id }) => id === "log-in");
    drill = await follow(steps.slice(0, upTo), { at: lost, items: {}, more: values }, (step) => {
      if (step === "lose") found.deletedAt = new Date().toISOString();
      const guid = instanceOf(foundation, lost)?.guid;
      if (guid !== undefined) found.guid = guid;
      return undefined;
    });
    const archive = `backups/${found.guid}/wal`;
    const sysid = (await objects.read(`${archive}/sysids/sysid`)).trim();
    expect(await etcd.get(`/service/${found.guid}/initialize`)).toBeUndefined();
    const listing = await objects.list(`${archive}/`);
    return {
      service,
      run: "20261124-000000-page",
      scene: { ...foundation.scene, guid: found.guid, archive, sysid, listing },
    };
  }

  beforeAll(async () => {
    at = await drillUpToDeletion();
    const inputs = { service, org: ORG, space: SPACE, around: "", new_name: "", archive: "", sanity_query: LOOK };
    said = await follow(page("recover-deleted-service"), { at, items: APPS, more: () => ({ inputs }) }, asOwn(own));
    const compare = page("drill").filter(({ id }) => id === "compare");
    compared = await follow(compare, { at, items: {} }, () => undefined);
  });

  test("are what show prints", async () => {
    for (const name of ["recover-deleted-service", "drill", "clean-up"]) {
      const { stdout } = await callTool(foundation, ["show", name]);
      expect(`${stdout}\n`).toBe(readFileSync(`docs/runbooks/${name}.md`, "utf8"));
    }
  });

  test("make a service of the drill's own, write its rows, and delete it", () => {
    const included = page("recover-deleted-service").map(({ id }) => id);
    const ofDrill = page("drill").filter(({ id }) => !included.includes(id));
    expect([...drill.keys(), ...compared.keys()]).toEqual(ofDrill.map(({ id }) => id));
    expect(drill.get("rows")).toMatch(/[0-9A-F]{24}/);
    expect(drill.get("find")).toContain(at.scene.guid);
  });

  test("are typed from the first step to the last", () => {
    const withCommands = page("recover-deleted-service").filter(({ id }) => own.has(id));
    expect([...said.keys()]).toEqual(withCommands.map(({ id }) => id));
    expect(said.size).toBeGreaterThan(28);
  });

  test("tell what the next steps need: a person can fill it in", () => {
    const { container } = nodeOf(foundation, at) ?? { container: "none" };
    const { etcd, objects } = foundation.rig;
    expect(said.get("discover")).toContain(at.scene.guid);
    expect(said.get("deployment")).toContain("dingo-postgresql-98b09c4b36af74181ee1");
    expect(said.get("source")).toContain(at.scene.sysid);
    expect(said.get("create")).toContain(service);
    for (const told of [`${container} running`, `ETCD_HOST_PORT=${etcd.hostPort}`, `WAL_S3_BUCKET=${objects.bucket}`])
      expect(said.get("locate")).toContain(told);
    expect(said.get("version")).toMatch(/^9\.6/mu);
    expect(said.get("proof")).toContain(at.scene.sysid);
    expect(said.get("login")).toMatch(new RegExp(`it's *\n-+\n *${ROWS}`));
  });

  test("bring every row of the drill back, and leave the source as it was", async () => {
    const { rows, checksum } = expectedRows("20261124-000000-lost", ROWS);
    expect(compared.get("compare")).toMatch(new RegExp(`${rows} *\\| *${checksum}`));
    await isUntouched(at);
  });

  test("then delete what lies aside, and nothing else", async () => {
    const { objects } = foundation.rig;
    const guid = instanceOf(foundation, at)?.guid ?? "";
    const node = nodeOf(foundation, at);
    const before = await worldOf(foundation, at);
    const archive = `s3://${objects.bucket}/backups/${guid}/wal`;
    const live = await objects.list(`backups/${guid}/wal/`);
    const directory = `${node?.dataDirectory ?? ""}.dingo-recover-${at.run}`;
    const inputs = { run: at.run, archive, cell: "the cell" };
    const items = { "steps.review.directories": [directory] };
    const cleaned = await follow(page("clean-up"), { at, items, more: () => ({ inputs }) }, () => undefined);
    expect([...cleaned.keys()]).toEqual(page("clean-up").map(({ id }) => id));
    const after = await worldOf(foundation, at);
    expect(after).toEqual({ ...before, aside: { isCopy: false, kinds: [] }, directories: { data: "in use" } });
    const left = new Set((await objects.list(`backups/${guid}/`)).map(({ key }) => key));
    expect(live.filter(({ key }) => !left.has(key))).toEqual([]);
    expect(await asked(service, "select count(*) from dingo_recover_drill")).toEqual({ ok: true, rows: [`${ROWS}`] });
  });
});

describe("what undo and cleanup print, typed", () => {
  const service = "taken-back-by-hand";
  let at: RecoveryAt;
  let said: ReadonlyMap<string, string>;

  beforeAll(async () => {
    const scene = await foundation.anotherScene(service);
    const confirm = `${ORG}/${SPACE}/${service}`;
    const { run, ended } = await recover(foundation, { service, confirm, inputs: { apps: APP } });
    expect(ended.error).toBeUndefined();
    at = { service, run, scene };
    said = await follow(await preview(["undo", run]), { at, items: {} }, asOwn(ownUndo));
  });

  test("is every step that can be taken back, the last one first", () => {
    expect([...said.keys()]).toEqual([...ownUndo.keys()].filter((step) => said.has(step)));
    expect([...said.keys()]).toEqual(
      expect.arrayContaining(["bind", "key", "start", "data", "initialize", "copy", "aside", "stop", "hold", "create"]),
    );
  });

  test("gives the new instance its own database back under another name, and leaves the source as it was", async () => {
    const node = nodeOf(foundation, at);
    const guid = instanceOf(foundation, at)?.guid ?? "";
    const sysid = await until("the instance's own database", SETTLED_MS, async () => {
      return (await node?.patroni())?.database_system_identifier;
    });
    expect(sysid).toBe(await foundation.rig.etcd.get(`/service/${guid}/initialize`));
    expect(sysid).not.toBe(at.scene.sysid);
    expect(instanceOf(foundation, at)?.name).toBe(`${service}-dingo-recover-${at.run}`);
    await isUntouched(at);
  });

  test("then leaves nothing aside, of a recovery that the tool took back", async () => {
    const before = await worldOf(foundation, reference);
    expect(before).toMatchObject({ undone: true });
    const steps = await preview(["cleanup", reference.run]);
    await follow(steps, { at: reference, items: {} }, () => undefined);
    const after = await worldOf(foundation, reference);
    const nothing = { aside: { isCopy: false, kinds: [] }, undone: false, directories: { data: "in use" } };
    expect(after).toEqual({ ...before, ...nothing });
    await isUntouched(reference);
  });
});

describe("all that was typed", () => {
  test("showed no secret, and needed none", () => {
    const instances = foundation.state().instances.map(({ guid }) => foundation.rig.broker.instance(guid));
    const accounts = instances.flatMap(({ admin, superuser, app }) => [admin, superuser, app]);
    const secrets = {
      ...foundation.secrets,
      "the broker's secret key of the object store": foundation.rig.objects.credentials.secretAccessKey,
      ...Object.fromEntries(accounts.map(({ username, password }, index) => [`${username} ${index}`, password])),
    };
    expect(secretsIn(shell.typed.join("\n"), secrets)).toEqual([]);
    expect(shell.said.flatMap((text) => secretsIn(text, secrets).map((name) => [name, text.slice(0, 300)]))).toEqual(
      [],
    );
  });
});
