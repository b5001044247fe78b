/**
 * On real parts: the preview of an undo, typed, after two recoveries with steps that the usual one has not. One exchanged
 * the names with an instance in use, one made the space again.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { draftOf } from "../../src/rehearsal/draft.ts";
import { type Foundation, ORG, SERVICE, SPACE, startFoundation } from "../rig/foundation.ts";
import { callTool, eventsOf, recover } from "../rig/recovery.ts";
import { onlyNode, type Scene } from "../rig/scene.ts";
import { cfProgram } from "../rig/service-key.ts";
import { OperatorShell } from "../rig/typed/operator-shell.ts";
import { type PrintedStep, stepsOnScreen } from "../rig/typed/printed-steps.ts";
import { instanceOf, type RecoveryAt } from "../rig/typed/recovery-world.ts";
import { TypedSteps } from "../rig/typed/typed-steps.ts";

let foundation: Foundation;
let shell: OperatorShell;

beforeAll(async () => {
  foundation = await startFoundation();
  shell = await OperatorShell.open(foundation, await foundation.rig.restrictedCredentials(foundation.scene.archive));
});

afterAll(async () => {
  await shell.close();
  await foundation.stop();
});

interface TakenBack {
  readonly at: RecoveryAt;
  readonly steps: readonly PrintedStep[];
}

/** Types all that the preview of the undo prints, from the last step of the recovery to its first. */
async function takeBack(run: string, service: string, scene: Scene): Promise<TakenBack> {
  const at = { service, run, scene };
  const preview = await callTool(foundation, ["undo", run, "--dry-run", "--non-interactive"]);
  expect(preview.exitCode, preview.stderr).toBe(0);
  const steps = stepsOnScreen(preview.stdout);
  await new TypedSteps(foundation, shell, { at, items: {} }).follow(steps);
  return { at, steps };
}

const isUntouched = async ({ at: { scene } }: TakenBack): Promise<void> =>
  expect(await foundation.rig.objects.list(`${scene.archive}/`)).toEqual(scene.listing);

describe("a recovery that exchanged the names, taken back by hand", () => {
  const service = "exchanged-db";
  let other: string;
  let back: TakenBack;

  beforeAll(async () => {
    const scene = await foundation.anotherScene(service);
    const somebody = await cfProgram(foundation, "somebody");
    const words = ["dingo-postgresql95", "solo", service, "-c", '{"node-count":1}', "--wait"];
    await somebody("create-service", ...words);
    other = (await somebody("service", service, "--guid")).trim();
    await somebody("create-service-key", service, "theirs", "--wait");
    await onlyNode(foundation.rig.broker.instance(other)).sql(
      "create table theirs (n int)",
      "insert into theirs values (7)",
    );
    const confirm = `${ORG}/${SPACE}/${service}-recovered`;
    const { run } = await recover(foundation, { service, confirm });
    const decided = ["resume", run, "--json", "--yes", "--confirm", confirm, "--decide", "space=exchange"];
    const { ended } = eventsOf(await callTool(foundation, decided));
    expect(ended.error).toBeUndefined();
    back = await takeBack(run, service, scene);
  });

  test("types the step that gave the names", () => {
    const names = back.steps.find(({ id }) => id === "names");
    expect(names?.lines.map(({ text }) => text)).toContain(`cf rename-service ${service} ${service}-recovered`);
  });

  test("gives the other instance its name back, with its rows", async () => {
    expect(foundation.state().instances.find(({ guid }) => guid === other)?.name).toBe(service);
    const rows = await onlyNode(foundation.rig.broker.instance(other)).sql("select n from theirs");
    expect(rows).toEqual(["7"]);
    expect(instanceOf(foundation, back.at)?.name).toBe(`${service}-recovered-dingo-recover-${back.at.run}`);
  });

  test("leaves the source as it was", async () => {
    await isUntouched(back);
  });
});

describe("a recovery that made the space again, taken back by hand", () => {
  let back: TakenBack;

  beforeAll(async () => {
    foundation.change((before) => {
      const state = draftOf(before);
      for (const rows of [state.instances, state.bindings, state.apps, state.spaces] as const) rows.length = 0;
      return state;
    });
    const confirm = `${ORG}/${SPACE}/${SERVICE}`;
    const { run, ended } = await recover(foundation, { confirm });
    expect(ended.error).toBeUndefined();
    back = await takeBack(run, SERVICE, foundation.scene);
  });

  test("types the step that made the space", () => {
    expect(back.steps.map(({ id }) => id)).toContain("make-space");
  });

  test("keeps the space, because the new instance is in it", () => {
    expect(foundation.state().spaces.map(({ name }) => name)).toEqual([SPACE]);
    expect(instanceOf(foundation, back.at)?.name).toBe(`${SERVICE}-dingo-recover-${back.at.run}`);
  });

  test("leaves the source as it was", async () => {
    await isUntouched(back);
  });
});
