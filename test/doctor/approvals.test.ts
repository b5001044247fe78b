/** `doctor` on `approvals:`, with the keys of a real ssh-keygen. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SshKeygen } from "../../src/adapters/openssh/ssh-keygen.js";
import { allowedSigners } from "../../src/doctor/allowed-signers.js";
import { type Approvals, examineApprovals } from "../../src/doctor/approvals.js";
import { othersMayReplace } from "../../src/trust/ownership.js";

let home: string;
const at = (name: string): string => join(home, name);
const publicKey = (name: string): string =>
  readFileSync(at(`${name}.pub`), "utf8")
    .split(" ")
    .slice(0, 2)
    .join(" ");

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "doctor-approvals-"));
  for (const name of ["ann", "bob"]) await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(name)]);
});
afterAll(() => {
  rmSync(home, { recursive: true });
});

const examine = async (approvals: Approvals, path = process.env["PATH"] ?? ""): Promise<readonly string[]> => {
  const signatures = new SshKeygen({ env: process.env });
  const checks = await examineApprovals({ approvals, signatures, othersMayReplace, path });
  return checks.map(({ id, state, text }) => `${id} ${state} ${text}`);
};

const file = (name: string, ...lines: readonly string[]): string => {
  writeFileSync(at(name), `${lines.join("\n")}\n`, { mode: 0o600 });
  return at(name);
};

describe("doctor on approvals", () => {
  it("says who is known, and as whom the own key is", async () => {
    const signers = file("both", "# us", `ann@acme ${publicKey("ann")}`, `bob@acme,rob ${publicKey("bob")} his`);
    expect(await examine({ allowedSigners: signers, key: at("ann.pub"), needsTwo: ["destroy"] })).toEqual([
      `approvals.signers ok "${signers}" knows 2 persons: ann@acme, bob@acme, rob`,
      expect.stringMatching(/^approvals\.key ok the key ".*ann\.pub" is SHA256:\S+, known as ann@acme$/u),
    ]);
  });

  it("fails where nobody else could sign, and where anybody could add himself", async () => {
    const alone = file("alone", `ann@acme ${publicKey("ann")}`);
    const [signers, key] = await examine({ allowedSigners: alone, key: at("bob"), needsTwo: ["destroy"] });
    expect(signers).toContain("approvals.signers failed");
    expect(signers).toContain("knows 1 person: ann@acme, and destroy steps want 2");
    expect(key).toContain("approvals.key note");
    expect(await examine({ allowedSigners: alone })).toEqual([expect.stringContaining("approvals.signers ok")]);
    chmodSync(alone, 0o666);
    expect(await examine({ allowedSigners: alone })).toEqual([expect.stringContaining("can be written by others")]);
    expect(await examine({ allowedSigners: at("none") })).toEqual([expect.stringContaining("cannot be read")]);
  });

  it("fails without the program, and with a key that cannot be read, and takes neither for the other", async () => {
    expect(await examine({ key: at("ann") }, "/nowhere")).toEqual([
      expect.stringContaining("approvals.program failed"),
    ]);
    expect(await examine({ key: at("none") })).toEqual([expect.stringContaining("approvals.key failed")]);
  });
});

it("a line counts only for this tool's namespace, and a pattern is nobody's name", () => {
  const key = publicKey("ann");
  const names = (line: string): readonly string[] => allowedSigners(line).flatMap((each) => each.names);
  expect(names(`ann namespaces="git" ${key}`)).toEqual([]);
  expect(names(`ann namespaces="git,dingo-*",valid-after="20260101" ${key}`)).toEqual(["ann"]);
  expect(names(`*@acme,ann ${key}`)).toEqual(["ann"]);
  expect(names(`"ann b" ${key}`)).toEqual(["ann b"]);
  expect(names("ann")).toEqual([]);
  expect(allowedSigners(`*@acme cert-authority ${key}`)).toMatchObject([{ names: [], isAuthority: true }]);
});
