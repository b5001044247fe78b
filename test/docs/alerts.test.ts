/** The page on alerts: each of its lines does its work, by the real shell, the real curl and the built program. */
import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Place } from "../cli/program.ts";
import { TOOL } from "../tool.ts";

const PAGE = readFileSync("docs/alerts.md", "utf8");
const UNITS = "docs/test-backup";
const EXAMPLE = "docs/own-runbook";
const HOOK = "https://alerts.example.org/hook";

const blocksOf = (language: string): readonly string[] =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gmu"))].map(([, text = ""]) => text);
const [TEXT = "", JSON_LINE = "", STAMP = "", LOOK = "", ...MORE] = blocksOf("sh");

/** Hears the posts to it. */
class Listener {
  readonly heard: string[] = [];
  readonly #server: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece: Buffer) => (body += piece.toString()));
    request.on("end", () => {
      this.heard.push(body);
      response.writeHead(204).end();
    });
  });

  async open(): Promise<string> {
    await new Promise<void>((listening) => this.#server.listen(0, "127.0.0.1", listening));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  async close(): Promise<void> {
    await new Promise((closed) => this.#server.close(closed));
  }
}

let place: Place;
let listener: Listener;
let hook: string;
beforeEach(async () => {
  place = new Place();
  for (const name of readdirSync(EXAMPLE)) copyFileSync(join(EXAMPLE, name), join(place.directory, name));
  place.trust();
  mkdirSync(join(place.directory, "bin"));
  const program = `#!/bin/sh\nexec '${process.execPath}' '${TOOL}' "$@"\n`;
  writeFileSync(join(place.directory, "bin", "dingo-recover"), program, { mode: 0o755 });
  listener = new Listener();
  hook = await listener.open();
});
afterEach(async () => {
  await listener.close();
  place.remove();
});

const here = (name: string): string => join(place.directory, name);

/** As the page has it, but for the places of this test. */
async function type(block: string, change: (text: string) => string = (text) => text): Promise<number> {
  const text = change(block).replaceAll(HOOK, hook).replaceAll("/var/lib/dingo-recover", place.directory);
  const env = { ...place.env, PATH: `${here("bin")}:${place.env["PATH"] ?? ""}` };
  const ended = promisify(execFile)("sh", ["-c", text], { cwd: place.directory, env });
  return ended.then(
    () => 0,
    (thrown: unknown) => Number((thrown as { readonly code?: unknown }).code),
  );
}

/** The same line, with a runbook that ends with 0 here. */
const good = (text: string): string =>
  text.replace("test-backup", "./before-we-begin.yml").replace("envdir=/etc/wal-e", "team=data");

/** The same line, with settings that are not there. */
const bad = (text: string): string => text.replace("/etc/wal-e", here("nowhere"));

describe("the page on alerts", () => {
  it("has these lines and no others", () => {
    expect([TEXT, JSON_LINE, STAMP, LOOK].every((block) => block !== "")).toBe(true);
    expect(MORE).toEqual([]);
  });

  it("posts the exit code and what was said, if a run does not end with 0", async () => {
    expect(await type(TEXT, good)).toBe(0);
    expect(listener.heard).toEqual([]);
    expect(await type(TEXT, bad)).toBe(0);
    expect(listener.heard).toEqual([expect.stringMatching(/^exit code 10: [^]*nowhere/u)]);
  });

  it("posts the last line of --json, also of a call that was refused", async () => {
    expect(await type(JSON_LINE, good)).toBe(0);
    expect(listener.heard).toEqual([]);
    expect(await type(JSON_LINE, bad)).toBe(0);
    expect(await type(JSON_LINE, (text) => text.replace("envdir", "no_such_input"))).toBe(0);
    expect(listener.heard.map((text) => JSON.parse(text) as unknown)).toEqual([
      expect.objectContaining({ exitCode: 10 }),
      expect.objectContaining({ exitCode: 2 }),
    ]);
  });

  it("stamps what ended with 0 alone, and tells of a stamp that is old or not there", async () => {
    expect(await type(STAMP, bad)).toBe(0);
    expect(existsSync(here("last-good"))).toBe(false);
    expect(await type(LOOK)).toBe(0);
    expect(listener.heard).toEqual(["no good backup for 36 hours"]);
    expect(await type(STAMP, good)).toBe(0);
    expect(await type(LOOK)).toBe(0);
    expect(listener.heard).toHaveLength(1);
    const before = new Date(Date.now() - 37 * 3_600_000);
    utimesSync(here("last-good"), before, before);
    expect(await type(LOOK)).toBe(0);
    expect(listener.heard).toHaveLength(2);
  });
});

describe("the unit for what failed", () => {
  const unit = readFileSync(join(UNITS, "dingo-recover-failed@.service"), "utf8");

  it("stands on the page as it is in the package, and the test of a backup names it", () => {
    expect(blocksOf("ini")).toEqual([unit]);
    const test = readFileSync(join(UNITS, "dingo-recover-test-backup.service"), "utf8");
    expect(test).toMatch(/^OnFailure=dingo-recover-failed@%n\.service$/mu);
  });

  it("posts which unit failed and where", async () => {
    const [, line = ""] = /^ExecStart=(.+)$/mu.exec(unit) ?? [];
    expect(await type(line, (text) => text.replace("%i", "nightly.service").replace("%H", "db-1"))).toBe(0);
    expect(listener.heard).toEqual(["nightly.service failed on db-1"]);
  });
});
