/**
 * Captures the phases of an image's life: `npx node test/container-lines/capture.ts DIRECTORY RELEASE`. RIG_POSTGRESQL_IMAGE
 * names the image; without it, it is the rig's own, told to play that release. Passwords of the configuration are replaced.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startRig } from "../rig/rig.ts";
import { RELEASES } from "./phases.ts";
import { liveThrough } from "./rig-lives.ts";

const [directory, name] = process.argv.slice(2);
const release = RELEASES.find((each) => each === name);
if (directory === undefined || release === undefined) {
  process.stderr.write(`usage: capture.ts DIRECTORY ${RELEASES.join("|")}\n`);
  process.exit(2);
}

await mkdir(directory, { recursive: true });
const rig = await startRig();
try {
  const { lives, init, stopped } = await liveThrough(rig, release);
  process.stdout.write(`first process: ${init}; after docker stop: ${stopped}\n`);
  for (const [phase, lines] of Object.entries(lives))
    await writeFile(join(directory, `${phase}.log`), `${withoutPasswords(lines).join("\n")}\n`);
} finally {
  await rig.stop();
}

/** The part of the configuration that a password stands in says whose it is. */
function withoutPasswords(lines: readonly string[]): readonly string[] {
  let whose = "";
  return lines.map((line) => {
    const section = /-startup> {3}(replication|superuser|admin):/.exec(line)?.[1];
    if (section !== undefined) whose = section === "replication" ? "APPUSER" : section.toUpperCase();
    return line.replace(/(-startup> {5}password: )[0-9a-f]{16}/, `$1PASSWORD-OF-${whose}`);
  });
}
