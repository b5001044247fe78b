/** `volumes:` at the top of a file: the named volumes of the project. */
import { child, type ComposeNode, entriesOf, type Place } from "./node.ts";
import type { PlacedText } from "./resolved.ts";
import { type Scope, textOf } from "./scope.ts";

export interface NamedVolume {
  readonly key: string;
  readonly place: Place;
  /** The engine's name if the file gives one; else it is the project's name with the key. */
  readonly name?: PlacedText;
  readonly external: boolean | "unknown";
  readonly driver?: PlacedText;
  /** `type: none, o: bind, device: PATH` makes a bind of it. */
  readonly device?: PlacedText;
}

export function readVolumes(node: ComposeNode | undefined, scope: Scope): readonly NamedVolume[] {
  return entriesOf(node).map(([key, { keyPlace, value }]) => {
    const external = child(value, "external");
    // Before format 3.4 the name stood below `external`.
    const name = textOf(child(value, "name"), scope) ?? textOf(child(external, "name"), scope);
    const driver = textOf(child(value, "driver"), scope);
    const device = textOf(child(child(value, "driver_opts"), "device"), scope);
    return {
      key,
      place: keyPlace,
      ...(name === undefined ? {} : { name }),
      external: isExternal(external, scope),
      ...(driver === undefined ? {} : { driver }),
      ...(device === undefined ? {} : { device }),
    };
  });
}

function isExternal(node: ComposeNode | undefined, scope: Scope): boolean | "unknown" {
  if (node?.kind === "map") return true;
  const said = textOf(node, scope);
  if (said === undefined) return false;
  return said.known ? /^(?:true|yes|on|y)$/iu.test(said.text) : "unknown";
}
