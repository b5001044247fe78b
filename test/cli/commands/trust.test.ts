/** Law 15 as the built program holds it: a configuration in the working directory is not obeyed before it is trusted. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openTerminal } from "../../rig/terminal/terminal.ts";
import { Place } from "../program.ts";
import { TOOL } from "../../tool.ts";

vi.setConfig({ testTimeout: 120_000 });

let place: Place;
let seen: string;
let config: string;
beforeEach(() => {
  place = new Place();
  seen = join(place.directory, "seen");
  config = join(place.directory, "dingo-recover.yml");
});
afterEach(() => place.remove());

const write = (text: string): void => writeFileSync(config, text);
/** A module that tells by a file that it was loaded. */
const hostile = (): string =>
  `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(seen)}, "");\nexport const actions = () => [];\n`;

describe("a configuration that lies in the working directory", () => {
  it.each([
    ["run", ["run", "audit-docker-storage", "--dry-run"]],
    ["run without the parser", ["run", "test-backup", "--yes", "--quiet", "--input", "archive=s3://b/p"]],
    ["drill", ["drill"]],
    ["lint --with-actions", ["lint", "--with-actions", "r.yml"]],
    ["show --with-actions", ["show", "--with-actions", "./r.yml"]],
  ])("has no action loaded by %s, which ends with 10 and the remedy", async (_, words) => {
    write("actions: [pwn.mjs]\n");
    writeFileSync(join(place.directory, "pwn.mjs"), hostile());
    writeFileSync(join(place.directory, "r.yml"), readFileSync("runbooks/audit-docker-storage.yml", "utf8"));
    const { code, stdout, stderr } = await place.run(words);
    expect(code, stdout + stderr).toBe(10);
    const said = stderr.replaceAll(/\s+/gu, " ");
    expect(said).toContain("was found in the working directory, and you have not trusted it yet");
    expect(said).toContain(`dingo-recover trust ${config}`);
    expect(existsSync(seen)).toBe(false);
  });

  it.each([
    ["doctor", ["doctor"]],
    ["archive verify", ["archive", "verify", "s3://b/p"]],
    ["discover", ["discover", "--cf-events", "--name", "x"]],
    ["inventory", ["inventory"]],
  ])("has no command run by %s", async (_, words) => {
    const secret = { command: ["touch", seen] };
    write(
      JSON.stringify({
        cf: { api: "https://127.0.0.1:1", username: "u", password: secret },
        s3: { endpoint: "http://127.0.0.1:1", credentials: { access_key_id: secret, secret_access_key: secret } },
      }),
    );
    const { code, stdout, stderr } = await place.run(words);
    expect(code, stdout + stderr).toBe(10);
    expect((stdout + stderr).replaceAll(/\s+/gu, " ")).toContain("you have not trusted it yet");
    expect(existsSync(seen)).toBe(false);
  });

  it("is refused whatever it says, and counts if it says nothing", async () => {
    write("logs: [a.log]\n");
    expect((await place.run(["discover", "--name", "x"])).code).toBe(10);
    write("# nothing yet\nlogs: []\n");
    expect((await place.run(["discover", "--name", "x"])).code).not.toBe(10);
  });

  it("has its own form of an error for programs, and config show says that it does not count", async () => {
    write("s3: { bucket: ours }\n");
    const { code, stdout } = await place.run(["archive", "verify", "s3://b/p", "--json"]);
    expect([code, JSON.parse(stdout)]).toMatchObject([
      10,
      { schema: "dingo-recover/error@1", code: "config-untrusted", place: config },
    ]);
    const shown = await place.run(["config", "show"]);
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining("It is not trusted") as string });
    place.trust();
    expect((await place.run(["config", "show"])).stdout).not.toContain("It is not trusted");
    expect(JSON.parse((await place.run(["config", "show", "--json"])).stdout)).toMatchObject({ trusted: true });
  });

  it("counts when it was named, and in the user's own directory, unless others may write to it", async () => {
    write("s3: { bucket: ours }\n");
    const verify = ["archive", "verify", "s3://bucket/backups/x/wal"];
    const keys = {
      AWS_ENDPOINT_URL: "http://127.0.0.1:1",
      AWS_ACCESS_KEY_ID: "A",
      AWS_SECRET_ACCESS_KEY: "a-long-key",
    };
    expect((await place.run([...verify, "--config", "dingo-recover.yml"], keys)).code).toBe(15);
    chmodSync(config, 0o664);
    const refused = await place.run([...verify, "--config", "dingo-recover.yml"], keys);
    expect(refused.code).toBe(10);
    expect(refused.stderr.replaceAll(/\s+/gu, " ")).toContain("can be written by others (mode 0664)");
    expect(refused.stderr).toContain("chmod go-w");
    chmodSync(config, 0o600);
    const own = join(place.directory, ".config", "dingo-recover");
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, "config.yml"), "s3: { bucket: ours }\n");
    write("");
    expect((await place.run(verify, keys)).code).toBe(15);
    rmSync(config);
    const told = await place.run(["trust"]);
    expect([told.code, told.stdout.replaceAll(/\s+/gu, " ")]).toEqual([
      0,
      expect.stringContaining("it counts as it is."),
    ]);
  });

  it("sends no log-in of the environment to an address of it before it is trusted", async () => {
    const heard: (string | undefined)[] = [];
    const server: Server = createServer((request, response) => {
      heard.push(request.headers.authorization);
      response.statusCode = 401;
      response.end("{}");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      write(JSON.stringify({ elasticsearch: { url } }));
      const env = { ES_USERNAME: "ops", ES_PASSWORD: "canary-of-the-store" };
      expect((await place.run(["discover", "--name", "x"], env)).code).toBe(10);
      expect(heard).toEqual([]);
      place.trust();
      await place.run(["discover", "--name", "x"], env);
      expect(heard).toContain(`Basic ${Buffer.from("ops:canary-of-the-store").toString("base64")}`);
    } finally {
      server.close();
    }
  });

  it("loads no action that others may replace, also of a configuration that was named", async () => {
    writeFileSync(join(place.directory, "pwn.mjs"), hostile());
    chmodSync(join(place.directory, "pwn.mjs"), 0o666);
    write("actions: [pwn.mjs]\n");
    const { code, stderr } = await place.run(["run", "audit-docker-storage", "--config", "dingo-recover.yml"]);
    expect(code).toBe(10);
    expect(stderr.replaceAll(/\s+/gu, " ")).toContain("would be run, and can be written by others");
    expect(existsSync(seen)).toBe(false);
  });
});

describe("trust", () => {
  it("shows what it would run and its hash, takes that hash, and asks again after a change, which it shows", async () => {
    write("actions: [pwn.mjs]\ns3: { bucket: ours }\n");
    writeFileSync(join(place.directory, "pwn.mjs"), hostile());
    const shown = await place.run(["trust"]);
    expect(shown.code).toBe(10);
    expect(shown.stdout).toContain("the module pwn.mjs, with all rights of this tool");
    const [, hash = ""] = /^hash: ([0-9a-f]{64})$/mu.exec(shown.stdout) ?? [];
    expect((await place.run(["trust", "--accept", hash.replace(/^./u, "x")])).code).toBe(10);
    expect((await place.run(["trust", "--accept", hash])).code).toBe(0);
    expect(existsSync(seen)).toBe(false);
    await place.run(["run", "audit-docker-storage", "--dry-run"], { PATH: "/nowhere" });
    expect(existsSync(seen)).toBe(true);
    write("actions: [pwn.mjs]\ns3: { bucket: theirs }\n");
    const changed = await place.run(["trust"]);
    expect(changed.code).toBe(10);
    expect(changed.stdout).toContain("-s3: { bucket: ours }\n+s3: { bucket: theirs }");
    const json = await place.run(["trust", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      schema: "dingo-recover/trust@1",
      trusted: false,
      trustedBefore: hash,
    });
    expect((await place.run(["trust", "--accept", hash])).code).toBe(10);
    write("actions: [pwn.mjs]\ns3: { bucket: ours }\n");
    expect((await place.run(["trust"])).code).toBe(0);
    expect((await place.run(["trust", "--forget"])).code).toBe(0);
    expect((await place.run(["trust"])).code).toBe(10);
  });

  it("is not offered for a file that cannot be read as a configuration, nor if there is none", async () => {
    expect((await place.run(["trust"])).code).toBe(2);
    write("s3: { bucket: ours\n");
    const { code, stderr } = await place.run(["trust"]);
    expect([code, stderr]).toEqual([10, expect.stringContaining("config-invalid")]);
  });

  it("is asked for on a terminal by the command that needs it: no is no, and yes is remembered", async () => {
    write("logs: [none.log]\n");
    const ask = async (answer: string): Promise<string> => {
      const argv = ["sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", place.directory, process.execPath, TOOL];
      const terminal = await openTerminal([...argv, "discover", "--name", "x"], place.env);
      await terminal.screen.first((text) => text.includes("Trust this configuration as it is now?"));
      terminal.type(answer);
      await terminal.ended;
      return (terminal.screen.all.at(-1) ?? "").replaceAll(/\s+/gu, " ");
    };
    expect(await ask("n\r")).toContain("you have not trusted it yet");
    expect((await place.run(["discover", "--name", "x"])).code).toBe(10);
    expect(await ask("y\r")).not.toContain("you have not trusted it yet");
    expect((await place.run(["discover", "--name", "x"])).code).not.toBe(10);
  });

  it("is given by init to the file that it wrote here", async () => {
    const init = ["init", "--config", "dingo-recover.yml", "--set"];
    expect((await place.run([...init, "s3.bucket=ours"])).code).toBe(0);
    expect((await place.run(["trust"])).code).toBe(0);
  });
});
