/** Why a server does not come up on a copy, in words that help (PostgreSQL's own messages, 9.4 to 18). */
import { giveUp, type RecoverError } from "../../../errors.ts";
import { LOUD, NO_START } from "../../../kit/log-patterns/server-end.ts";
import { printable } from "../../../kit/text/printable.ts";

const NEVER_RESET =
  "Keep the volume as it is. Look for a backup or an archive of the same time, or another volume; pg_resetwal on a copy is the last resort, loses what the WAL held, and is for somebody who knows it.";

const REMEDIES: Readonly<Record<keyof typeof NO_START, string>> = {
  checkpointUnreadable: NEVER_RESET,
  otherRelease: "Give a server of the release that wrote them: --input postgres_bin=DIRECTORY, or an image of it.",
  libraryLacking: "Use the image that it ran with (docker image ls), which has that extension, then resume.",
  directoriesLacking: `What is missing can be made again on a copy by somebody who knows it. ${NEVER_RESET}`,
  pagesDamaged: NEVER_RESET,
  diskFull: "Make room without touching a volume, then resume.",
  filesForbidden: "Look at the owners in the volume; resume with --input sudo=true.",
};

export function explainEnd(said: readonly string[], place: string): RecoverError {
  const text = said.join("\n");
  const name = (Object.keys(REMEDIES) as (keyof typeof NO_START)[]).find((each) => NO_START[each].says.test(text));
  const words = printable(
    said
      .filter((line) => LOUD.inStart.says.test(line))
      .slice(-3)
      .join("; ") || said.slice(-2).join("; "),
  );
  const what = name === undefined ? "the server has ended" : NO_START[name].tells;
  return giveUp("proof-failed", `PostgreSQL does not start on the copy: ${what}: ${words}`)
    .at(place)
    .advise(
      name === undefined
        ? `Look at what it says ("docker logs ${place}"); the volume that was copied is as it was.`
        : REMEDIES[name],
    );
}
