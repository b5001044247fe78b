import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { armored, oneLine } from "../../src/cli/pasted-signature.js";
import { approvalName, givenApproval, requestName, secondPerson } from "../../src/cli/second-person.js";
import { MemorySharedPlace, SharedMemory } from "../fakes/memory-shared-place.js";

const directory = mkdtempSync(join(tmpdir(), "second-person-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const SIGNATURE = `-----BEGIN SSH SIGNATURE-----
${"U1NIU0lH".repeat(8)}AAAAAA
${"U1NIU0lH".repeat(4)}AA==
-----END SSH SIGNATURE-----
`;
const APPROVALS = {
  needsTwo: ["destroy"],
  allowedSigners: join(directory, "signers"),
  key: join(directory, "key"),
} as const;
const REQUEST = { run: "20261121-020000-aaaa", code: "3f2a-91c-0be", text: "the request\n" };

describe("a signature from hand to hand", () => {
  it("is the same in one line, and with whatever a mail puts around it", () => {
    expect(oneLine(SIGNATURE)).toMatch(/^dingo-approval:[A-Za-z0-9+/=]+$/u);
    expect(armored(oneLine(SIGNATURE))).toBe(SIGNATURE);
    expect(armored(`  Hi,\r\n\r\n${SIGNATURE.replaceAll("\n", "\r\n")}\r\nBen`)).toBe(SIGNATURE);
  });

  it.each(["", "yes", "dingo-approval:", "dingo-approval:$(rm)", "-----BEGIN SSH SIGNATURE-----\n\u001b[2J"])(
    "is none in %j",
    (text) => {
      expect(armored(text)).toBeUndefined();
      expect(() => givenApproval(text)).toThrow("is no signature");
    },
  );
});

describe("the second person", () => {
  it("is nobody where the configuration wants one person", () => {
    expect(secondPerson({ approvals: undefined, directory })).toBeUndefined();
    expect(secondPerson({ approvals: { allowedSigners: "x" }, directory })).toBeUndefined();
  });

  it("finds the request in a file for its owner alone, which is laid out again where it is missing", async () => {
    const requests = join(directory, "requests");
    const person = secondPerson({ approvals: APPROVALS, directory: requests });
    const file = join(requests, "3f2a-91c-0be.json");
    for (const damage of [() => undefined, () => rmSync(file), () => writeFileSync(file, "changed")]) {
      damage();
      expect((await person?.publish(REQUEST))?.join("\n")).toContain(`dingo-recover approve ${file}`);
      expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual([REQUEST.text, 0o600]);
    }
  });

  it("may answer in the lease's place", async () => {
    const shared = new MemorySharedPlace(new SharedMemory());
    const person = secondPerson({ approvals: APPROVALS, directory: join(directory, "requests"), shared });
    expect((await person?.publish(REQUEST))?.join("\n")).toContain("dingo-recover approve 3f2a-91c-0be");
    expect((await shared.read(requestName(REQUEST.code)))?.content).toBe(REQUEST.text);
    expect(await person?.arrived(REQUEST.code)).toEqual([]);
    await shared.write(approvalName(REQUEST.code), SIGNATURE, "any");
    expect(await person?.arrived(REQUEST.code)).toEqual([SIGNATURE]);
  });

  it("is read from a file, a path as it is typed, or the line", async () => {
    const person = secondPerson({ approvals: APPROVALS, directory });
    const file = join(directory, "request.sig");
    writeFileSync(file, SIGNATURE);
    expect(await person?.typed(` ${file} `)).toBe(SIGNATURE);
    expect(await person?.typed(oneLine(SIGNATURE))).toBe(SIGNATURE);
    for (const text of [directory, join(directory, "nothing"), "yes"])
      expect(await person?.typed(text)).toBeUndefined();
  });

  it("is known by nobody where others may write to the file that says who is", async () => {
    const person = secondPerson({ approvals: APPROVALS, directory });
    const judged = (): Promise<unknown> => Promise.resolve(person?.signer("x", SIGNATURE, new Date()));
    await expect(judged()).rejects.toMatchObject({ code: "config-untrusted" });
    writeFileSync(APPROVALS.allowedSigners, "", { mode: 0o666 });
    chmodSync(APPROVALS.allowedSigners, 0o666);
    await expect(judged()).rejects.toMatchObject({ code: "config-untrusted" });
    chmodSync(APPROVALS.allowedSigners, 0o644);
    expect(await judged()).toEqual({ kind: "unfit" });
  });
});
