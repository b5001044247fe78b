/** Features that a service's old container has and its new one lacks. */
import type { DockerContainer, DockerMount, Unlike } from "../../../ports/docker-host.ts";
import { quoted } from "../../../kit/text/printable.ts";

/** Sentences without a beginning: "had …, and has none". `moved`: paths in the container whose data were moved. */
export function lostBy(
  before: DockerContainer,
  after: DockerContainer,
  about: { readonly moved: ReadonlySet<string>; readonly unlike: readonly Unlike[] },
): readonly string[] {
  return [
    ...before.mounts.flatMap((mount) => (about.moved.has(mount.destination) ? [] : lostMount(mount, after))),
    ...before.networks
      .filter((network) => !after.networks.includes(network))
      .map((network) => `was in the network ${quoted(network)}, and is not`),
    ...about.unlike.map(({ what, name, how }) => {
      const thing = name === "" ? what : `${what} ${quoted(name)}`;
      return how === "lost" ? `had ${thing}, and has not` : `has something else for ${thing}`;
    }),
  ];
}

function lostMount(mount: DockerMount, after: DockerContainer): readonly string[] {
  const now = after.mounts.find(({ destination }) => destination === mount.destination);
  const at = `at ${mount.destination}`;
  if (now === undefined) return [`had ${nameOf(mount)} ${at}, and has nothing there`];
  if (nameOf(now) === nameOf(mount))
    return now.writable === mount.writable ? [] : [`may ${now.writable ? "" : "not "}write ${at}, other than before`];
  const kept = isAnonymous(mount) ? ": what lay there stays with the old container" : "";
  return [`had ${nameOf(mount)} ${at}, and has ${nameOf(now)} there${kept}`];
}

/** The name of a mount. A name that the engine gave is cut as the engine itself shows it. */
function nameOf({ kind, volume, source }: DockerMount): string {
  if (kind === "bind") return source;
  return kind === "volume" ? `the volume ${volume.slice(0, ENOUGH)}` : kind;
}

const ENOUGH = 64;
const isAnonymous = ({ kind, volume }: DockerMount): boolean => kind === "volume" && /^[0-9a-f]{64}$/u.test(volume);
