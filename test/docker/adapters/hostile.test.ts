/** A `docker` with arbitrary output: it is never taken for an empty host, and no list is believed that is cut. */
import { describe, expect, it } from "vitest";
import { DockerCliHost } from "../../../src/docker/adapters/docker-cli.ts";
import { RecoverError } from "../../../src/errors.ts";
import type { Argv } from "../../../src/kit/commands/host-commands.ts";
import type { CommandResult } from "../../../src/ports/cells.ts";
import { printable } from "../../../src/kit/text/printable.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";

type Answer = Partial<CommandResult> | ((argv: Argv) => Partial<CommandResult>);

function hostOf(answer: Answer): { readonly host: DockerCliHost; readonly asked: Argv[] } {
  const asked: Argv[] = [];
  const run = (argv: Argv): Promise<CommandResult> => {
    asked.push(argv);
    return Promise.resolve({
      code: 0,
      stdout: "",
      stderr: "",
      ...(typeof answer === "function" ? answer(argv) : answer),
    });
  };
  return { host: new DockerCliHost({ shell: { label: "here", secrets: new Secrets(), run }, sudo: false }), asked };
}

const ID = "a".repeat(64);
const lists = (argv: Argv): boolean => argv.includes("ls") || argv.includes("ps");
/** One name is listed, and asked about. */
const inspected =
  (stdout: string, more: Partial<CommandResult> = {}) =>
  (argv: Argv) =>
    lists(argv) ? { stdout: `${ID}\n` } : { stdout, ...more };

const LOOKS = ["engine", "containers", "volumes", "images"] as const;
const failing = async (answer: Answer, look: (typeof LOOKS)[number]): Promise<RecoverError> => {
  const error: unknown = await hostOf(answer)
    .host[look]()
    .then(
      (found) => new Error(`it was believed: ${JSON.stringify(found)}`),
      (thrown: unknown) => thrown,
    );
  if (error instanceof RecoverError) return error;
  throw error;
};

describe("an answer of docker", () => {
  it.each<[string, Answer]>([
    ["garbage", inspected("\u0000\u0001\u00ff{{{")],
    ["half of it", inspected(`[{"Id":"${ID}","Na`)],
    ["nothing, and that all is well", inspected("")],
    ["null", inspected("null")],
    ["another shape", inspected("[[[]]]")],
    ["a list that lacks what was asked for", inspected("[]")],
    ["an unknown complaint beside a good answer", inspected("[]", { code: 1, stderr: "Error: something else\n" })],
    ["its end by a signal", { code: 139, signal: "SIGSEGV" }],
  ])("that is %s is an error, and not an empty host", async (_, answer) => {
    const codes = ["answer-malformed", "answer-incomplete", "command-failed"];
    for (const look of LOOKS) expect(codes, look).toContain((await failing(answer, look)).code);
  });

  it("with control characters reaches no screen as it is", async () => {
    const stderr = "\u001b[2J\u001b]0;owned\u0007 \u202eevil\n";
    for (const look of LOOKS) {
      const { message, remedy } = await failing({ code: 1, stderr }, look);
      expect(printable(message + remedy), look).toBe(message + remedy);
      expect(message).toContain("\\u001b[2J");
    }
  });

  it("that is no list of ids is asked about no further", async () => {
    const { host, asked } = hostOf({ stdout: "--format\n" });
    await expect(host.containers()).rejects.toMatchObject({ code: "answer-malformed" });
    expect(asked).toHaveLength(1);
  });

  it("with the name of a volume that reads like an option is asked about as a name", async () => {
    const { host, asked } = hostOf((argv) =>
      lists(argv) ? { stdout: "--format=x\ndata\n" } : { stdout: '[{"Name":"--format=x"},{"Name":"data"}]' },
    );
    expect((await host.volumes()).map(({ name }) => name)).toEqual(["--format=x", "data"]);
    expect(asked[1]?.slice(-4)).toEqual(["inspect", "--", "--format=x", "data"]);
  });

  it("about another container than the one that was asked for is an error", async () => {
    const other = (Id: string) =>
      JSON.stringify([
        { Id, Name: "/db", Image: "i", State: {}, HostConfig: { Binds: null }, Config: { Env: null }, Mounts: [] },
      ]);
    expect((await hostOf(inspected(other(ID))).host.containers()).map(({ id }) => id)).toEqual([ID]);
    expect((await failing(inspected(other("b".repeat(64))), "containers")).code).toBe("answer-malformed");
  });

  it("that leaves out what went meanwhile is believed only as far as docker says so", async () => {
    const answer = (stderr: string) => (argv: Argv) =>
      lists(argv) ? { stdout: "gone\nthere\n" } : { code: 1, stdout: '[{"Name":"there"}]', stderr };
    const { host } = hostOf(answer("Error: No such volume: gone\n"));
    expect((await host.volumes()).map(({ name }) => name)).toEqual(["there"]);
    await failing(answer("Error: No such volume: gone\nError: plugin timed out\n"), "volumes");
    await failing(answer(""), "volumes");
  });
});
