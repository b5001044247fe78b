/** Whether a text says all that another one says, and one volume more: the check of an edit before it is shown. */
import { type ComposeMap, type ComposeNode, entriesOf } from "./node.ts";
import { Problems } from "./problems.ts";
import { readComposeText } from "./read-file.ts";
import { isNamed, itemText, type VolumeChange } from "./volume-item.ts";

type Plain = string | null | readonly Plain[] | PlainMap;

interface PlainMap {
  readonly [key: string]: Plain;
}

export function saysMore(before: string, after: string, change: VolumeChange): boolean {
  const [old, edited] = [read(before), read(after)];
  if (old === undefined || edited === undefined) return false;
  return JSON.stringify(plain(edited)) === JSON.stringify(expected(plain(old), change));
}

/** Undefined if it cannot be read. */
function read(text: string): ComposeMap | undefined {
  return readComposeText("", text, new Problems());
}

function plain(node: ComposeNode): Plain {
  if (node.kind === "scalar") return node.empty ? null : (node.tag ?? "") + node.text;
  if (node.kind === "list") return node.items.map(plain);
  // Sorted: a key that is added may stand anywhere.
  const sorted = entriesOf(node).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, { value }]) => [key, plain(value)]));
}

function expected(old: Plain, change: VolumeChange): Plain {
  const root = mapOf(old);
  const first = root["services"] === undefined && root["version"] === undefined;
  const services = first ? root : mapOf(root["services"]);
  const service = mapOf(services[change.service]);
  const list = service["volumes"];
  const volumes = [...(Array.isArray(list) ? (list as readonly Plain[]) : []), itemText(change)];
  const changed = sorted({ ...services, [change.service]: sorted({ ...service, volumes }) });
  if (first) return isNamed(change) ? null : changed;
  const top = sorted({ ...root, services: changed });
  if (!isNamed(change)) return top;
  const declared = mapOf(root["volumes"]);
  return sorted({
    ...top,
    volumes: Object.hasOwn(declared, change.source) ? declared : sorted({ ...declared, [change.source]: null }),
  });
}

function mapOf(value: Plain | undefined): PlainMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as PlainMap) : {};
}

function sorted(map: PlainMap): PlainMap {
  return Object.fromEntries(Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
