/** A hand-over that is signed: the file says nothing of its maker that its signature does not say. */
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../src/errors.js";
import { makeSshKey, publicKeyOf } from "../adapters/openssh/keys.js";
import { ARCHIVE, CONFIGURED, type Ended, Place } from "./program.js";

const place = new Place();
afterAll(() => place.remove());

const here = { ...CONFIGURED, PATH: `${dirname(process.execPath)}:/usr/bin:/bin` };
const there = { ...here, DINGO_RECOVER_STATE: join(place.directory, "there") };
const file = join(place.directory, "run.json");
const signers = join(place.directory, "signers");
const config = join(place.directory, "c.yml");
let run: string;
let ann: string;

const oneLine = ({ stderr }: Ended): string => stderr.replace(/\s+/gu, " ");
const taken = (path = file): Promise<Ended> =>
  place.run(["handover", "import", path, "--non-interactive", "--config", config], there);
/** Who is known: nobody where there is no line. */
const know = (...lines: readonly string[]): void => writeFileSync(signers, lines.map((line) => `${line}\n`).join(""));

beforeAll(async () => {
  ann = await makeSshKey(place.directory, "ann");
  writeFileSync(config, "approvals: {allowed_signers: signers}\n");
  know(`ann@example.com ${publicKeyOf(ann)}`);
  const inputs = ["--input", "service=db", "--input", "org=o", "--input", "space=s", ...ARCHIVE];
  await place.run(["run", "--json", ...inputs], here);
  [run = ""] = readdirSync(join(place.state, "runs"));
});

describe("a signed hand-over", () => {
  it("is not begun with a key that is none", async () => {
    const words = ["handover", "export", run, "-o", file, "--sign-with", config];
    const { code, stderr } = await place.run(words, here);
    expect(code, stderr).toBe(EXIT.unreachable);
    expect(stderr).toContain("key-unusable");
    expect((await place.run(["runs", "--json"])).stdout).not.toContain("handed-over");
    expect(existsSync(file)).toBe(false);
  });

  it("has its signature beside it, as ssh-keygen writes one", async () => {
    const { code, stdout } = await place.run(
      ["handover", "export", run, "-o", file, "--sign-with", ann, "--json"],
      here,
    );
    expect(code).toBe(EXIT.done);
    expect(JSON.parse(stdout)).toMatchObject({ run, signature: `${file}.sig` });
    expect(readFileSync(`${file}.sig`, "utf8")).toContain("BEGIN SSH SIGNATURE");
  });

  it("names who signed it, and is asked about all the same", async () => {
    const ended = await taken();
    expect(ended.code).toBe(EXIT.invalid);
    expect(oneLine(ended)).toContain(`it is signed by "ann@example.com", as ${signers} knows them`);
    expect(oneLine(ended)).toContain("--accept");
  });

  it("is signed by somebody, where nobody knows the key", async () => {
    know();
    expect(oneLine(await taken())).toContain(`it is signed by somebody whom ${signers} does not know`);
    writeFileSync(config, "{}\n");
    expect(oneLine(await taken())).toContain("nobody here can say by whom");
    writeFileSync(config, "approvals: {allowed_signers: signers}\n");
    know(`ann@example.com ${publicKeyOf(ann)}`);
  });

  it("is refused where the signature is over something else", async () => {
    const forged = join(place.directory, "forged.json");
    writeFileSync(forged, readFileSync(file, "utf8").replace('"operator": "', '"operator": "x'));
    copyFileSync(`${file}.sig`, `${forged}.sig`);
    const ended = await taken(forged);
    expect(ended.code).toBe(EXIT.refused);
    expect(oneLine(ended)).toContain("does not fit it");
    expect(existsSync(join(place.directory, "there", "runs"))).toBe(false);
  });

  it("is called unsigned without one", async () => {
    const bare = join(place.directory, "bare.json");
    copyFileSync(file, bare);
    expect(oneLine(await taken(bare))).toContain("it is not signed");
  });
});
