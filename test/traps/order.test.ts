/** The order of the main runbook is itself a guard (dingo.md §9.5). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { REGISTRY } from "../../src/wiring/registry.ts";
import { loadRunbook } from "../../src/engine/runbook/load.ts";
import type { Step } from "../../src/engine/runbook/runbook.ts";

const FILE = "recover-deleted-service.yml";

function steps(): readonly Step[] {
  const text = readFileSync(join(import.meta.dirname, "../../runbooks", FILE), "utf8");
  const loaded = loadRunbook(text, FILE, REGISTRY);
  if ("diagnostics" in loaded) throw new Error("the runbook has mistakes");
  return loaded.runbook.steps;
}

const order = (): readonly string[] => steps().map(({ action }) => action.id);

describe("the order of the recovery", () => {
  it("verifies, looks for remains and estimates before anything is created", () => {
    const first = order().indexOf("cf.create-space");
    for (const id of ["docker.find-remains", "archive.verify-source", "cf.check-target", "archive.estimate"])
      expect(order().slice(0, first)).toContain(id);
    // A living part of the deleted instance is stopped before its archive is read, by a separate choice and GUID.
    const changing = steps().filter(
      ({ action }) => action.effect !== "read" && action.id !== "docker.stop-old-instance",
    );
    expect(changing.slice(0, 2).map(({ action }) => action.id)).toEqual(["cf.create-space", "cf.create-service"]);
  });

  it("stops, waits for the keys, swaps archive, keys and data, looks once more and only then starts", () => {
    const window = order().slice(order().indexOf("docker.hold-restart"), order().indexOf("docker.start-container") + 1);
    expect(window).toEqual([
      "docker.hold-restart",
      "docker.stop-container",
      "etcd.wait-keys-gone",
      "archive.set-aside",
      "archive.copy",
      "etcd.set-initialize",
      "etcd.remove-optime",
      "docker.set-data-aside",
      "docker.copy-old-database",
      "recovery.check-before-start",
      "docker.start-container",
    ]);
  });

  it("makes its service key beside the wait for the first backup: a broker that cannot bind is found before the stop", () => {
    const before = ["docker.locate-container", "cf.create-service-key", "archive.check-fresh", "docker.stop-container"];
    expect(order().filter((id) => before.includes(id))).toEqual(before);
  });

  it("proves the restore, sets the passwords, logs in, and only then binds", () => {
    const proof = ["recovery.prove-restored", "postgres.set-role-passwords", "postgres.prove-login"];
    const ids = order().filter((id) => [...proof, "cf.bind-app"].includes(id));
    // A clone is proved by the same action, in its own step.
    expect([...new Set(ids)]).toEqual([...proof, "cf.bind-app"]);
  });

  it("compares the copy before the start, never after it: the container prunes WAL seconds after its promotion", () => {
    const all = steps();
    const start = all.find(({ action }) => action.id === "docker.start-container")?.id;
    expect(all.find(({ action }) => action.id === "archive.copy")?.holdsUntil).toBe(start);
    expect(all.find(({ action }) => action.id === "recovery.check-before-start")?.holdsUntil).toBe(start);
  });

  it("hands the source and never the new instance to what finds and reads the old one", () => {
    const withOf = (id: string): string => JSON.stringify(all.find(({ action }) => action.id === id)?.with);
    const all = steps();
    expect(withOf("archive.verify-source")).not.toContain("create");
    for (const id of ["etcd.set-initialize", "etcd.remove-optime", "etcd.wait-keys-gone"]) {
      expect(withOf(id)).toContain("create");
      expect(withOf(id)).not.toContain("discover");
    }
  });

  it("has the former owner's backups waited for and the source compared at the end", () => {
    const end = ["archive.wait-base-backup", "archive.compare-source", "cf.exchange-names", "recovery.summarise"];
    const last = order().filter((id) => end.includes(id));
    expect([...new Set(last)]).toEqual(end);
    expect(order().slice(order().indexOf("archive.wait-base-backup"))).toEqual(last);
  });
});
