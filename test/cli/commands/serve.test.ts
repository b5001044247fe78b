import { readdirSync, readFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { StateDirectory } from "../../../src/engine/journal/state-directory.ts";
import { EXIT } from "../../../src/errors.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { STARTED, step } from "../../report/journals.ts";
import { freePort } from "../../rig/server.ts";
import { Place, type Started } from "../program.ts";

const place = new Place();
afterAll(() => place.remove());

const fetched = (address: string): Promise<string> =>
  new Promise((resolve, reject) => {
    get(address, { agent: false }, (response) => {
      let text = "";
      response
        .setEncoding("utf8")
        .on("data", (chunk: string) => {
          text += chunk;
        })
        .once("end", () => resolve(text));
    }).once("error", reject);
  });

/** The next thing that a reader is told that holds the text. */
const told = (address: string, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = get(`${address}changes`, { agent: false }, (response) => {
      response.setEncoding("utf8").on("data", (chunk: string) => {
        if (!chunk.includes(text)) return;
        request.destroy();
        resolve();
      });
    }).once("error", reject);
  });

async function served(words: readonly string[]): Promise<{ started: Started; address: string }> {
  const started = place.start(["serve", ...words, "--json"]);
  let address = "";
  started.child.stdout?.on("data", (chunk: unknown) => {
    address += String(chunk);
  });
  await started.saw("\n");
  return { started, address: (JSON.parse(address) as { address: string }).address };
}

const tokenOf = (address: string): string => new URL(address).pathname.replaceAll("/", "");

const filesBelow = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));

async function stopped({ child, ended }: Started): Promise<void> {
  child.kill("SIGINT");
  expect((await ended).code).toBe(EXIT.done);
}

describe("serve", () => {
  it("shows a run, goes on with it, and has a new address each time", async () => {
    const state = new StateDirectory({ path: place.state, secrets: new Secrets(), now: () => new Date() });
    const { run, journal } = state.create();
    await journal.append({ ...STARTED, runbookText: { ...STARTED.runbookText } });
    // One that the kernel gives to nobody meanwhile.
    const port = String(await freePort("127.0.0.1"));
    const first = await served([run, "--port", port]);
    expect(await fetched(first.address)).toContain("Recovery of a deleted service");
    const heard = told(first.address, "version");
    await heard;
    for (const body of step("find", "discovery.find-deleted-instance", "read", { guid: "g", name: "orders-db" }))
      await journal.append(body);
    await told(first.address, journal.head);
    expect(await fetched(first.address)).toContain("We have found orders-db");
    await stopped(first.started);
    const again = await served([run, "--port", port]);
    expect(new URL(again.address).port).toBe(port);
    expect(again.address).not.toBe(first.address);
    expect(await fetched(first.address)).not.toContain("orders-db");
    expect(await fetched(again.address)).toContain("orders-db");
    expect(filesBelow(place.state).filter((text) => text.includes(tokenOf(again.address)))).toEqual([]);
    await stopped(again.started);
    await journal.close();
  });

  it.each(["80", "x", "65536", "1.5"])("takes no port %s", async (port) => {
    const { code, stderr } = await place.run(["serve", "--port", port]);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain("--port");
  });
});
