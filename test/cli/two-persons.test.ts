/** Two persons with real SSH keys approve a run of own actions: the operator's machine, and the colleague's. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SshKeygen } from "../../src/adapters/openssh/ssh-keygen.js";
import { EXIT } from "../../src/errors.js";
import { checkApprovals } from "../../src/journal/approval-check.js";
import { readRequest } from "../../src/journal/approval-request.js";
import type { Entry } from "../../src/journal/entry.js";
import { readJournal } from "../../src/journal/reading.js";
import { makeSshKey, publicKeyOf } from "../adapters/openssh/keys.js";
import { type Ended, Place } from "./program.js";

const ACTIONS = `import { rmSync, existsSync, writeFileSync } from "node:fs";
export const actions = ({ defineAction, z }) => [
  defineAction({
    id: "team.remove",
    title: "Remove a file",
    effect: "destroy",
    input: z.strictObject({ file: z.string() }),
    output: z.strictObject({}),
    describe: ({ file }) => [{ on: "here", line: "rm " + file }],
    guard: async () => undefined,
    run: async (context, { file }) => { await context.beforeEffect(); rmSync(file); return {}; },
    probe: async (_context, { file }) =>
      existsSync(file) ? { state: "not-done", evidence: "it is there" } : { state: "done", output: {}, evidence: "it is gone" },
    verify: async (_context, { file }) => ({ holds: !existsSync(file), evidence: "looked at" }),
  }),
];
`;
const RUNBOOK = `schema: dingo-recover/runbook@1
name: remove
version: "1"
title: Remove a file
target: team/\${{ inputs.file }}
inputs:
  file: { type: string, prompt: Which }
steps:
  - id: remove
    title: Remove it
    action: team.remove
    with: { file: "\${{ inputs.file }}" }
`;

const place = new Place();
afterAll(() => place.remove());
const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` };
const colleague = { ...env, DINGO_RECOVER_STATE: join(place.directory, "colleague") };
const theirs = join(place.directory, "colleague.yml");
const signers = join(place.directory, "signers");
const keys: Record<"ann" | "annLaptop" | "ben" | "eve", string> = { ann: "", annLaptop: "", ben: "", eve: "" };

const words = ({ stdout, stderr }: Ended): string => `${stdout} ${stderr}`.replace(/\s+/gu, " ");
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const journalOf = (run: string): string => join(place.state, "runs", run, "journal.jsonl");
const entriesOf = (run: string): readonly Entry[] => readJournal(readFileSync(journalOf(run)), "journal").entries;

interface Begun {
  readonly run: string;
  readonly file: string;
  /** Of the request. */
  readonly request: string;
  readonly ended: Ended;
}

const requestsNow = (): readonly string[] => {
  const directory = join(place.state, "requests");
  return existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith(".json")) : [];
};
const runsNow = (): readonly string[] =>
  existsSync(join(place.state, "runs")) ? readdirSync(join(place.state, "runs")) : [];

async function begin(name: string): Promise<Begun> {
  const file = join(place.directory, name);
  writeFileSync(file, "precious");
  const [runs, requests] = [runsNow(), requestsNow()];
  const call = ["run", "./remove.yml", "--non-interactive", "--input", `file=${file}`, "--confirm", `team/${file}`];
  const ended = await place.run(call, env);
  const run = runsNow().find((each) => !runs.includes(each)) ?? "";
  const request = requestsNow().find((each) => !requests.includes(each)) ?? "";
  return { run, file, request: join(place.state, "requests", request), ended };
}

const goOn = ({ run, file }: Begun, approval: string): Promise<Ended> =>
  place.run(["resume", run, "--non-interactive", "--confirm", `team/${file}`, "--approval", approval], env);

const approve = (request: string, key: string, more: readonly string[] = []): Promise<Ended> =>
  place.run(["approve", request, "--config", theirs, "--sign-with", key, ...more], colleague);

/** Signs by hand what the tool would refuse to sign. */
async function signedBy(key: string, text: string, name: string): Promise<string> {
  const file = join(place.directory, `${name}.sig`);
  writeFileSync(file, await new SshKeygen({ env: { ...env, HOME: place.directory } }).sign(text, key));
  return file;
}

beforeAll(async () => {
  for (const name of ["ann", "annLaptop", "ben", "eve"] as const) keys[name] = await makeSshKey(place.directory, name);
  const known = [
    `ann@example.com ${publicKeyOf(keys.ann)}`,
    `ann@example.com ${publicKeyOf(keys.annLaptop)}`,
    `ben@example.com ${publicKeyOf(keys.ben)}`,
  ];
  writeFileSync(signers, known.map((line) => `${line}\n`).join(""));
  writeFileSync(join(place.directory, "actions.mjs"), ACTIONS);
  writeFileSync(join(place.directory, "remove.yml"), RUNBOOK);
  writeFileSync(theirs, "approvals: {allowed_signers: signers}\n");
  mkdirSync(join(place.directory, "colleague"), { mode: 0o700 });
  place.configure(
    `actions: [actions.mjs]\napprovals: {needed: 2, for: [destroy], allowed_signers: signers, key: ${keys.ann}.pub}\n`,
  );
});

describe("two persons", () => {
  let begun: Begun;
  let signature: string;

  it("are asked for: the run stops before anything is done, and says what the other one types", async () => {
    begun = await begin("one");
    expect(begun.ended.code, begun.ended.stderr).toBe(EXIT.stopped);
    expect(words(begun.ended)).toContain("dingo-recover approve");
    expect(words(begun.ended)).toContain("--approval FILE");
    expect(existsSync(begun.file)).toBe(true);
    expect(entriesOf(begun.run).some(({ type }) => type === "approved" || type === "step-started")).toBe(false);
  });

  it("show the other one all of it, and sign nothing where nobody says so", async () => {
    const shown = await approve(begun.request, keys.ben);
    expect(shown.code).toBe(EXIT.stopped);
    for (const said of [begun.run, `team/${begun.file}`, `rm ${begun.file}`, "--accept"])
      expect(words(shown)).toContain(said);
    expect(existsSync(`${begun.request}.sig`)).toBe(false);
    const other = await approve(begun.request, keys.ben, ["--accept", "0".repeat(64)]);
    expect([other.code, existsSync(`${begun.request}.sig`)]).toEqual([EXIT.refused, false]);
  });

  it("sign by their own key, into a file and a line", async () => {
    const text = readFileSync(begun.request, "utf8");
    const signed = await approve(begun.request, keys.ben, ["--accept", sha256(text), "--json"]);
    expect(signed.code, signed.stderr).toBe(EXIT.done);
    expect(words(signed)).toContain('signed as "ben@example.com"');
    signature = (JSON.parse(signed.stdout) as { readonly line: string }).line;
    expect(readFileSync(`${begun.request}.sig`, "utf8")).toContain("BEGIN SSH SIGNATURE");
  });

  it("are refused as one: the operator by either key, and somebody whom nobody knows", async () => {
    const text = readFileSync(begun.request, "utf8");
    const same = await approve(begun.request, keys.ann, ["--accept", sha256(text), "-o", join(place.directory, "x")]);
    expect([same.code, words(same)]).toEqual([EXIT.refused, expect.stringContaining("one person is not two")]);
    for (const [key, said] of [
      [keys.ann, '"ann@example.com" has signed request'],
      [keys.annLaptop, "one person is not two"],
      [keys.eve, "does not know has signed request"],
    ] as const) {
      const refused = await goOn(begun, await signedBy(key, text, "wrong"));
      expect(refused.code, refused.stderr).toBe(EXIT.refused);
      expect(words(refused)).toContain(said);
    }
    expect(existsSync(begun.file)).toBe(true);
  });

  it("are refused for another text, and for what is no signature", async () => {
    const text = readFileSync(begun.request, "utf8");
    const other = await goOn(begun, await signedBy(keys.ben, text.replace("team/", "team//"), "other"));
    expect([other.code, words(other)]).toEqual([EXIT.refused, expect.stringContaining("it is over something else")]);
    const none = await goOn(begun, begun.request);
    expect([none.code, words(none)]).toEqual([EXIT.usage, expect.stringContaining("is no signature")]);
  });

  it("let it be done, by what was pasted", async () => {
    const done = await goOn(begun, signature);
    expect(done.code, done.stderr).toBe(EXIT.done);
    expect(existsSync(begun.file)).toBe(false);
    const types = entriesOf(begun.run).map(({ type }) => type);
    expect(types.indexOf("approved")).toBeLessThan(types.indexOf("step-started"));
  });

  it("are refused again for another run", async () => {
    const later = await begin("two");
    const replayed = await goOn(later, signature);
    expect([replayed.code, words(replayed)]).toEqual([
      EXIT.refused,
      expect.stringContaining("it is over something else"),
    ]);
    expect(existsSync(later.file)).toBe(true);
  });

  it("stand in the report, and are shown again by journal verify", async () => {
    expect(words(await place.run(["report", begun.run], env))).toContain(
      "signed as ann@example.com; and by ben@example.com",
    );
    const verified = await place.run(["journal", "verify", begun.run, "--json"], env);
    expect(verified.code, verified.stderr).toBe(EXIT.done);
    expect(JSON.parse(verified.stdout)).toMatchObject({
      approvals: [{ state: "holds", steps: ["remove"], operator: ["ann@example.com"], other: ["ben@example.com"] }],
    });
  });

  it("do not hold where the one who looks does not know them", async () => {
    writeFileSync(signers, `ann@example.com ${publicKeyOf(keys.ann)}\n`);
    place.trust();
    const verified = await place.run(["journal", "verify", begun.run], env);
    expect([verified.code, words(verified)]).toEqual([
      EXIT.refused,
      expect.stringContaining("nobody here knows the key of the other person"),
    ]);
    writeFileSync(
      signers,
      `ann@example.com ${publicKeyOf(keys.ann)}\nann@example.com ${publicKeyOf(keys.annLaptop)}\nben@example.com ${publicKeyOf(keys.ben)}\n`,
    );
    place.trust();
  });

  describe("in a journal that was written anew", () => {
    type Change = (entries: readonly Entry[], request: string) => Promise<readonly Entry[]> | readonly Entry[];
    const approvedWith =
      (more: (entry: Extract<Entry, { type: "approved" }>) => Partial<Extract<Entry, { type: "approved" }>>): Change =>
      (entries) =>
        entries.map((entry) => (entry.type === "approved" ? { ...entry, ...more(entry) } : entry));

    it.each<readonly [string, Change]>([
      ["its request was not asked for", (entries) => entries.filter(({ type }) => type !== "asked")],
      [
        "its request was used before",
        (entries) =>
          entries.flatMap((entry): readonly Entry[] => (entry.type === "approved" ? [entry, entry] : [entry])),
      ],
      ["another review, or other steps", approvedWith(() => ({ steps: ["all"] }))],
      ["another review, or other steps", approvedWith(() => ({ shownSha256: "0".repeat(64) }))],
      ["about another run", (entries) => entries.map((entry) => ({ ...entry, run: "20261121-020000-aaaa" }))],
      ["outside the time of its request", approvedWith(() => ({ time: "2036-01-01T00:00:00.000Z" }))],
      [
        "the signature of the other person does not fit",
        async (entries) => {
          const made = readFileSync(await signedBy(keys.ben, "another text", "made"), "utf8");
          return approvedWith(({ second }) =>
            second === undefined ? {} : { second: { ...second, other: { ...second.other, signature: made } } },
          )(entries, "");
        },
      ],
      [
        "both signatures are of one person",
        async (entries, request) => {
          const made = readFileSync(await signedBy(keys.annLaptop, request, "made"), "utf8");
          return approvedWith(({ second }) =>
            second === undefined ? {} : { second: { ...second, other: { ...second.other, signature: made } } },
          )(entries, request);
        },
      ],
    ])("are found out: %s", async (said, change) => {
      const request = readFileSync(begun.request, "utf8");
      const entries = await change(entriesOf(begun.run), request);
      const ssh = new SshKeygen({ env: { ...env, HOME: place.directory } });
      const found = await checkApprovals(entries, {
        recall: () => request,
        signer: (text, given, at) => ssh.signer(text, given, { allowedSigners: signers, at }),
        knowsPeople: true,
        needsTwo: ["destroy"],
      });
      expect(found.find(({ state }) => state === "broken")?.why).toContain(said);
    });

    it("are missed where a step that needs them began with one", async () => {
      const entries = entriesOf(begun.run).map((entry) => {
        if (entry.type !== "approved") return entry;
        const { second: _, ...alone } = entry;
        return alone;
      });
      const found = await checkApprovals(entries, {
        recall: () => "",
        signer: () => Promise.resolve({ kind: "unfit" }),
        knowsPeople: true,
        needsTwo: ["destroy"],
      });
      expect(found).toMatchObject([{ state: "alone", steps: ["remove"], why: "one person alone has approved it" }]);
    });
  });
});

describe("a request", () => {
  const written = (name: string, change: (request: ReturnType<typeof readRequest>) => object): string => {
    const [first = ""] = requestsNow();
    const request = readRequest(readFileSync(join(place.state, "requests", first), "utf8"), "request");
    const file = join(place.directory, name);
    writeFileSync(file, JSON.stringify(change(request)));
    return file;
  };
  const asked = async (file: string): Promise<Ended> =>
    await approve(file, keys.ben, ["--accept", sha256(readFileSync(file, "utf8"))]);

  it.each<readonly [string, number, string, (request: object) => object]>([
    [
      "that has expired",
      EXIT.refused,
      "expired at 2026-",
      (all) => ({ ...all, expiresAt: "2026-11-21T00:00:00.000Z" }),
    ],
    [
      "that shows another review than its hash says",
      EXIT.refused,
      "shows another review",
      (all) => ({ ...all, review: [{ label: "harm", value: "none" }] }),
    ],
    ["with more in it than is shown", EXIT.usage, "is no request", (all) => ({ ...all, also: "delete everything" })],
    ["of something else", EXIT.usage, "is no request", () => ({ schema: "dingo-recover/handover@1" })],
  ])("%s is not signed", async (_which, code, said, change) => {
    const file = written("changed.json", change);
    const ended = await asked(file);
    expect([ended.code, words(ended)]).toEqual([code, expect.stringContaining(said)]);
    expect(existsSync(`${file}.sig`)).toBe(false);
  });

  it("lets no word of it reach the terminal as anything but text", async () => {
    const bad = "\u001b[2J\u009b31m\u202e\nline: all is well";
    const file = written("hostile.json", (all) => ({
      ...all,
      target: bad,
      runbook: bad,
      steps: [bad],
      details: [bad],
      operator: { name: bad, host: bad, key: bad },
    }));
    const { code, stderr } = await approve(file, keys.ben);
    expect(code, stderr).toBe(EXIT.stopped);
    expect(stderr).toContain("\\u001b[2J");
    expect(stderr).not.toMatch(/^line: all is well/mu);

    expect(stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/u);
  });

  it("is written by nobody where the operator names no key", async () => {
    place.configure("actions: [actions.mjs]\napprovals: {needed: 2, allowed_signers: signers}\n");
    const { ended, file } = await begin("three");
    expect([ended.code, words(ended)]).toEqual([EXIT.invalid, expect.stringContaining("which key is yours")]);
    expect(existsSync(file)).toBe(true);
  });
});
