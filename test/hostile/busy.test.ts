/** Texts of strangers that want to keep a reader busy: it comes to its end before the runner's patience does. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { discreetText } from "../../src/config/settings/secret.ts";
import { namedFiles } from "../../src/config/trust/named-files.ts";
import { partOf } from "../../src/discovery/lines/part-of-answer.ts";
import { serviceFacts } from "../../src/docker/audit/compose-facts.ts";
import { shippedFor } from "../../src/docker/compose/shipped.ts";
import { etcdUrl } from "../../src/kit/commands/host-commands.ts";
import { Findings } from "../../src/kit/yaml/findings.ts";
import { readYaml } from "../../src/kit/yaml/read.ts";
import { testDirectory } from "../directory.ts";

const SIZE = 1_000_000;
const long = (piece: string): string => piece.repeat(SIZE / piece.length);

it.each([
  ["blanks behind an import", `from${long(" ")}x`],
  ["imports within comments", long("//from\n")],
])("looks through an own action for what it imports, with %s", (_what, text) => {
  const module = join(testDirectory(), "own.js");
  writeFileSync(module, text);
  const { modules } = namedFiles({ path: join(module, "..", "c.yml"), text: "actions: [own.js]\n" });
  expect(modules).toEqual([module]);
});

it("sees an import behind blanks, comments and a bracket", () => {
  const folder = testDirectory();
  writeFileSync(join(folder, "own.js"), 'import /* ours */ ("./one.js");\n');
  writeFileSync(join(folder, "one.js"), "");
  const { modules } = namedFiles({ path: join(folder, "c.yml"), text: "actions: [own.js]\n" });
  expect(modules).toContain(join(folder, "one.js"));
});

it.each([
  ["one value many times", `a: &a 1\nb:\n${"- *a\n".repeat(60_000)}`, "the document holds too many values"],
  [
    "many values twice",
    `b:\n${Array.from({ length: 10_000 }, (_, at) => `- &a${at} x\n- *a${at}\n`).join("")}`,
    undefined,
  ],
])("reads a document that names %s", (_what, text, message) => {
  const findings = new Findings("c.yml", text);
  readYaml(findings);
  expect(findings.list()[0]?.message).toBe(message);
});

it("looks for secrets in the lines of a configuration", () => {
  const line = `${long("password")}!`;
  expect(discreetText(line)).toBe(line);
  expect(discreetText(`${line}s3_password_of_ours: x`)).not.toContain("of_ours");
});

it("looks for the fields by which an answer calls itself a part", () => {
  expect(partOf({ [long("limit")]: true })).toBeUndefined();
  expect(partOf({ limitReached: true })).toBe("limitReached: true");
});

it("looks for a volume that the author of a Compose file left as a remark", () => {
  const file = `services:\n  db:\n    image: x\n    # - ./data${long(" ")}x\n`;
  expect(shippedFor(file, "db", "/data")).toBeUndefined();
});

it("looks for the lines of each service in a Compose file of many", () => {
  const names = Array.from({ length: 10_000 }, (_, at) => `s${at}`);
  const text = `services:\n${names.map((name) => `  ${name}: {image: x}\n`).join("")}`;
  const empty = { image: "x", environment: {}, mounts: [], takesMounts: false, rest: {} };
  const services = names.map((name) => ({ name, ...empty }));
  const facts = serviceFacts({ services, rest: {} }, { texts: [{ path: "compose.yml", text }], unset: [] });
  expect(facts.at(-1)?.at).toBe("compose.yml:10001");
});

it("reads the address of etcd that a container names", () => {
  expect(etcdUrl(`http://etcd:4001${long("/")}x`, "/key")).toMatch(/\/x\/v2\/keys\/key$/u);
  expect(etcdUrl("http://etcd:4001///", "/key")).toBe("http://etcd:4001/v2/keys/key");
});
