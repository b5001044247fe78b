/** The real bosh CLI against the director stand-in: our adapter may rely on every answer that it takes. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runProgram } from "../../../../src/kit/spawn/spawn.ts";
import { CELL, CLIENT, DEPLOYMENT, DirectorWorld } from "../../../contract/director-world.ts";
import { builtProgram } from "../../../rig/cache.ts";

interface Tables {
  readonly Tables: readonly { readonly Rows: readonly Readonly<Record<string, string>>[] }[] | null;
  readonly Lines: readonly string[];
}

describe.each(["uaa", "basic"] as const)("the director stand-in before the real bosh CLI, %s", (auth) => {
  const world = new DirectorWorld({ auth, identity: "uuid" });
  const home = mkdtempSync(join(tmpdir(), "bosh-real-"));

  const bosh = async (...args: readonly string[]): Promise<{ readonly code: number; readonly answer: Tables }> => {
    const { code, stdout } = await runProgram({
      program: builtProgram("bosh"),
      args: [...args, "--json"],
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: home,
        BOSH_ENVIRONMENT: world.server.url,
        BOSH_CA_CERT: join(home, "ca.pem"),
        BOSH_CLIENT: CLIENT.id,
        BOSH_CLIENT_SECRET: CLIENT.secret,
        BOSH_NON_INTERACTIVE: "true",
      },
    });
    return { code, answer: JSON.parse(stdout) as Tables };
  };
  const rows = (answer: Tables): readonly Readonly<Record<string, string>>[] => answer.Tables?.[0]?.Rows ?? [];

  beforeAll(async () => {
    await world.start();
    writeFileSync(join(home, "ca.pem"), world.tls.cert);
  });
  beforeEach(() => world.reset());
  afterAll(async () => {
    await world.close();
    rmSync(home, { recursive: true, force: true });
  });

  it("lists deployments, instances and locks", async () => {
    expect(rows((await bosh("deployments")).answer).map((row) => row["name"])).toEqual(["cf-1", DEPLOYMENT]);
    const { code, answer } = await bosh("-d", DEPLOYMENT, "instances", "--details");
    expect(code).toBe(0);
    expect(rows(answer)).toHaveLength(3);
    const cell = rows(answer).find((row) => row["ips"] === "127.0.0.11");
    expect(cell).toMatchObject({ index: "0", agent_id: "agent-of-cell-0", process_state: "running" });
    expect(cell?.["instance"]).toBe(`${CELL}/14ddd22e-9a0c-4a58-8ef9-2a7d3ad2d3c0`);
    world.change((state) => ({
      ...state,
      locks: [{ type: "deployment", resource: [DEPLOYMENT], taskId: "7", expiresAt: 1 }],
    }));
    expect(rows((await bosh("locks")).answer)).toMatchObject([{ type: "deployment", task_id: "7" }]);
  });

  it("shows an instance without processes with an empty state, as a real director's answer would be", async () => {
    const { answer } = await bosh("-d", DEPLOYMENT, "instances");
    expect(rows(answer).find((row) => row["ips"] === "127.0.0.46")?.["process_state"]).toBe("");
  });

  it("says of a deployment that it does not exist", async () => {
    const { code, answer } = await bosh("-d", "dingo-2", "instances");
    expect(code).toBe(1);
    expect(answer.Lines.join("\n")).toContain("Deployment 'dingo-2' doesn't exist");
  });

  it("sets up and cleans up an ephemeral user for ssh", async () => {
    // Nothing listens at the cell's port 22: the director's part is over by then.
    await bosh("-d", DEPLOYMENT, "ssh", `${CELL}/0`, "-c", "true", "--results", "--opts=-T");
    expect(world.agent.asked).toEqual(["setup 127.0.0.11", "cleanup 127.0.0.11"]);
    expect(world.agent.users.size).toBe(0);
  });
});
