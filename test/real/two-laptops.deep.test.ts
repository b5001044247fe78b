/**
 * On real parts: a recovery goes on with somebody else. One laptop is cut off in the middle of the copy and is taken over;
 * another dies there, and its run is moved by a copy of its directory. Who is back afterwards changes nothing any more.
 */
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { secretsIn } from "../rig/canaries.ts";
import { EngineEvents } from "../rig/engine/engine-events.ts";
import { type Foundation, ORG, SERVICE, SPACE, startFoundation } from "../rig/foundation.ts";
import { Laptop, type LaptopOptions } from "../rig/laptop.ts";
import { logIn } from "../rig/postgres-node.ts";
import type { Ended } from "../rig/recovery.ts";
import { onlyNode, type Scene } from "../rig/scene.ts";
import { StoreWay } from "../rig/store-way.ts";
import { freshServiceKey } from "../rig/service-key.ts";

const OTHER = "orders-db";
/** Which of the archive's dozen objects does not arrive. */
const CUT_AT = 3;

let foundation: Foundation;
let engine: EngineEvents;
let other: Scene;
let store: StoreWay;
/** The endings of every part that came to be. */
const endings: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  foundation = await startFoundation({ cfBehindGateway: true });
  endings.push(() => foundation.stop());
  engine = await EngineEvents.record(foundation.rig.id);
  endings.push(() => engine.stop());
  store = await StoreWay.to(foundation.rig.objects.hostPort);
  endings.push(() => store.close());
  other = await foundation.anotherScene(OTHER);
});

afterAll(async () => {
  for (const end of endings.reverse()) await end();
});

async function laptop(options: Omit<LaptopOptions, "store">): Promise<Laptop> {
  const opened = await Laptop.open(foundation, { ...options, store });
  endings.push(() => opened.close());
  return opened;
}

const consent = (service: string): readonly string[] => [
  ...["--non-interactive", "--yes", "--confirm", `${ORG}/${SPACE}/${service}`],
];

function inputs(service: string): readonly string[] {
  return Object.entries({ service, org: ORG, space: SPACE }).flatMap(([name, value]) => [
    "--input",
    `${name}=${value}`,
  ]);
}

/** Begins a recovery that is cut off in the middle of the copy. */
async function beginAndCut(on: Laptop, service: string, scene: Scene): Promise<{ run: string; ended: Promise<Ended> }> {
  const cut = on.cutAtCopy(scene, CUT_AT);
  const ended = on.call(["run", ...consent(service), ...inputs(service)]);
  const early = ended.then(({ stdout, stderr }) =>
    Promise.reject(new Error(`ended before its copy: ${stdout}${stderr}`)),
  );
  await Promise.race([cut, early]);
  early.catch(() => undefined);
  const [run = ""] = readdirSync(join(on.directory, "state", "runs"));
  return { run, ended };
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ");

/** A foreign run is shown first, and nothing of it is taken in without its hash. */
async function acceptance(on: Laptop, words: readonly string[]): Promise<readonly string[]> {
  const { exitCode, stdout, stderr } = await on.call(words);
  expect(exitCode, `${stdout.slice(-3000)}\n${stderr}`).toBe(13);
  return /--accept [0-9a-f]{64}/.exec(oneLine(stdout + stderr))?.[0].split(" ") ?? [];
}

function expectWell({ exitCode, stdout, stderr }: Ended): void {
  expect(exitCode, `${stdout.slice(-3000)}\n${stderr}`).toBe(0);
}

/** By an independent client, through the router. */
async function expectRows(service: string, scene: Scene): Promise<void> {
  const login = await freshServiceKey(foundation, service, `independent-${service}`);
  const rows = await logIn(login, "select batch, count(*) from visits group by batch order by batch");
  const open = scene.rows - 60;
  expect(rows).toEqual({ ok: true, rows: ["1|20", "2|20", "3|20", ...(open > 0 ? [`4|${open}`] : [])] });
  expect(await foundation.rig.objects.list(`${scene.archive}/`)).toEqual(scene.listing);
}

const guidOf = (service: string): string =>
  foundation.state().instances.find(({ name }) => name === service)?.guid ?? "";

/** Waits until the store's record has everything that was asked before. */
async function settled(): Promise<void> {
  const { objects } = foundation.rig;
  const marker = `nothing-${randomUUID()}`;
  await objects.requests.settled(`/${objects.bucket}/${marker}`, () => objects.read(marker).catch(() => ""));
}

/** The changes on the far sides so far, by this laptop's keys or on this service by anybody. */
async function changes(by: Laptop, service: string): Promise<unknown> {
  const { rig } = foundation;
  await settled();
  const guid = guidOf(service);
  const { accessKeyId } = by.credentials;
  const asked = foundation.state().requests.filter(({ method }) => method !== "GET");
  return {
    store: rig.objects.requests.writesBelow("").filter(({ accessKey }) => accessKey === accessKeyId).length,
    cloudFoundry: asked.filter(({ path, body }) => `${path} ${body}`.includes(guid)).length,
    broker: rig.broker.calls.filter((call) => call.guid === guid).length,
    engine: engine.counts(onlyNode(rig.broker.instance(guid)).container),
    etcd: await rig.etcd.get(`/service/${guid}/initialize`),
  };
}

/**
 * Each object was copied once, by one of the laptops. A copy that was under way as its laptop was cut off may be done
 * without an answer: the store's record has that as 499, and nobody copies it again.
 */
async function expectCopiedOnce(service: string, scene: Scene, by: readonly Laptop[]): Promise<void> {
  await settled();
  const guid = guidOf(service);
  const below = `backups/${guid}/wal`;
  const keys = by.map(({ credentials }) => credentials.accessKeyId);
  const asked = foundation.rig.objects.requests.all.filter(
    ({ api, accessKey, keys: [key = ""] }) =>
      api === "CopyObject" && keys.includes(accessKey) && key.startsWith(`${below}/`),
  );
  const told = scene.listing.map(({ key }) => {
    const name = key.slice(scene.archive.length + 1);
    const statuses = asked.flatMap((request) => (request.keys[0] === `${below}/${name}` ? [request.status] : []));
    return { name, statuses };
  });
  const once = (statuses: readonly number[]): boolean => {
    const copies = statuses.filter((status) => status < 300).length;
    return copies === 1 || (copies === 0 && statuses.includes(499));
  };
  expect(told.filter(({ statuses }) => !once(statuses))).toEqual([]);
  expect(new Set(asked.map(({ keys: [key] }) => key)).size).toBe(told.length);
  expect(engine.counts(onlyNode(foundation.rig.broker.instance(guid)).container)).toMatchObject({
    ...{ create: 1, start: 2, stop: 1 },
  });
}

describe("a recovery in the middle of the copy", { timeout: 1_800_000 }, () => {
  test.concurrent("is taken over from a laptop that is cut off, which changes nothing when it is back", async () => {
    const { scene, rig } = foundation;
    const lease = `s3://${rig.objects.bucket}/dingo-recover`;
    const a = await laptop({ name: "a", scene, lease });
    const b = await laptop({ name: "b", scene, lease });
    const { run, ended } = await beginAndCut(a, SERVICE, scene);

    const told = await b.call(["resume", "--from", lease, ...consent(SERVICE)]);
    expect(told.exitCode).toBe(11);
    expect(oneLine(told.stdout + told.stderr)).toContain("at step copy");
    expect(oneLine(told.stdout + told.stderr)).toContain(`dingo-recover resume ${run} --from ${lease} --take-over`);

    const takenOver = ["resume", run, "--from", lease, "--take-over", ...consent(SERVICE)];
    expectWell(await b.call([...takenOver, ...(await acceptance(b, takenOver))]));
    const { entries, text } = b.journal(run);
    expect(entries.find(({ type }) => type === "run-resumed")).toMatchObject({ epoch: 2, takeOver: true });
    expect(entries.at(-1)).toMatchObject({ type: "run-ended", outcome: "succeeded", epoch: 2 });
    await expectRows(SERVICE, scene);

    const before = await changes(a, SERVICE);
    a.mend();
    const late = await ended;
    expect(oneLine(late.stdout + late.stderr)).toContain("this run was taken over by");
    expect(late.exitCode).toBe(11);
    expect(await changes(a, SERVICE)).toEqual(before);
    // The entries before they parted are the same; then the first one wrote nothing that anybody goes by.
    const parted = entries.findIndex(({ epoch }) => epoch === 2);
    expect(a.journal(run).text.startsWith(`${text.split("\n").slice(0, parted).join("\n")}\n`)).toBe(true);
    const again = await a.call(["resume", run, ...consent(SERVICE)]);
    expect(again.exitCode).toBe(11);
    expect(await changes(a, SERVICE)).toEqual(before);
    await expectCopiedOnce(SERVICE, scene, [a, b]);
    await expectRows(SERVICE, scene);
  });

  test.concurrent("moves by its directory, which holds no secret, and ends elsewhere", async () => {
    const c = await laptop({ name: "c", scene: other });
    const d = await laptop({ name: "d", scene: other });
    const { run, ended } = await beginAndCut(c, OTHER, other);
    c.kill();
    await ended;
    c.mend();

    const place = join(c.directory, "state", "runs", run);
    const taken = ["resume", "--from", place, ...consent(OTHER)];
    const moved = await d.call([...taken, ...(await acceptance(d, taken))]);
    expectWell(moved);
    expect(oneLine(moved.stderr)).toContain(`run ${run} lies in`);
    for (const words of [["resume"], ["undo"]]) {
      const refused = await c.call([...words, run, ...consent(OTHER)]);
      expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("was moved") as string });
    }
    expect(d.journal(run).entries.at(-1)).toMatchObject({ type: "run-ended", outcome: "succeeded" });
    expect(c.journal(run).entries.at(-1)).toMatchObject({ type: "run-ended", outcome: "handed-over" });
    expect(secretsIn(readFileSync(join(place, "journal.jsonl"), "utf8"), secretsOf(OTHER, [c, d]))).toEqual([]);
    await expectCopiedOnce(OTHER, other, [c, d]);
    await expectRows(OTHER, other);
  });
});

/** Every secret that the rig has: of the operators, of the broker, of the deleted and of the recovered database. */
function secretsOf(service: string, laptops: readonly Laptop[]): Record<string, string> {
  const { rig, secrets } = foundation;
  const known = [rig.broker.instance(guidOf(service)), foundation.scene.old, other.old];
  return {
    ...secrets,
    "the broker's secret key": rig.objects.credentials.secretAccessKey,
    ...Object.fromEntries(
      laptops.flatMap(({ credentials }, index) => [
        [`the secret key of laptop ${index}`, credentials.secretAccessKey],
        [`the session token of laptop ${index}`, credentials.sessionToken ?? ""],
      ]),
    ),
    ...Object.fromEntries(
      known.flatMap(({ guid: of, admin, superuser, app }) =>
        [admin, superuser, app].map(({ username, password }) => [`the password of ${username} of ${of}`, password]),
      ),
    ),
  };
}

test("left no SSH user on the cell", async () => {
  expect(await foundation.rig.cell.agent.users()).toEqual([]);
});
