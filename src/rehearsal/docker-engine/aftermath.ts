/** What is left of a Docker host, and what was done to it: for people, and for a crash matrix that lays two of them side by side. */
import type { DockerEngineState, SimContainer } from "./state.js";
import type { Tree, TreeNode } from "./tree.js";

type Counts = Readonly<Record<string, number>>;

/** Every change since a time of the box, by its first word. */
export const doneTo = (state: DockerEngineState | undefined, since: number): Counts =>
  counted(changesOf(state, since).map((what) => `Docker host ${what.split(" ")[0] ?? ""}`));

/** A run's own unfinished copies, dumps and proofs are made again, and an image of the same container is the same image. */
const AGAIN = /^(?:mkdir|cp|rm -rf|commit|fill|dump) |-(?:part|proof)\b/;
/** A server on a run's own copy, which may be started anew. */
const ON_COPY = /^(?:run|stop|rm) dingo-recover-\d{8}-\d{6}-\w+-\d+$/;

/** What may be done once, each by its whole words. */
export const doneOnce = (state: DockerEngineState | undefined, since: number): Counts =>
  counted(
    lastingOf(changesOf(state, since).filter((what) => !AGAIN.test(what) && !ON_COPY.test(what))).map(
      (what) => `Docker host ${what}`,
    ),
  );

/** A volume that was made and removed again is as if it had never been. */
function lastingOf(changes: readonly string[]): readonly string[] {
  return changes.reduce<readonly string[]>((before, what) => {
    const made = before.lastIndexOf(what.replace(/^volume rm /, "volume create "));
    return what.startsWith("volume rm ") && made >= 0 ? before.toSpliced(made, 1) : [...before, what];
  }, []);
}

function changesOf(state: DockerEngineState | undefined, since: number): readonly string[] {
  const times = state?.recordedAt ?? [];
  return (state?.record ?? []).filter((_, index) => (times[index] ?? 0) >= since);
}

function counted(names: readonly string[]): Counts {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** All that lasts; how often it was looked at and when says nothing. */
export function lasting({ containers, volumes, images, host }: DockerEngineState): Record<string, unknown> {
  const used = new Set(Object.values(containers).flatMap(({ mounts }) => mounts.map(({ from }) => from)));
  return {
    containers: Object.values(containers).map(ofContainer),
    volumes: Object.values(volumes).map(({ name, tree }) => ({ name, isUsed: used.has(name), files: filesOf(tree) })),
    images: Object.values(images).map(({ tags }) => tags),
    host: filesOf(host),
  };
}

const ofContainer = ({
  name,
  image,
  status,
  exitCode,
  restartPolicy,
  labels,
  env,
  mounts,
  ports,
  layer,
}: SimContainer) => ({
  ...{ name, image, status, exitCode, restartPolicy, labels, env, mounts, ports: ports ?? [] },
  layer: filesOf(layer),
});

const filesOf = ({ nodes }: Tree): Record<string, string> =>
  Object.fromEntries(Object.entries(nodes).map(([path, node]) => [path, factsOf(node)]));

const factsOf = (node: TreeNode): string =>
  [node.kind, node.uid, node.mode, ...(node.kind === "file" ? [node.size, textOf(node.start)] : [])].join(" ");

const textOf = (start: string): string => Buffer.from(start, "base64").toString("latin1");
