/**
 * The system identifier of a deleted instance in its own log lines: the backup script prints pg_controldata's line at
 * each start of a container (dingo.md §2.5, §8.21). Identity is the container's full name, which is in the tag of RFC
 * 3164 alone, possibly torn at 32 bytes; six characters of a GUID are a hint that has to be confirmed elsewhere.
 */
import type { LogFiles } from "../ports/log-files.js";
import { readEnvelope } from "./envelope.js";

export interface SystemIdLine {
  readonly systemId: string;
  readonly file: string;
  readonly line: number;
  /** By the container's name; otherwise by six characters. */
  readonly certain: boolean;
}

const NEEDLE = "Database system identifier:";
const PRINTED = /(?:^|([0-9a-f]{6})-|\s)backup> Database system identifier:\s+(\d{10,20})\s*$/;
/** Of a torn tag, that much must be left of `docker/cf-NODE`. */
const SHORTEST_TAG = "docker/cf-".length + 18;

export interface Identity {
  readonly guid: string;
  readonly nodes: readonly string[];
}

/** Lines of every log file that could be read; what could not be read can only make fewer of them. */
export async function systemIdLines(
  logs: LogFiles,
  patterns: readonly string[],
  identity: Identity,
): Promise<readonly SystemIdLine[]> {
  const { files } = await logs.open(patterns);
  const found: SystemIdLine[] = [];
  await logs.search(
    files,
    { needles: [NEEDLE] },
    {
      found: (file, { bytes, line = 0 }) => {
        const read = readLine(Buffer.from(bytes).toString("utf8"), identity);
        if (read !== undefined) found.push({ ...read, file: file.path, line });
      },
    },
  );
  return found;
}

function readLine(text: string, { guid, nodes }: Identity): Pick<SystemIdLine, "systemId" | "certain"> | undefined {
  const { program = "", body } = readEnvelope(text);
  const [all, six, systemId] = PRINTED.exec(body) ?? [];
  if (all === undefined || systemId === undefined) return undefined;
  if (program.startsWith("docker/"))
    return nodes.some((node) => isTagOf(program, node)) ? { systemId, certain: true } : undefined;
  return six !== undefined && guid.startsWith(six) ? { systemId, certain: false } : undefined;
}

const isTagOf = (program: string, node: string): boolean =>
  program.length >= SHORTEST_TAG && `docker/cf-${node}`.startsWith(program);
