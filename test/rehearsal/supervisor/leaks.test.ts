import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { firstState } from "../../../src/rehearsal/supervisor/first-state.ts";
import { leakComplaints, secretsOf } from "../../../src/rehearsal/supervisor/leaks.ts";
import { formsOf } from "../../../src/rehearsal/supervisor/secret-forms.ts";
import { happy } from "../rehearsals.ts";

let stateDirectory: string;
beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), "leaks-"));
});
afterEach(() => rmSync(stateDirectory, { recursive: true, force: true }));

describe("what a rehearsed run leaves behind", () => {
  const state = firstState(happy(), happy().open({ seed: 1, now: Date.now() }));

  it("is searched for every secret of the box, in every file of the run", () => {
    const secrets = [...secretsOf(state)];
    expect(secrets.length).toBeGreaterThan(4);
    mkdirSync(join(stateDirectory, "runs", "r", "evidence"), { recursive: true });
    for (const [index, [, secret]] of secrets.entries())
      writeFileSync(join(stateDirectory, "runs", "r", "evidence", `${index}`), `{"text":"before ${secret} after"}`);
    const complaints = leakComplaints(state, { stateDirectory, run: "r" });
    for (const [name] of secrets)
      expect(complaints.some((complaint) => complaint.includes(`${name} stands in evidence/`))).toBe(true);
  });

  it("is searched for the forms that programs give a secret", () => {
    const [name = "", secret = ""] = [...secretsOf(state)][0] ?? [];
    const user = Buffer.from(`ops:${secret}`).toString("base64");
    mkdirSync(join(stateDirectory, "runs", "r"), { recursive: true });
    writeFileSync(join(stateDirectory, "runs", "r", "events.jsonl"), `{"text":"Authorization: Basic ${user}"}\n`);
    expect(leakComplaints(state, { stateDirectory, run: "r" })).toEqual([
      `secret leaked: ${name} stands in events.jsonl`,
    ]);
  });

  it("is no leak if it holds none of them", () => {
    mkdirSync(join(stateDirectory, "runs", "r"), { recursive: true });
    writeFileSync(join(stateDirectory, "runs", "r", "journal.jsonl"), '{"password":"<masked>"}\n');
    expect(leakComplaints(state, { stateDirectory, run: "r" })).toEqual([]);
    expect(leakComplaints(state, { stateDirectory, run: undefined })).toEqual([]);
  });
});

describe("the forms of a secret", () => {
  const SECRET = 'p@ss "w/ö\trd<&>';
  const bytes = (text: string): string => Buffer.from(text).toString("latin1");
  const isFound = (text: string): boolean => formsOf(SECRET).some((form) => bytes(text).includes(form));

  it.each([
    ["as it is", `psql: ${SECRET}.`],
    ["in a URL", `https://user:${encodeURIComponent(SECRET)}@host/`],
    ["in a URL, in small letters", encodeURIComponent(SECRET).replace(/%../g, (code) => code.toLowerCase())],
    ["in a form", new URLSearchParams({ password: SECRET }).toString()],
    ["in JSON", JSON.stringify({ password: SECRET })],
    ["in JSON within JSON", JSON.stringify({ body: JSON.stringify({ password: SECRET }) })],
    ["in JSON as Go writes it", JSON.stringify(SECRET).replace(/[<>&ö]/g, unicode)],
    [
      "in JSON of ASCII with its slashes escaped",
      JSON.stringify(SECRET)
        .replace(/[<>&ö]/g, unicode)
        .replace("/", "\\/"),
    ],
    ["in base64", Buffer.from(SECRET).toString("base64")],
    ["in base64 after one byte", Buffer.from(`:${SECRET}`).toString("base64")],
    ["in base64 between other bytes", Buffer.from(`u:${SECRET}!`).toString("base64")],
    ["in base64 for URLs", Buffer.from(SECRET).toString("base64url")],
    ["in hexadecimal", Buffer.from(SECRET).toString("hex")],
  ])("are found %s", (_where, text) => {
    expect(isFound(text)).toBe(true);
  });

  it("are not found in what is something else", () => {
    expect(isFound('p@ss "w/o third <&>, cEBzcyAidy8, 7040737320')).toBe(false);
  });

  function unicode(sign: string): string {
    return `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  }
});
