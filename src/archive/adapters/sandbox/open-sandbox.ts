/** Which sandbox this machine has. It is tried, with all that a server will need, before anything is fetched. */
import { refuse } from "../../../errors.ts";
import { printable } from "../../../kit/text/printable.ts";
import { EMPTY_IMAGE, EMPTY_TAR, emptyImageIn } from "../../../kit/commands/empty-image.ts";
import { directoriesOf, findProgram } from "../../../kit/process/program-path.ts";
import type { Confined, Sandbox } from "../../../ports/sandbox.ts";
import { type ProgramResult, runProgram } from "../../../kit/spawn/spawn.ts";
import { Bubblewrap } from "./bubblewrap.ts";
import { ContainerSandbox, ENGINE } from "./container.ts";
import { systemCallFilter } from "./system-calls.ts";

const VERSION = /bubblewrap (\d+(?:\.\d+)*)/;
const SHELL = "/bin/sh";

export interface SandboxTerms {
  readonly path: string;
  readonly signal: AbortSignal;
  /** Under which the server will run. */
  readonly as: Confined["as"];
}

/** Bubblewrap, else a container. Errors: `no-sandbox`, which names the attempts. */
export async function openSandbox(terms: SandboxTerms): Promise<Sandbox> {
  const whyNot: string[] = [];
  for (const open of [openBubblewrap, openContainer]) {
    const opened = await open(terms);
    if (typeof opened !== "string") return opened;
    whyNot.push(opened);
  }
  throw refuse("no-sandbox", `the backup's code would run here without a sandbox: ${whyNot.join("; ")}`)
    .at("bwrap")
    .advise(
      "Install one with `apt-get install bubblewrap util-linux`; in a container, start it with `--security-opt seccomp=unconfined --security-opt systempaths=unconfined --security-opt apparmor=unconfined`. To do without, type UNSANDBOXED when you are asked on a terminal, or write `sandbox: unsandboxed` into the configuration.",
    );
}

/** A sandbox, or why there is none. */
export async function openBubblewrap(terms: SandboxTerms): Promise<Sandbox | string> {
  const filter = systemCallFilter(process.arch);
  if (filter === undefined) return `no filter of system calls is known for the processor ${process.arch}`;
  const program = await inPath(terms, "bwrap");
  const prlimit = await inPath(terms, "prlimit");
  const choom = await inPath(terms, "choom");
  if (program === undefined) return absent("bwrap");
  if (prlimit === undefined) return absent("prlimit");
  if (choom === undefined) return absent("choom");
  const { stdout } = await run(terms, { program, args: ["--version"], as: terms.as });
  const version = VERSION.exec(stdout)?.[1] ?? "of an unknown version";
  return await tried(new Bubblewrap({ program, prlimit, choom, filter, version }), terms);
}

/** An engine that listens at Docker's own socket: another machine's would not have this one's files. */
export async function openContainer(terms: SandboxTerms): Promise<Sandbox | string> {
  const docker = await inPath(terms, "docker");
  if (docker === undefined) return absent("docker");
  const ask = (args: readonly string[], stdin?: string): Promise<ProgramResult> =>
    run(terms, { program: docker, args: [...ENGINE, ...args], ...(stdin === undefined ? {} : { stdin }) });
  const { code, stdout, stderr } = await ask(["version", "--format", "{{.Server.Version}}"]);
  if (code !== 0) return `no engine of Docker answers: ${lastLine(stderr)}`;
  let image = emptyImageIn((await ask(["image", "inspect", EMPTY_IMAGE])).stdout);
  if (image === undefined) {
    const made = await ask(["import", "-", EMPTY_IMAGE], EMPTY_TAR);
    if (made.code !== 0) return `Docker makes no empty image: ${lastLine(made.stderr)}`;
    image = made.stdout.trim();
  }
  const { signal } = terms;
  return await tried(
    new ContainerSandbox({ docker, version: stdout.trim(), image, env: environment(terms), signal }),
    terms,
  );
}

async function tried(sandbox: Sandbox, terms: SandboxTerms): Promise<Sandbox | string> {
  const trial = {
    program: SHELL,
    args: ["-c", "exit 42"],
    env: environment(terms),
    writes: [],
    reads: [],
    as: terms.as,
  };
  const { code, stderr } = await run(terms, sandbox.command(trial));
  return code === 42
    ? sandbox
    : `${sandbox.name} makes no sandbox here: ${lastLine(stderr) || `it ended with ${code}`}`;
}

const environment = ({ path }: SandboxTerms): Readonly<Record<string, string>> => ({ PATH: path, LC_ALL: "C" });

type Program = Omit<Parameters<typeof runProgram>[0], "signal" | "cwd" | "env">;

const run = (terms: SandboxTerms, program: Program): Promise<ProgramResult> =>
  runProgram({ env: environment(terms), ...program, cwd: "/", signal: terms.signal });

const lastLine = (text: string): string => printable(text.trim().split("\n").at(-1) ?? "");

/** A directory that is named from where we stand is anybody's. */
const inPath = ({ path }: SandboxTerms, name: string): Promise<string | undefined> =>
  findProgram(
    name,
    directoriesOf(path).filter((each) => each.startsWith("/")),
  );

const absent = (name: string): string => `there is no program "${name}" in PATH`;
