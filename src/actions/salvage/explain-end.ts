/** Why a server does not come up on a copy, in words that help (PostgreSQL's own messages, 9.4 to 18). */
import { RecoverError } from "../../errors.js";
import { printable } from "../../printable.js";

interface Meaning {
  readonly pattern: RegExp;
  readonly what: string;
  readonly remedy: string;
}

const NEVER_RESET =
  "Keep the volume as it is. Look for a backup or an archive of the same time, or another volume; pg_resetwal on a copy is the last resort, loses what the WAL held, and is for somebody who knows it.";

const MEANINGS: readonly Meaning[] = [
  {
    pattern:
      /could not locate (?:a valid|required) checkpoint record|invalid (?:primary )?checkpoint record|could not open file "pg_(?:wal|xlog)\//iu,
    what: "its WAL is missing or damaged, so that it cannot recover from its last checkpoint",
    remedy: NEVER_RESET,
  },
  {
    pattern: /database files are incompatible with server|was initialized by PostgreSQL version/iu,
    what: "its data are of another release, or of a server that was built differently",
    remedy: "Give a server of the release that wrote them: --input postgres_bin=DIRECTORY, or an image of it.",
  },
  {
    pattern: /could not access file "([^"]+)"/iu,
    what: "it preloads a library that these programs do not have",
    remedy: "Use the image that it ran with (docker image ls), which has that extension, then resume.",
  },
  {
    pattern:
      /could not open (?:file|directory) "pg_(?:notify|replslot|stat|commit_ts|twophase|logical|snapshots|tblspc|dynshmem|serial|subtrans|multixact|xact|clog)/iu,
    what: "directories of it are missing: somebody has copied it without the empty ones, or deleted some",
    remedy: `What is missing can be made again on a copy by somebody who knows it. ${NEVER_RESET}`,
  },
  {
    pattern: /invalid page in block|checksum verification failed|could not read block/iu,
    what: "pages of its catalogue are damaged",
    remedy: NEVER_RESET,
  },
  {
    pattern: /no space left on device/iu,
    what: "the disk was full while it recovered",
    remedy: "Make room without touching a volume, then resume.",
  },
  {
    pattern: /permission denied/iu,
    what: "it may not read its own files, even in the copy",
    remedy: "Look at the owners in the volume; resume with --input sudo=true.",
  },
];

export function explainEnd(said: readonly string[], place: string): RecoverError {
  const text = said.join("\n");
  const meaning = MEANINGS.find(({ pattern }) => pattern.test(text));
  const words = printable(
    said
      .filter((line) => /PANIC|FATAL|ERROR|LOG:  (?:invalid|could not)/u.test(line))
      .slice(-3)
      .join("; ") || said.slice(-2).join("; "),
  );
  const what = meaning === undefined ? "the server has ended" : meaning.what;
  return new RecoverError("proof-failed", `PostgreSQL does not start on the copy: ${what}: ${words}`, {
    remedy:
      meaning?.remedy ?? `Look at what it says ("docker logs ${place}"); the volume that was copied is as it was.`,
    place,
  });
}
