/** `init`: asks what a configuration needs, and writes one with a comment at every setting. Never a secret. */
import { existsSync, renameSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { usualFiles } from "../../../config/settings/load.ts";
import { renderConfig } from "../../../config/settings/rendering.ts";
import { refuseMixUp } from "../../../config/settings/mix-up.ts";
import { writtenValue } from "../../../config/settings/written-value.ts";
import { EXIT, type RecoverError, refusalOf, refuse } from "../../../errors.ts";
import { createDurably, makeDirectory, reasonOf, syncDirectory } from "../../../engine/journal/durable.ts";
import { homeDirectory } from "../../../kit/process/home-directory.ts";
import { nearest } from "../../../kit/text/nearest.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { SETTINGS } from "../../../config/settings/settings.ts";
import type { Document } from "../../../config/trust/named-files.ts";
import { subjectOf } from "../../../config/trust/trusted.ts";
import { createOutput, type Output } from "../../screen/output.ts";
import { wrap } from "../../screen/text.ts";
import { placesOf } from "../../session/configuration.ts";
import { secrets } from "../../process/failure.ts";
import { checkedBy, interview, settingOf, type Values } from "./init-questions.ts";
import type { GlobalArguments } from "../../options/options.ts";
import { askOutsideRuns } from "../../process/outside-runs.ts";
import type { InitArguments } from "../../options/preparing-options.ts";
import { trustStore } from "../../session/require-trusted.ts";

type Given = GlobalArguments & InitArguments;

export async function init(given: Given): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const file = given.config === undefined ? usualFiles(placesOf(given))[1] : resolve(given.config);
  // Said before anybody has answered anything.
  const home = homeDirectory(process.env);
  if (!given.print && !given.overwrite && existsSync(file))
    throw refuse("usage", `there is a configuration already: ${quoted(file)}`)
      .at(file)
      .advise(
        "Edit it; or give --overwrite, which keeps the old one beside it, --config FILE for another place, or --print to see the text.",
      );
  const check = checkedBy({ path: file, home });
  const set = valuesOf(given.set);
  check(set);
  const asks = !given["non-interactive"] && !given.json && output.isTerminal && process.stdin.isTTY;
  if (!asks && !given.print && set.size === 0) throw nothingGiven();
  const values = asks ? await asked(output, { file, set, check, print: given.print }) : set;
  const text = renderConfig({ values });
  // If one in a working directory is asked about, what we write is trusted by that.
  const isOurs = basename(file) === basename(usualFiles(placesOf(given))[0]);
  const kept = given.print ? undefined : write(file, text);
  if (!given.print && isOurs) trustWritten(output, given, { path: file, text });
  if (given.print) process.stdout.write(text);
  if (given.json && !given.print) output.json({ schema: "dingo-recover/init@1", file, settings: [...values.keys()] });
  else if (!given.print) tell(output, given, { file, kept });
  return EXIT.done;
}

/** A file that sets nothing would look like a configuration. */
function nothingGiven(): RecoverError {
  return refuse("usage", "init was given no value, and it has nobody to ask").advise(
    "Nothing was written. Give each value with --set NAME=VALUE: cf.api, bosh.environment, bosh.gateway.host, s3.bucket, logs and what goes with them. dingo-recover config show --all names all settings; --print shows the file alone.",
  );
}

/** If that cannot be noted, it is asked about as any other. */
function trustWritten(output: Output, given: Given, written: Document): void {
  const refused = refusalOf(() => trustStore(given).trust(subjectOf(written), new Date()));
  if (refused !== undefined) output.error(`${refused.message}: the first command asks whether you trust the file`);
}

interface Asked {
  readonly file: string;
  readonly set: Values;
  readonly check: (values: Values) => void;
  readonly print: boolean;
}

async function asked(output: Output, { file, set, check, print }: Asked): Promise<Values> {
  const width = Math.min(output.columns, 100);
  const say = (text: string): void => {
    for (const line of wrap(text, width)) output.line(line);
  };
  say(
    `This writes a configuration${print ? "" : ` to ${file}`}. It asks for no secret, only where each one is read from.`,
  );
  say("Work on a Docker host needs none: dingo-recover run audit-docker-storage goes without it.");
  say(
    'At each question "?" says what it is for, Enter takes what stands in brackets, and "-" leaves it out. Ctrl-C ends this; nothing is written before the end.',
  );
  output.line();
  return await interview({ operator: askOutsideRuns(output), env: process.env, given: set, say, check });
}

/** Of `--set NAME=VALUE`. Errors: `usage`, `input-invalid`. */
function valuesOf(pairs: readonly string[]): Values {
  return new Map(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      const name = at < 0 ? pair : pair.slice(0, at);
      if (at < 1) throw wrongPair(`${quoted(pair)} sets nothing`);
      if (!SETTINGS.some((each) => each.name === name)) throw wrongPair(`there is no setting ${quoted(name)}`, name);
      const [setting, text] = [settingOf(name), pair.slice(at + 1)];
      refuseMixUp(setting, text);
      return [name, writtenValue(setting, text)];
    }),
  );
}

function wrongPair(message: string, name = ""): RecoverError {
  const near = nearest(
    name,
    SETTINGS.map((setting) => setting.name),
  );
  const remedy = "Write --set NAME=VALUE; dingo-recover config show --all names all settings.";
  return refuse("usage", message).advise(near === undefined ? remedy : `Did you mean "${near}"? ${remedy}`);
}

/** Renames the old file, and returns its new name. */
function write(file: string, text: string): string | undefined {
  try {
    makeDirectory(dirname(file));
    const kept = existsSync(file) ? freeName(file) : undefined;
    if (kept !== undefined) renameSync(file, kept);
    createDurably(file, text);
    syncDirectory(dirname(file));
    return kept;
  } catch (cause) {
    throw refuse("usage", `${quoted(file)} cannot be written: ${reasonOf(cause)}`)
      .at(file)
      .advise("Name another place with --config FILE, or print the text with --print.", cause);
  }
}

function freeName(file: string): string {
  for (let number = 1; ; number += 1) {
    const name = `${file}.before-${number}`;
    if (!existsSync(name)) return name;
  }
}

interface WrittenFile {
  readonly file: string;
  readonly kept: string | undefined;
}

function tell(output: Output, given: Given, { file, kept }: WrittenFile): void {
  const usual = usualFiles(placesOf({ ...given, config: undefined }));
  const flags = usual.includes(file) ? [] : [`--config ${file}`];
  // A command gets its own line, to be copied.
  output.line(`written to ${file}, readable by you alone`);
  if (kept !== undefined) output.line(`as it was before: ${kept}`);
  output.line("see what it comes to:");
  output.line(`  ${["dingo-recover config show --origin", ...flags].join(" ")}`);
  output.line("see whether it works:");
  output.line(`  ${["dingo-recover doctor", ...flags].join(" ")}`);
}
