import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { EXIT } from "../../../src/errors.ts";
import { printable } from "../../../src/kit/text/printable.ts";
import { ARCHIVE, CONFIGURED, Place } from "../program.ts";

const place = new Place();
afterAll(() => place.remove());

interface BadCall {
  readonly what: string;
  readonly words: readonly string[];
  readonly exit: number;
  readonly code: string;
  readonly says: string;
}

const file = (name: string, text: string): string => {
  const path = join(place.directory, name);
  writeFileSync(path, text);
  return path;
};

const pipe = join(place.directory, "pipe");
execFileSync("mkfifo", [pipe]);

/** The inputs for which the main runbook has no default. */
const NAMED = ["--input", "service=a", "--input", "org=o", "--input", "space=s"];
const brokenConfig = file("broken.yml", "cf: {apy: x}\ns3: {bucket: 5}\nnonsense: true\n");
const CALLS: readonly BadCall[] = [
  { what: "an unknown command", words: ["frobnicate"], exit: 2, code: "usage", says: 'no command "frobnicate"' },
  { what: "a misspelt command", words: ["rehaerse"], exit: 2, code: "usage", says: 'Did you mean "rehearse"?' },
  ...["--dry-run", "--dryrun"].map((option) => ({
    what: `a rehearsal with ${option}`,
    words: ["rehearse", option],
    exit: 2,
    code: "usage",
    says: "a rehearsal changes nothing real, and takes no --dry-run",
  })),
  {
    what: "a doctor for an unknown runbook",
    words: ["doctor", "--runbook", "nothing"],
    exit: 2,
    code: "usage",
    says: 'there is no runbook "nothing"',
  },
  {
    what: "a run out of a pipe that nobody writes to",
    words: ["resume", "--from", pipe],
    exit: 2,
    code: "usage",
    says: "is no directory of a run",
  },
  { what: "an unknown flag", words: ["run", "--frob"], exit: 2, code: "usage", says: 'no option "--frob"' },
  { what: "a misspelt flag", words: ["run", "--dryrun"], exit: 2, code: "usage", says: 'Did you mean "--dry-run"?' },
  { what: "the tool's purpose as a command", words: ["recover"], exit: 2, code: "usage", says: 'Did you mean "run"?' },
  {
    what: "a misspelt value",
    words: ["report", "x", "--format", "mardown"],
    exit: 2,
    code: "usage",
    says: 'Did you mean "markdown"?',
  },
  {
    what: "a misspelt input",
    words: ["run", ...NAMED, "--input", "arround=1h ago"],
    exit: 2,
    code: "input-invalid",
    says: 'Did you mean "around"?',
  },
  {
    what: "a duration without a unit",
    words: ["run", "test-backup", "--input", "max_age=24"],
    exit: 2,
    code: "input-invalid",
    says: "Give it as a number with a unit, such as 40m, 24h or 2d",
  },
  {
    what: "a window around no time",
    words: ["discover", "--logs", "x.log", "--window", "1h"],
    exit: 2,
    code: "usage",
    says: "there is no --around",
  },
  { what: "one word too many", words: ["run", "a", "b"], exit: 2, code: "usage", says: '"b" is one word too many' },
  { what: "an unknown scenario", words: ["rehearse", "happy"], exit: 2, code: "usage", says: "happy-last-era" },
  { what: "an unknown runbook", words: ["run", "nosuch"], exit: 2, code: "usage", says: "recover-deleted-service" },
  {
    what: "a runbook file that is not there",
    words: ["run", "./no.yml"],
    exit: 2,
    code: "usage",
    says: "nothing of that name",
  },
  {
    what: "a flag without its value",
    words: ["run", "--confirm"],
    exit: 2,
    code: "usage",
    says: "--confirm needs a value",
  },
  {
    what: "a flag given twice",
    words: ["run", "--confirm", "a", "--confirm", "b"],
    exit: 2,
    code: "usage",
    says: "--confirm is given more than once",
  },
  { what: "no run named", words: ["report"], exit: 2, code: "usage", says: "the run to report is missing" },
  { what: "half a copy", words: ["archive", "copy", "a"], exit: 2, code: "usage", says: "DESTINATION is missing" },
  { what: "a misspelt subcommand", words: ["archive", "verfy"], exit: 2, code: "usage", says: '"archive verify"' },
  {
    what: "a loss that is no number",
    words: ["run", "--accept-loss", "x"],
    exit: 2,
    code: "usage",
    says: "--accept-loss",
  },
  {
    what: "a patience that is no duration",
    words: ["run", "--patience", "soon"],
    exit: 2,
    code: "usage",
    says: "duration",
  },
  { what: "a pace that there is not", words: ["rehearse", "--pace", "slow"], exit: 2, code: "usage", says: "pace" },
  {
    what: "a decision without a choice",
    words: ["resume", "--decide", "a"],
    exit: 2,
    code: "usage",
    says: "STEP=VALUE",
  },
  { what: "an input without a value", words: ["run", "--input", "foo"], exit: 2, code: "usage", says: "NAME=VALUE" },
  {
    what: "an input that there is not",
    words: ["run", "--input", "x=y"],
    exit: 2,
    code: "input-invalid",
    says: "no input",
  },
  {
    what: "an input given twice",
    words: ["run", "--input", "service=a", "--input", "service=b"],
    exit: 2,
    code: "usage",
    says: 'the input "service" is given more than once',
  },
  {
    what: "a part of a hash",
    words: ["journal", "verify", "2026", "--head", "abc"],
    exit: 2,
    code: "usage",
    says: "all 64 hexadecimal digits",
  },
  { what: "help with no command", words: ["help", "nonsense"], exit: 2, code: "usage", says: 'command "nonsense"' },
  {
    what: "a file of inputs that is not there",
    words: ["run", "--inputs", "no.yml"],
    exit: 2,
    code: "usage",
    says: "no.yml",
  },
  {
    what: "a pipe that nobody writes to as runbook",
    words: ["lint", pipe],
    exit: 2,
    code: "usage",
    says: "it is a pipe",
  },
  { what: "a directory as runbook", words: ["lint", "/"], exit: 2, code: "usage", says: "it is a directory" },
  {
    what: "no configuration there",
    words: ["run", "--config", "no.yml"],
    exit: 10,
    code: "config-invalid",
    says: "no.yml",
  },
  {
    what: "a broken configuration",
    words: ["run", "--config", brokenConfig],
    exit: 10,
    code: "config-invalid",
    says: "broken.yml:3:1",
  },
  { what: "no run there", words: ["resume", "2026"], exit: 2, code: "run-not-found", says: "dingo-recover runs" },
  { what: "no open run", words: ["status"], exit: 2, code: "run-not-found", says: "no run is open" },
  { what: "nothing to do with the journal", words: ["journal"], exit: 2, code: "usage", says: "journal" },
  { what: "an archive that is none", words: ["archive", "verify", "x"], exit: 2, code: "input-invalid", says: "s3://" },
  { what: "no source to search", words: ["discover"], exit: 2, code: "usage", says: "--logs" },
  { what: "a time that is none", words: ["discover", "--around", "noon-ish"], exit: 2, code: "usage", says: "40m ago" },
  {
    what: "a format that there is not",
    words: ["report", "x", "--format", "gif"],
    exit: 2,
    code: "usage",
    says: "markdown",
  },
];

describe("a wrong call", () => {
  it.concurrent.each(CALLS)("$what ends with exit code $exit, one document and one sentence", async (call) => {
    const { code, stdout, stderr } = await place.run([...call.words, "--json"]);
    expect(code).toBe(call.exit);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    const document = JSON.parse(stdout) as Record<string, unknown>;
    expect(document).toMatchObject({ schema: "dingo-recover/error@1", code: call.code });
    expect(`${String(document["message"])} ${String(document["remedy"])}`).toContain(call.says);
    expect(stderr).toContain(`(${call.code}`);
    expect(stderr).toMatch(/^error: /u);
  });

  it("leaves no run behind", async () => {
    await place.run(["run", "--input", "x=y"]);
    await place.run(["run", "--config", brokenConfig]);
    expect(await place.run(["runs"])).toMatchObject({ code: 0, stdout: "no runs yet\n" });
  });

  it("says all ten mistakes of a configuration at once, with line and column", async () => {
    const config = file(
      "ten.yml",
      [
        "cf: {apy: x, skip_ssl_validation: perhaps}",
        "bosh:",
        "  environment: {}",
        "  gateway: {host: 5, port: ssh, usr: x}",
        "s3: {bucket: [], region: 7}",
        "logs: here",
        "etcd: true",
        "lease: s3://x/y",
        "nonsense: 1",
        "",
      ].join("\n"),
    );
    const { code, stderr } = await place.run(["run", "--config", config]);
    const places = [...stderr.matchAll(/ten\.yml:(\d+):\d+/gu)].map((match) => Number(match[1]));
    expect(code).toBe(EXIT.invalid);
    expect(places.length).toBeGreaterThanOrEqual(10);
    expect(new Set(places)).toEqual(new Set([1, 3, 4, 5, 6, 7, 8, 9]));
  });

  it("says all that no configuration supplies in one error, each with where it can come from", async () => {
    const { code, stderr } = await place.run(["run", "--input", "service=a", "--non-interactive"]);
    expect(code).toBe(EXIT.invalid);
    expect(stderr).toContain("5 settings missing");
    for (const name of ["cf login", "CF_API", "BOSH_ENVIRONMENT", "BOSH_CLIENT", "BOSH_CLIENT_SECRET", "s3.bucket"])
      expect(stderr).toContain(name);
    expect(await place.run(["runs"])).toMatchObject({ stdout: "no runs yet\n" });
  });

  it("reads of a configuration what the command needs, and no more", async () => {
    const config = file("other.yml", "bosh: {ca_cert: no/such.pem}\nlogs: [nothing-*.log]\nlease: s3://x/y\n");
    const verify = await place.run(
      ["archive", "verify", "s3://bucket/backups/6e101b27-60ed-4bac-8e21-d07b63c47a40/wal", "--config", config],
      {
        AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1",
        AWS_ACCESS_KEY_ID: "k",
        AWS_SECRET_ACCESS_KEY: "a-long-secret",
      },
    );
    expect(verify).toMatchObject({
      code: EXIT.unreachable,
      stdout: expect.stringContaining("could not be told") as string,
    });
    const discover = await place.run(["discover", "--config", config]);
    expect(discover.stdout).toContain(join(place.directory, "nothing-*.log"));
    expect(await place.run(["run", ...ARCHIVE, "--config", config])).toMatchObject({ code: EXIT.invalid });
  });

  it("lists every mistake of a runbook with line and column", async () => {
    const broken = file(
      "broken-runbook.yml",
      [
        "schema: dingo-recover/runbook@1",
        "name: broken",
        'version: "1"',
        "title: Broken in three places",
        "target: nothing",
        "inputs:",
        "  org: {type: strin, prompt: Organization}",
        "steps:",
        "  - {id: a, title: A, action: platform.chek, with: {}}",
        "  - {id: a, title: B, action: platform.check, wiht: {}}",
        "",
      ].join("\n"),
    );
    const { code, stdout } = await place.run(["lint", broken]);
    expect(code).toBe(EXIT.invalid);
    for (const at of ["7:15", "9:31", "10:10", "mistakes"]) expect(stdout).toContain(at);
    const json = await place.run(["lint", broken, "--json"]);
    const { diagnostics } = JSON.parse(json.stdout) as { diagnostics: { line: number; column: number }[] };
    expect(new Set(diagnostics.map(({ line }) => line))).toEqual(new Set([7, 9, 10]));
    expect(diagnostics.every(({ column }) => column > 1)).toBe(true);
  });

  it("lists every mistake of a runbook without a schema too", async () => {
    const broken = join(place.directory, "headless.yml");
    writeFileSync(broken, "name: x y\nsteps:\n  - {id: a, title: A, action: platform.chek}\n  - {id: a}\n");
    const { stdout } = await place.run(["lint", broken, "--json"]);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { message: string }[] };
    const messages = diagnostics.map(({ message }) => message).join("\n");
    for (const told of ["schema", "version", "target", "x y", "platform.chek", "a second time", "action"])
      expect(messages).toContain(told);
  });

  it("keeps to itself what the S3 library says of versions of Node, however its variable is set", async () => {
    const config = join(place.directory, "nowhere.yml");
    writeFileSync(config, "s3: {endpoint: 'http://127.0.0.1:1', bucket: a-bucket}\n");
    const env = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "a-long-secret" };
    const variable = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "false" };
    const words = ["archive", "verify", "s3://a-bucket/backups/6e101b27-60ed-4bac-8e21-d07b63c47a40/wal"];
    const { code, stderr } = await place.run([...words, "--config", config], { ...env, ...variable });
    expect({ code, stderr }).toEqual({ code: EXIT.unreachable, stderr: "" });
  });

  it("lists what is wrong in variables with what is wrong in the file", async () => {
    const config = join(place.directory, "wrong.yml");
    writeFileSync(config, "bosh:\n  gateway: {port: x}\ns3: {bucket: b}\n");
    const env = { CF_API: "no address", BOSH_ENVIRONMENT: "none either" };
    const { code, stdout } = await place.run(["run", "--config", config, "--json"], env);
    expect(code).toBe(EXIT.invalid);
    const { message } = JSON.parse(stdout) as { message: string };
    expect(message).toMatch(/^6 mistakes:/);
    for (const told of ['"host"', '"user"', '"port"', '"bucket"', "CF_API", "BOSH_ENVIRONMENT"])
      expect(message).toContain(told);
  });

  it("lays help out alike, however it is asked for", async () => {
    const texts = await Promise.all(
      [
        ["undo", "--help"],
        ["help", "undo"],
        ["undo", "help"],
        ["undo", "-h"],
        ["--state-dir", "x", "undo", "--help"],
      ].map((words) => place.run(words)),
    );
    expect(new Set(texts.map(({ stdout }) => stdout)).size).toBe(1);
    expect(texts[0]?.stdout).toContain("Usage: dingo-recover undo");
    const [help, option] = await Promise.all([place.run(["help"]), place.run(["--help"])]);
    expect(help).toEqual(option);
  });

  it("names the runs to clean up after, where none is named", async () => {
    const { code, stderr } = await place.run(["cleanup"]);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toMatch(/RUN is missing[^]*left\s+anything\s+aside/);
  });

  it("without a command and a terminal prints the help and exits 2", async () => {
    const { code, stdout, stderr } = await place.run([]);
    expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: "" });
    expect(stderr).toContain("Usage: dingo-recover <command>");
  });

  it("does not mind a reader that goes away", async () => {
    const { child, ended } = place.start(["schema"]);
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 141, stderr: "" });
  });
});

describe("a hostile name", () => {
  const HOSTILE = "a\u001b[2Jb\nerror: all is lost\u009b31m\u202ereversed";

  it.concurrent.each([
    ["a command", [HOSTILE]],
    ["a flag", ["run", `--${HOSTILE}`]],
    ["a run", ["resume", HOSTILE]],
    ["a runbook", ["run", HOSTILE]],
    ["a file", ["lint", `./${HOSTILE}`]],
    ["a configuration", ["run", "--config", HOSTILE]],
    ["a scenario", ["rehearse", HOSTILE]],
    ["an archive", ["archive", "verify", HOSTILE]],
    ["a log file", ["discover", "--logs", HOSTILE]],
    ["an input", ["run", "--input", `${HOSTILE}=x`]],
    ["a decision", ["resume", "--decide", HOSTILE]],
    ["a state directory", ["run", "--state-dir", `/proc/${HOSTILE}`]],
  ])("as %s reaches neither screen nor JSON raw", async (_what, words) => {
    const [text, json] = await Promise.all([place.run(words), place.run([...words, "--json"])]);
    for (const shown of [text.stdout, text.stderr, json.stdout, json.stderr]) {
      expect(printable(shown)).toBe(shown);
      expect(shown).not.toMatch(/^error: all is lost/mu);
    }
    expect(json.stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(json.code).toBe(text.code);
    expect(text.code).not.toBe(0);
  });
});

describe("a run without its inputs, and nobody to ask", () => {
  it.each([
    [[], "--input service=VALUE --input org=VALUE --input space=VALUE"],
    [["--input", "service=a", "--input", "org=o"], "Give it with --input space=VALUE"],
  ])("is not begun, and all that is missing is named (%j given)", async (given, says) => {
    const { code, stderr } = await place.run(["run", ...given, ...ARCHIVE, "--non-interactive"], CONFIGURED);
    expect({ code, stderr }).toMatchObject({ code: EXIT.stopped, stderr: expect.stringContaining("input-missing") });
    expect(stderr.replaceAll(/\s+/gu, " ")).toContain(says);
    expect((await place.run(["runs", "--json"])).stdout).toContain('"runs":[]');
  });
});

describe("a state directory that cannot be used", () => {
  it.concurrent.each([
    ["below a file", "/etc/passwd"],
    ["where nothing can be made", "/proc/nosuch"],
    ["that is a device", "/dev/full"],
  ])("%s is said before any effect", async (_what, path) => {
    for (const words of [["run", ...NAMED, ...ARCHIVE], ["rehearse"]]) {
      const call = [...words, "--non-interactive", "--state-dir", path];
      const { code, stderr } = await place.run(call, CONFIGURED);
      expect(code).toBe(EXIT.unreachable);
      expect(stderr).toContain("state-dir-unusable");
      expect(stderr).toContain("--state-dir DIR");
    }
  });

  it("is not an empty one", async () => {
    expect(await place.run(["runs", "--state-dir", "/etc/passwd"])).toMatchObject({ code: EXIT.unreachable });
  });

  it("leaves nothing of a run that could not begin", async () => {
    const state = join(place.directory, "half");
    mkdirSync(state);
    writeFileSync(join(state, "locks"), "a file where the locks should be");
    const words = ["run", ...NAMED, ...ARCHIVE, "--non-interactive", "--state-dir", state];
    const { code } = await place.run(words, CONFIGURED);
    expect(code).toBe(EXIT.unreachable);
    expect(readdirSync(join(state, "runs"))).toEqual([]);
  });
});
