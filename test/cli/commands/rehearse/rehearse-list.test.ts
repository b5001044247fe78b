/** The list of rehearsals: by runbook, every scenario once. */
import { afterAll, expect, it } from "vitest";
import { SCENARIOS, START_WITH } from "../../../../src/rehearsal/scenarios/registry.ts";
import { Place } from "../../program.ts";

const place = new Place();
afterAll(() => place.remove());

it("names with --all six to start with, every other scenario below its runbook, and all as JSON", async () => {
  const [{ stdout }, json] = await Promise.all([
    place.run(["rehearse", "--list", "--all"]),
    place.run(["rehearse", "--list", "--json"]),
  ]);
  const listed: { runbook: string; name: string }[] = [];
  let runbook = "";
  for (const line of stdout.split("\n")) {
    runbook = /^([A-Za-z -]+):$/u.exec(line)?.[1] ?? runbook;
    const name = /^ {2}([a-z0-9-]+) {2}\S/u.exec(line)?.[1];
    if (name !== undefined) listed.push({ runbook, name });
  }
  const { scenarios } = JSON.parse(json.stdout) as { scenarios: { runbook: string; name: string }[] };
  expect(scenarios.map(({ name }) => name)).toEqual(SCENARIOS.map(({ name }) => name));
  const start = listed.filter((each) => each.runbook === "Start with these").map(({ name }) => name);
  expect(start).toEqual(START_WITH.map(({ name }) => name));
  expect(start).toHaveLength(6);
  for (const each of listed)
    if (each.runbook === "Start with these")
      each.runbook = scenarios.find(({ name }) => name === each.name)?.runbook ?? "";
  const inOrder = (all: typeof listed): string[] => all.map((each) => `${each.runbook} ${each.name}`).sort();
  expect(inOrder(listed)).toEqual(inOrder(scenarios));
  expect(listed).toContainEqual({ runbook: "recover-deleted-service", name: "happy-last-era" });
  expect(listed).toContainEqual({ runbook: "salvage-docker-volumes", name: "salvage-docker-volumes" });
});

it("shows six to begin with, and says how to see all", async () => {
  const { stdout } = await place.run(["rehearse", "--list"]);
  const names = [...stdout.matchAll(/^ {2}([a-z0-9-]+) {2}\S/gmu)].map(([, name]) => name);
  expect(names).toEqual(START_WITH.map(({ name }) => name));
  expect(stdout.trimEnd().split("\n").at(-1)).toBe(
    `dingo-recover rehearse --list --all shows all ${SCENARIOS.length}.`,
  );
});

it("leads from a file to the way to try a runbook of one's own", async () => {
  const { code, stderr } = await place.run(["rehearse", "./before we begin.yml"]);
  expect(code).toBe(2);
  const said = stderr.replaceAll(/\s+/gu, " ");
  expect(said).toContain("A rehearsal plays shipped scenarios alone.");
  expect(said).toContain("dingo-recover run './before we begin.yml' --dry-run tries a runbook of yours");
});
