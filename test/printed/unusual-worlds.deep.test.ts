/**
 * On real parts: the page of the main runbook, typed from its first line to its last in each world that needs other
 * steps or lines than the usual one. Each line is carried out in one of them, and all that was there before stays.
 */
import { readFileSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/action.ts";
import { draftOf } from "../../src/rehearsal/draft.ts";
import { docker } from "../rig/docker.ts";
import { type Foundation, ORG, SERVICE, SPACE, startFoundation } from "../rig/foundation.ts";
import { logIn, type PostgresNode } from "../rig/postgres-node.ts";
import { onlyNode, type Scene } from "../rig/scene.ts";
import { type CfProgram, cfProgram, freshServiceKey } from "../rig/service-key.ts";
import type { Unusual } from "../rig/typed/as-person.ts";
import { OperatorShell } from "../rig/typed/operator-shell.ts";
import { stepsAtTerminal, stepsOnPage } from "../rig/typed/printed-steps.ts";
import { instanceOf, type RecoveryAt, worldOf } from "../rig/typed/recovery-world.ts";
import { carriedLine, TypedSteps } from "../rig/typed/typed-steps.ts";

const PAGE = stepsOnPage(readFileSync("docs/runbooks/recover-deleted-service.md", "utf8"));
const OFFERING = ["dingo-postgresql95", "solo"] as const;
const COUNT = "SELECT count(*) FROM visits";

interface Walk {
  readonly world: string;
  /** Makes the world. */
  readonly begin: () => Promise<Begun>;
  /** Steps, and beginnings of lines, that no other walk types. */
  readonly own: readonly (readonly [step: string, line: RegExp])[];
}

interface Begun {
  readonly service: string;
  readonly scene: Scene;
  /** The values that placeholders stand for in this world. */
  readonly values: JsonObject;
  readonly apps?: readonly string[];
  readonly unusual?: Unusual;
  /** The answers at the terminal of a dry run: it prints the steps whose commands the page does not know. */
  readonly answers?: readonly string[];
  /** By name, the things of before that are different afterwards, as they are then. */
  readonly changed: Readonly<Record<string, string>>;
  readonly rows: number;
}

let foundation: Foundation;
let shell: OperatorShell;
let somebody: CfProgram;
/** Lines of the page that ended with 0, and steps that were typed, in any of the walks. */
const carried = new Set<string>();

beforeAll(async () => {
  foundation = await startFoundation({ app: "web", scene: { how: "left-alive" } });
  shell = await OperatorShell.open(foundation, await foundation.rig.restrictedCredentials(foundation.scene.archive));
  somebody = await cfProgram(foundation, "somebody");
});

afterAll(async () => {
  await shell.close();
  await foundation.stop();
});

/** Somebody's instance; its GUID. */
async function made(name: string, ...words: readonly string[]): Promise<string> {
  await somebody("create-service", ...OFFERING, name, "-c", '{"node-count":1}', "--wait", ...words);
  return (await somebody("service", name, "--guid")).trim();
}

const ownNode = (guid: string): PostgresNode => onlyNode(foundation.rig.broker.instance(guid));

const WALKS: readonly Walk[] = [
  {
    world: "an empty instance has taken the name, and is adopted",
    own: [
      ["create", /^test -n '<space\.adopt>'/u],
      ["bind", /^cf bind-service/u],
    ],
    begin: async () => {
      const service = "adopted-db";
      const scene = await foundation.anotherScene(service);
      const guid = await made(service, "-t", "ours, of production");
      return {
        ...{ service, scene, rows: scene.rows, apps: ["web"] },
        values: { inputs: { new_name: service, around: "10m ago" }, space: { adopt: guid } },
        changed: { [`instance ${guid}`]: `${service} [ours, of production, dingo-recover-RUN]` },
      };
    },
  },
  {
    world: "an instance that is in use has taken the name, and the names are exchanged",
    own: [["names", /^cf rename-service/u]],
    begin: async () => {
      const service = "exchanged-db";
      const scene = await foundation.anotherScene(service);
      const guid = await made(service);
      await somebody("create-service-key", service, "theirs", "--wait");
      await ownNode(guid).sql("create table theirs (n int)", "insert into theirs values (7)");
      const { bucket } = foundation.rig.objects;
      return {
        ...{ service, scene, rows: scene.rows },
        values: {
          inputs: { archive: `s3://${bucket}/${scene.archive}`, sanity_query: COUNT },
          space: { name: `${service}-recovered`, final_name: service, exchange_with: guid },
        },
        changed: { [`instance ${guid}`]: `${service}-before-dingo-recover-RUN []` },
      };
    },
  },
  {
    world: "the broker has kept its record, and clones the instance",
    own: [
      ["create", /^test -z '<space\.adopt>' && test -n '<way\.clone_from>'/u],
      ["clone-proof", /pg_is_in_recovery/u],
    ],
    begin: async () => {
      const service = "cloned-db";
      const live = ({ guid }: { readonly guid: string }): Promise<void> =>
        foundation.rig.broker.keepRecord(guid, service);
      const scene = await foundation.anotherScene(service, { live });
      return {
        ...{ service, scene, rows: scene.rows, changed: {} },
        values: { way: { clone_from: service } },
      };
    },
  },
  {
    world: "the instance was left alive, and its space is gone",
    own: [
      ["halt", /docker/u],
      ["make-space", /^cf create-space/u],
      ["create", /test '<remains\.place_on>' '!=' '\[\]'/u],
      ["old-data", /cp -a/u],
    ],
    begin: async () => {
      const { scene, rig } = foundation;
      foundation.change((before) => {
        const state = draftOf(before);
        for (const rows of [state.instances, state.bindings, state.apps, state.spaces] as const) rows.length = 0;
        return state;
      });
      const { container, dataDirectory } = onlyNode(scene.old);
      return {
        ...{ service: SERVICE, scene, rows: 65 },
        values: {
          remains: {
            ...{ to_stop: [{ container }], database: `${dataDirectory}/postgres0`, place_on: [rig.address] },
          },
          space: { missing: true },
        },
        unusual: { shows: { remains: /\S/u }, fails: ["space cf target ", "space cf marketplace"] },
        answers: ["directory", scene.guid],
        changed: { [`container ${container}`]: "exited no" },
      };
    },
  },
];

const CONTENT = `SELECT format('%I.%I', schemaname, tablename), query_to_xml(format('SELECT * FROM %I.%I', schemaname,
  tablename), false, true, '') FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`;

/** All that somebody may want to keep, by name: instances and their rows, bindings, containers, directories, objects. */
async function things(run: string): Promise<ReadonlyMap<string, string>> {
  const { rig } = foundation;
  const { instances, bindings } = foundation.state();
  const found = new Map<string, string>();
  for (const { guid, name, tags } of instances) {
    found.set(`instance ${guid}`, `${name} [${tags.join(", ")}]`.replaceAll(run, "RUN"));
    found.set(`rows of ${guid}`, (await ownNode(guid).sql(CONTENT)).join("\n"));
  }
  for (const { guid, type, name } of bindings) found.set(`binding ${guid}`, `${type} ${name ?? ""}`);
  const names = await docker(["ps", "-aq", "--filter", `label=dingo-recover-rig=${rig.id}`, "--filter", "name=cf-"]);
  const format = "{{.Name}} {{.State.Status}} {{.HostConfig.RestartPolicy.Name}}";
  const containers = (await docker(["inspect", "-f", format, ...names.split("\n")])).split("\n");
  for (const line of containers) {
    const [, name = "", state = ""] = /^\/(\S+) (.*)$/u.exec(line) ?? [];
    found.set(`container ${name}`, state);
    for (const entry of await readdir(`${rig.store}/cf-containers-broker/${name}`)) found.set(`${name}/${entry}`, "");
  }
  for (const { key, etag } of await rig.objects.list("")) found.set(`object ${key}`, etag);
  return found;
}

/** Names, sizes and times of all files below. */
async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true });
  const told = entries.toSorted().map(async (name) => {
    const { size, mtimeMs } = await stat(join(directory, name));
    return `${name} ${size} ${mtimeMs}`;
  });
  return await Promise.all(told);
}

describe.each(WALKS.map((walk, index) => ({ ...walk, index })))("typed if $world", ({ begin, own, index }) => {
  let at: RecoveryAt;
  let begun: Begun;
  let typed: TypedSteps;
  let before: ReadonlyMap<string, string>;
  let after: ReadonlyMap<string, string>;
  let guid: string;
  /** Looks at what must not be lost on the way. */
  const looks = new Map<string, unknown>();

  const below = async (prefix: string): Promise<readonly string[]> =>
    (await foundation.rig.objects.list(`${prefix}/`)).map(({ key, etag }) => `${key.slice(prefix.length)} ${etag}`);

  async function look(step: string): Promise<void> {
    guid = instanceOf(foundation, at)?.guid ?? "";
    const { old, archive } = at.scene;
    if (step === "halt" || step === "untouched") {
      const when = step === "halt" ? "before" : "after";
      looks.set(`archive ${when}`, await below(archive));
      looks.set(`old database ${when}`, await filesBelow(onlyNode(old).dataDirectory).catch(() => "gone"));
    }
    if (step === "halt")
      at = { ...at, scene: { ...at.scene, listing: await foundation.rig.objects.list(`${archive}/`) } };
    if (step === "keys") looks.set("own archive", await below(`backups/${guid}/wal`));
    if (step === "aside") looks.set("aside", await below(`backups/${guid}/dingo-recover/${at.run}/replaced`));
    if (step === "last-look") looks.set("world", await worldOf(foundation, at));
  }

  beforeAll(async () => {
    begun = await begin();
    const { service, scene, values, apps = [], unusual = {}, answers = [] } = begun;
    at = { service, run: `20261124-00000${index}-walk`, scene };
    before = await things(at.run);
    looks.set("archive before", await below(scene.archive));
    const inputs = Object.entries({ service, org: ORG, space: SPACE });
    const given = inputs.flatMap(([name, value]) => ["--input", `${name}=${value}`]);
    const shown =
      answers.length === 0
        ? []
        : await stepsAtTerminal(await foundation.terminal(["run", "--dry-run", ...given]), answers);
    const steps = PAGE.map((step) => {
      const lines = step.lines.length > 0 ? step.lines : (shown.find(({ id }) => id === step.id)?.lines ?? []);
      return { ...step, lines };
    });
    typed = new TypedSteps(foundation, shell, {
      ...{ at, items: { "steps.space.apps": apps }, more: () => values, unusual },
    });
    await typed.follow(steps, look);
    for (const line of typed.carried) carried.add(line);
    after = await things(at.run);
  });

  test("carries out the lines that only this world needs", () => {
    const missing = own.filter(
      ([step, line]) =>
        !typed.carried.some((each) => each.startsWith(carriedLine(step, "")) && line.test(each.slice(step.length + 2))),
    );
    expect(missing).toEqual([]);
  });

  test("brings every row back under the name that was wanted", async () => {
    const login = await freshServiceKey(foundation, begun.service, `independent-${index}`);
    expect(await logIn(login, COUNT)).toEqual({ ok: true, rows: [String(begun.rows)] });
    expect(instanceOf(foundation, at)?.name).toBe(begun.service);
  });

  test("loses nothing that was there, and changes nothing but what it means to", () => {
    // The new instance's archive and rows are the old one's from then on.
    const others = [...before].filter(([name]) => !name.includes(`backups/${guid}/wal/`) && name !== `rows of ${guid}`);
    expect(others.filter(([name]) => !after.has(name)).map(([name]) => name)).toEqual([]);
    const changed = others.filter(([name, value]) => after.get(name) !== value);
    expect(Object.fromEntries(changed.map(([name]) => [name, after.get(name)]))).toEqual(begun.changed);
  });

  test("leaves the source as it was, and what the new instance had aside", () => {
    expect(looks.get("archive after")).toEqual(looks.get("archive before"));
    expect(looks.get("old database after")).toEqual(looks.get("old database before") ?? "gone");
    expect(looks.get("aside")).toEqual(looks.get("own archive"));
    if (!looks.has("aside")) return;
    expect(looks.get("aside")).not.toEqual([]);
    expect(looks.get("world")).toMatchObject({
      ...{ container: "is stopped", initialize: "the source's", archive: { isCopy: true, kinds: [] } },
      directories: { "data.dingo-recover-RUN": expect.stringMatching(/ a database$/u) as string },
    });
  });
});

describe("the page of the main runbook", () => {
  test("has no step and no line that was never carried out", () => {
    const steps = PAGE.flatMap(({ id, lines }) =>
      lines.length > 0 ? lines.map(({ text }) => carriedLine(id, text)) : [carriedLine(id, "")],
    );
    const done = [...carried];
    expect(steps.filter((each) => !done.some((line) => line.startsWith(each)))).toEqual([]);
  });
});
