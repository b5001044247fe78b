/** `doctor`: whether everything is there that a runbook needs, before it is needed. It only reads, but for `--fix`. */
import type { JsonObject } from "../../../action.ts";
import type { Config } from "../../../config/settings/config.ts";
import { secretFiles } from "../../../config/settings/secret-files.ts";
import { type Check, note, ok, refusal, type Section } from "../../../config/doctor/check.ts";
import { documentOf, outcomeOf } from "../../../config/doctor/outcome.ts";
import { examinePrograms } from "../../../config/doctor/programs.ts";
import { besideProven } from "../../../config/doctor/proven.ts";
import { examineSecretFiles } from "../../../config/doctor/secret-files.ts";
import { examineStateDirectory } from "../../../config/doctor/state-directory.ts";
import { asRecoverError } from "../../../errors.ts";
import type { Runbook } from "../../../engine/runbook/runbook.ts";
import { createOutput } from "../../screen/output.ts";
import { configReadFor, systemsOf } from "../../session/configuration.ts";
import { showOutcome, showSection } from "./doctor-screen.ts";
import { secrets } from "../../process/failure.ts";
import { readInputs } from "../../session/inputs.ts";
import type { GlobalArguments } from "../../options/options.ts";
import type { DoctorArguments } from "../../options/preparing-options.ts";
import { readRehearsalMode } from "../../process/rehearsal-mode.ts";
import { plannedRunbook } from "../../process/planned-runbook.ts";
import { statePath } from "../../process/state-path.ts";
import { toolVersion } from "../../process/tool-version.ts";
import { usableLogins } from "./usable-logins.ts";

type Given = GlobalArguments & DoctorArguments;

export async function doctor(given: Given): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const runbook = await plannedRunbook(given.runbook);
  const sections: Section[] = [];
  if (!given.json) output.line(`Is everything there for "${runbook.name}"?`);
  for await (const section of allSections(given, runbook, readInputs(given))) {
    sections.push(section);
    if (!given.json) showSection(output, section, given.verbose);
  }
  const document = documentOf(runbook.name, sections);
  if (given.json) output.json(document);
  else showOutcome(output, outcomeOf(sections), { runbook: runbook.name, verbose: given.verbose });
  return document.exitCode;
}

async function* allSections(given: Given, runbook: Runbook, inputs: JsonObject): AsyncGenerator<Section> {
  yield await machineSection(given, runbook);
  const { section, config } = await configurationSection(given, runbook, inputs);
  yield section;
  if (config === undefined) return;
  // The reach to the systems is loaded behind the first words.
  const [{ withPorts }, { systemSections }] = await Promise.all([
    import("../../session/with-ports.ts"),
    import("./doctor-systems.ts"),
  ]);
  const { signal } = new AbortController();
  const usable = await usableLogins(config, { env: process.env, signal });
  // The sections come as they are looked at, and everything is closed behind the last one.
  yield* streamed((give) =>
    withPorts(given, usable.config, async (wired) => {
      const rehearsal = readRehearsalMode(process.env) !== undefined;
      const patient = { runbook, inputs, ...usable, asRead: config, wired, env: process.env, rehearsal };
      for await (const each of systemSections(patient)) give(each);
    }),
  );
}

async function machineSection(given: Given, runbook: Runbook): Promise<Section> {
  const checks: readonly Check[] = [
    {
      id: "machine.node",
      ...ok(
        `dingo-recover ${toolVersion()}, Node ${besideProven("node", process.versions.node)} on ${process.platform} ${process.arch}`,
      ),
    },
    ...examineStateDirectory({ path: statePath(given["state-dir"], process.env), fix: given.fix }),
    ...(await examinePrograms(programsByHand(runbook), process.env["PATH"] ?? "")),
  ];
  return { id: "machine", title: "This machine", checks };
}

function programsByHand(runbook: Runbook) {
  const systems = systemsOf(runbook);
  return [
    ...(systems.has("bosh") ? [{ program: "bosh", forWhat: "printed commands about the director" }] : []),
    ...(systems.has("s3") ? [{ program: "aws", forWhat: "printed commands about the object store" }] : []),
  ];
}

const NO_FILE = "there is no file: everything comes from the environment";
const WRITE_ONE = 'Write one with "dingo-recover init".';

interface Configured {
  readonly section: Section;
  readonly config?: Config;
}

async function configurationSection(given: Given, runbook: Runbook, inputs: JsonObject): Promise<Configured> {
  const title = "Configuration";
  try {
    const config = await configReadFor(runbook, given, inputs);
    const file = config.file === undefined ? note(NO_FILE, WRITE_ONE) : ok(config.file);
    const checks: readonly Check[] = [{ id: "config.file", ...file }, ...examineSecretFiles(secretFiles(config))];
    return { section: { id: "config", title, checks }, config };
  } catch (thrown) {
    const { code } = asRecoverError(thrown);
    if (code !== "config-invalid" && code !== "config-untrusted") throw thrown;
    const wrong = refusal(thrown, "No run begins, and no system could be looked at.");
    return { section: { id: "config", title, checks: [{ id: "config.file", ...wrong }] } };
  }
}

/** Yields each item that the callback is given, in that order; ends, or throws, as the work does. */
async function* streamed<T>(work: (give: (item: T) => void) => Promise<void>): AsyncGenerator<T> {
  const items = new Items<T>();
  const working = work((item) => items.give(item)).finally(() => items.end());
  // A reader that reaches the end meets the error there.
  working.catch(() => undefined);
  for (let item = await items.next(); item !== undefined; item = await items.next()) yield item.value;
  await working;
}

class Items<T> {
  readonly #ready: { readonly value: T }[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  give(value: T): void {
    this.#ready.push({ value });
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** The next item; undefined after the last one. */
  async next(): Promise<{ readonly value: T } | undefined> {
    while (this.#ready.length === 0 && !this.#ended)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    return this.#ready.shift();
  }
}
