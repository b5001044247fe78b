/**
 * Compose files as far as scenarios and the contract suite write them: two spaces for each level, services with image,
 * command, restart, volumes and ports. Comments count nothing, as with Compose itself.
 */
export interface ServiceText {
  readonly image: string;
  readonly restart: string;
  readonly command: string;
  /** "FROM:TO", as they stand there. */
  readonly volumes: readonly string[];
  /** "HOST:CONTAINER". */
  readonly ports: readonly string[];
  /** Every other line that stands there. */
  readonly others: readonly string[];
}

export function servicesIn(texts: readonly string[]): ReadonlyMap<string, ServiceText> {
  const all = new Map<string, ServiceText>();
  for (const text of texts)
    for (const [name, lines] of blocksIn(text)) {
      const [before, own] = [all.get(name), read(lines)];
      all.set(name, before === undefined ? own : merged(before, own));
    }
  return all;
}

function merged(before: ServiceText, over: ServiceText): ServiceText {
  return {
    image: over.image === "" ? before.image : over.image,
    restart: over.restart === "" ? before.restart : over.restart,
    command: over.command === "" ? before.command : over.command,
    volumes: [...before.volumes, ...over.volumes],
    ports: [...before.ports, ...over.ports],
    others: [...before.others, ...over.others],
  };
}

function blocksIn(text: string): ReadonlyMap<string, readonly string[]> {
  const blocks = new Map<string, string[]>();
  let [inServices, name] = [false, ""];
  for (const line of text.split("\n").map((each) => each.replace(/(?:^|\s)#.*$/, "").trimEnd())) {
    if (line === "") continue;
    if (/^\S/.test(line)) inServices = line === "services:";
    else if (inServices && /^ {2}\S+:$/.test(line)) blocks.set((name = line.trim().slice(0, -1)), []);
    else if (inServices) blocks.get(name)?.push(line);
  }
  return blocks;
}

function read(lines: readonly string[]): ServiceText {
  const scalar = (key: string): string => {
    const line = lines.find((each) => each.startsWith(`    ${key}: `));
    return unquoted(line?.slice(key.length + 6) ?? "");
  };
  const list = (key: string): readonly string[] => {
    const from = lines.indexOf(`    ${key}:`);
    if (from < 0) return [];
    const rest = lines.slice(from + 1);
    const end = rest.findIndex((line) => !/^ {4,}- /.test(line));
    return rest.slice(0, end < 0 ? undefined : end).map((line) => unquoted(line.trim().slice(2)));
  };
  const [image, restart, command] = [scalar("image"), scalar("restart"), scalar("command")];
  return { image, restart, command, volumes: list("volumes"), ports: list("ports"), others: othersIn(lines) };
}

const KNOWN = /^ {4}(?:image|restart|command|volumes|ports):/;

function othersIn(lines: readonly string[]): readonly string[] {
  let isKnown = false;
  return lines.filter((line) => {
    if (/^ {4}[^ -]/.test(line)) isKnown = KNOWN.test(line);
    return !isKnown;
  });
}

const unquoted = (text: string): string => text.trim().replace(/^(["'])(.*)\1$/, "$2");
