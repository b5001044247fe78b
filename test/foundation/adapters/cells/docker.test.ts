import { describe, expect, it } from "vitest";
import { DockerCli } from "../../../../src/foundation/adapters/cells/docker.ts";
import { mergeByTime } from "../../../../src/foundation/adapters/cells/docker.ts";
import { AnsweringShell } from "./answering-shell.ts";

const ID = "3f".repeat(32);
const OTHER = "4e".repeat(32);
const NAME = "cf-52167ceb-0000-4000-8000-000000000000";

/** The parts of `docker inspect` (20.10.24) that count. */
function inspected(more: object = {}): string {
  const container = {
    Id: ID,
    Name: `/${NAME}`,
    RestartCount: 0,
    Config: { Image: "dingotiles/dingo-postgresql95:edge", Env: ["NAME=x", "APPUSER_PASSWORD=a=b=c"] },
    State: { Running: true, Status: "running", ExitCode: 0, StartedAt: "2026-11-21T11:57:33.1Z" },
    HostConfig: {
      RestartPolicy: { Name: "always" },
      PortBindings: { "5432/tcp": [{ HostIp: "", HostPort: "32785" }] },
    },
    Mounts: [{ Source: `/var/vcap/store/cf-containers-broker/${NAME}/data`, Destination: "/data" }],
    NetworkSettings: { Ports: { "5432/tcp": [{ HostIp: "0.0.0.0", HostPort: "32785" }], "8008/tcp": null } },
    ...more,
  };
  return JSON.stringify([container]);
}

describe("docker on a cell", () => {
  it("reads a container, its secrets registered and left out", async () => {
    const shell = new AnsweringShell({ stdout: inspected() });
    const container = await new DockerCli(shell).inspect(NAME);
    expect(container).toEqual({
      id: ID,
      name: NAME,
      image: "dingotiles/dingo-postgresql95:edge",
      running: true,
      status: "running",
      exitCode: 0,
      startedAt: "2026-11-21T11:57:33.1Z",
      restartCount: 0,
      restartPolicy: "always",
      env: { NAME: "x" },
      dataDirectory: `/var/vcap/store/cf-containers-broker/${NAME}/data`,
      ports: [{ container: 5432, hostIp: "0.0.0.0", host: 32785 }],
    });
    expect(shell.secrets.mask("pw a=b=c")).toBe("pw ********");
  });

  it("reads the ports of a stopped container, and no restart policy as no", async () => {
    const more = {
      State: { Running: false, Status: "exited", ExitCode: 137, StartedAt: "2026-11-21T11:57:33Z" },
      NetworkSettings: { Ports: {} },
      HostConfig: { RestartPolicy: { Name: "" }, PortBindings: { "5432/tcp": [{ HostIp: "", HostPort: "32785" }] } },
    };
    const container = await new DockerCli(new AnsweringShell({ stdout: inspected(more) })).inspect(NAME);
    expect(container).toMatchObject({
      restartPolicy: "no",
      exitCode: 137,
      ports: [{ container: 5432, hostIp: "", host: 32785 }],
    });
  });

  it.each([
    `Error: No such container: ${NAME}`,
    `Error: No such object: ${NAME}`,
    `Error: No such image or container: ${NAME}`,
  ])("takes %j for absence", async (stderr) => {
    expect(await new DockerCli(new AnsweringShell({ code: 1, stdout: "[]\n", stderr })).inspect(NAME)).toBeUndefined();
  });

  it.each([
    ["Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?", "unreachable"],
    ["Got permission denied while trying to connect to the Docker daemon socket", "access-denied"],
    ["sudo: a password is required", "access-denied"],
    ["sudo: /var/vcap/packages/docker/bin/docker: command not found", "program-missing"],
    ["Error: No such container: cf-another-one", "command-failed"],
    ["Error response from daemon: i/o timeout", "command-failed"],
  ])("does not take %j for absence", async (stderr, code) => {
    await expect(new DockerCli(new AnsweringShell({ code: 1, stderr })).inspect(NAME)).rejects.toMatchObject({ code });
  });

  it("tells an answer that was cut from one that is something else", async () => {
    const cut = new DockerCli(new AnsweringShell({ stdout: inspected().slice(0, -30) }));
    await expect(cut.inspect(NAME)).rejects.toMatchObject({ code: "answer-incomplete" });
    const foreign = new DockerCli(new AnsweringShell({ stdout: '[{"Id":"x"}]' }));
    await expect(foreign.inspect(NAME)).rejects.toMatchObject({ code: "answer-malformed" });
    const page = new DockerCli(new AnsweringShell({ stdout: "<html>" }));
    await expect(page.inspect(NAME)).rejects.toMatchObject({ code: "answer-malformed" });
  });

  it("lists what is there if containers vanish between the two commands, however many", async () => {
    const ids = [OTHER, ...Array.from({ length: 6 }, (_, index) => `${index}`.repeat(64))];
    const stderr = ids.map((id) => `Error: No such container: ${id}\n`).join("");
    const shell = new AnsweringShell({ stdout: [...ids, ID, ""].join("\n") }, { code: 1, stdout: inspected(), stderr });
    expect((await new DockerCli(shell).list()).map(({ name }) => name)).toEqual([NAME]);
  });

  it("asks for the rest if Docker stopped at the first that vanished, as it did before 17.04", async () => {
    const gone = { code: 1, stdout: "[]\n", stderr: `Error: No such container: ${OTHER}` };
    const shell = new AnsweringShell({ stdout: `${OTHER}\n${ID}\n` }, gone, { stdout: inspected() });
    expect((await new DockerCli(shell).list()).map(({ name }) => name)).toEqual([NAME]);
    expect(shell.asked.at(-1)?.argv).not.toContain(OTHER);
  });

  it("does not take a part for the whole if something else went wrong too", async () => {
    const shell = new AnsweringShell(
      { stdout: `${ID}\n${OTHER}\n` },
      { code: 1, stdout: inspected(), stderr: "Error response from daemon: i/o timeout" },
    );
    await expect(new DockerCli(shell).list()).rejects.toMatchObject({ code: "command-failed" });
  });

  it("does not give a list that lacks containers, or one of something else", async () => {
    const short = new DockerCli(new AnsweringShell({ stdout: `${ID}\n${OTHER}\n` }, { stdout: inspected() }));
    await expect(short.list()).rejects.toMatchObject({ code: "answer-incomplete" });
    const banner = new DockerCli(new AnsweringShell({ stdout: "Welcome to this machine\n" }));
    await expect(banner.list()).rejects.toMatchObject({ code: "answer-malformed" });
    expect(await new DockerCli(new AnsweringShell({ stdout: "" })).list()).toEqual([]);
  });

  it("shows what a command said on one line, masked and without control characters", async () => {
    const shell = new AnsweringShell({ code: 1, stderr: "bad\n\x1b[31mpass=hunter2hunter2\n" });
    shell.secrets.register("hunter2hunter2");
    const failure = new DockerCli(shell).start(NAME);
    await expect(failure).rejects.toThrow("failed with exit code 1: bad; \\u001b[31mpass=********");
  });
});

describe("the log of a container", () => {
  it("is one stream in the order of time", () => {
    const out =
      "2026-11-21T11:00:01.000000000Z a\n2026-11-21T11:00:03.000000000Z c\n2026-11-21T11:00:03.000000000Z d\n";
    const err = "2026-11-21T11:00:02.000000000Z b\n2026-11-21T11:00:04.000000000Z e\n";
    expect(mergeByTime(out, err)).toEqual(["a", "b", "c", "d", "e"]);
    expect(mergeByTime("", err)).toEqual(["b", "e"]);
    expect(mergeByTime("", "")).toEqual([]);
  });

  it("keeps what has no stamp after the line before it, and blanks as they are", () => {
    const out = "2026-11-21T11:00:01.000000000Z   indented\ntorn piece\n2026-11-21T11:00:03.000000000Z \n";
    const err = "2026-11-21T11:00:02.000000000Z between";
    expect(mergeByTime(out, err)).toEqual(["  indented", "torn piece", "between", ""]);
  });
});
