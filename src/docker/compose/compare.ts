/** Whether Compose says the same as before but for the mounts that services are given: names of what differs, no values. */
import { isDeepStrictEqual } from "node:util";
import { quoted } from "../../kit/text/printable.ts";
import type { ComposeModel, ComposeMount, ComposeService } from "./model.ts";
import type { Given } from "./override-file.ts";

/** Undefined if nothing else differs, and no path of a service is mounted twice. */
export function strangeBetween(before: ComposeModel, after: ComposeModel, given: readonly Given[]): string | undefined {
  const keys = differing(before.rest, after.rest);
  if (keys.length > 0) return `${keys.join(", ")} would differ`;
  const names = new Set([...before.services, ...after.services].map(({ name }) => name));
  for (const name of names) {
    const [old, now] = [before, after].map(({ services }) => services.find((each) => each.name === name));
    if (old === undefined || now === undefined) return `the service ${quoted(name)} would be there on one side alone`;
    const why = strangeIn(
      old,
      now,
      given.filter(({ service }) => service === name),
    );
    if (why !== undefined) return `${why} of ${quoted(name)} would differ`;
  }
  return undefined;
}

function strangeIn(old: ComposeService, now: ComposeService, given: readonly Given[]): string | undefined {
  const { hostname = "" } = given.find((each) => (each.hostname ?? "") !== "") ?? {};
  const keys = differing(hostname === "" ? old.rest : { ...old.rest, hostname }, now.rest);
  if (keys.length > 0) return keys.join(", ");
  const targets = new Set(now.mounts.map(({ target }) => target));
  if (targets.size !== now.mounts.length) return "a path that is mounted twice";
  const isGiven = ({ target }: ComposeMount): boolean => given.some((each) => each.target === target);
  const kept = (mounts: readonly ComposeMount[]): readonly string[] =>
    mounts.flatMap((mount) => (isGiven(mount) ? [] : [mount.said])).sort();
  if (!isDeepStrictEqual(kept(old.mounts), kept(now.mounts))) return "other mounts";
  const isThere = ({ source, target }: Given): boolean =>
    now.mounts.some((mount) => mount.kind === "bind" && mount.source === source && mount.target === target);
  return given.every(isThere) ? undefined : "the new mount";
}

type Said = Readonly<Record<string, unknown>>;

const differing = (before: Said, after: Said): readonly string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => !isDeepStrictEqual(before[key], after[key]),
  );
