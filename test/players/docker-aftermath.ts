/** The changes to a Docker host, and their result, so that two hosts can be laid side by side. */
import { changesSince } from "../../src/rehearsal/docker-engine/aftermath.ts";
import type { DockerEngineState, SimContainer } from "../../src/rehearsal/docker-engine/state.ts";
import type { Tree, TreeNode } from "../../src/rehearsal/docker-engine/tree.ts";

/** A run's own unfinished copies, dumps and proofs are made again, and an image of the same container is the same image. */
const AGAIN = /^(?:mkdir|cp|rm -rf|commit|fill|dump) |-(?:part|proof)\b/;
/** A server on a run's own copy, which may be started anew. */
const ON_COPY = /^(?:run|stop|rm) dingo-recover-\d{8}-\d{6}-\w+-\d+$/;

/**
 * The changes that may be made once, each by its whole words. A volume that was made and removed again is as if it had
 * never been.
 */
export const doneOnce = (state: DockerEngineState | undefined, since: number): readonly string[] =>
  changesSince(state, since)
    .filter((what) => !AGAIN.test(what) && !ON_COPY.test(what))
    .reduce<readonly string[]>((before, what) => {
      const made = before.lastIndexOf(what.replace(/^volume rm /, "volume create "));
      return what.startsWith("volume rm ") && made >= 0 ? before.toSpliced(made, 1) : [...before, what];
    }, []);

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

const ofContainer = (each: SimContainer) => {
  const { name, image, status, exitCode, restartPolicy, labels, env, mounts, ports = [] } = each;
  return { name, image, status, exitCode, restartPolicy, labels, env, mounts, ports, layer: filesOf(each.layer) };
};

const filesOf = ({ nodes }: Tree): Record<string, string> =>
  Object.fromEntries(Object.entries(nodes).map(([path, node]) => [path, factsOf(node)]));

const factsOf = (node: TreeNode): string =>
  [node.kind, node.uid, node.mode, ...(node.kind === "file" ? [node.size, textOf(node.start)] : [])].join(" ");

const textOf = (start: string): string => Buffer.from(start, "base64").toString("latin1");
