/**
 * Gives a service a bind or a named volume in the text of a Compose file. Shipped lines that say the very same are
 * uncommented, else lines are put in with the file's own indentation; every other byte stays. The result is read again,
 * and must be the old file with one volume more; else the edit is refused.
 */
import { type Document, isMap, isScalar, isSeq, type Pair, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import { quoted } from "../../kit/text/printable.ts";
import { endOfContent, indentBefore, lineStart, linesAfter, type Splice, spliced } from "./edit-text.ts";
import { saysMore } from "./edit-check.ts";
import { itemDepth, type ShippedVolume, shippedVolumes, uncommented } from "./shipped.ts";
import { isNamed, itemText, itemYaml, refusal, scalarYaml, type VolumeChange } from "./volume-item.ts";

export type Edited =
  | { readonly done: true; readonly text: string; readonly how: "uncommented" | "inserted" }
  | { readonly done: false; readonly why: string };

export interface EditOptions {
  /** A service that the file lacks is put in: an override needs to say no more of it than its volumes. */
  readonly newServices?: boolean;
}

/** One after the other, all or none. `how` is of the last one. */
export function addVolumes(text: string, changes: readonly VolumeChange[], options: EditOptions = {}): Edited {
  let edited: Edited = { done: true, text, how: "inserted" };
  for (const change of changes) {
    if (!edited.done) return edited;
    edited = addVolume(edited.text, change, options);
  }
  return edited;
}

export function addVolume(text: string, change: VolumeChange, options: EditOptions = {}): Edited {
  const no = refusal(change);
  if (no !== undefined) return { done: false, why: no };
  const opened = open(text, change);
  if (typeof opened === "string" && options.newServices !== true) return { done: false, why: opened };
  const ways = typeof opened === "string" ? newService(text, change) : volumeOf(opened, change);
  for (const { splices, how } of ways) {
    const after = spliced(text, splices);
    if (saysMore(text, after, change)) return { done: true, text: after, how };
  }
  const name = quoted(change.service);
  return {
    done: false,
    why: `${name} is written in a form to which no volume can be added with all else left as it is`,
  };
}

function* volumeOf(opened: Opened, change: VolumeChange): Generator<Attempt> {
  for (const { splices, how } of attempts(opened, change))
    yield { splices: isNamed(change) ? [...splices, ...declaration(opened, change)] : splices, how };
}

/** Behind the last service of a file that has `services:`. */
function* newService(text: string, change: VolumeChange): Generator<Attempt> {
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false, logLevel: "error" });
  const root: unknown = document.contents;
  const services: unknown = isMap(root) ? root.get("services", true) : undefined;
  if (!isMap(root) || !isMap(services) || pairOf(services, change.service) !== undefined) return;
  const keys = keyIndent(text, services);
  if (keys === undefined) return;
  const lines = [`${keys}${scalarYaml(change.service)}:`, `${keys}  volumes:`, `${keys}    - ${itemYaml(change)}`];
  const splice = linesAfter(text, endOfContent(services), lines);
  yield { splices: isNamed(change) ? [splice, ...declaration({ text, root }, change)] : [splice], how: "inserted" };
}

/** The volumes that the service's comments offer. */
export function volumesOffered(text: string, service: string): readonly ShippedVolume[] {
  const opened = open(text, { service });
  return typeof opened === "string" ? [] : offered(opened);
}

interface Opened {
  readonly text: string;
  readonly document: Document.Parsed;
  readonly root: YAMLMap;
  readonly service: YAMLMap;
  /** Offset of the service's key, and of the text after the service. */
  readonly span: { readonly from: number; readonly to: number };
  readonly volumes: Pair | undefined;
}

/** The service's own map, or why it cannot be edited. */
function open(text: string, { service }: { readonly service: string }): Opened | string {
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false, logLevel: "error" });
  const root: unknown = document.contents;
  if (document.errors.length > 0 || !isMap(root)) return "the YAML cannot be read";
  const services: unknown = root.has("services") || root.has("version") ? root.get("services", true) : root;
  const pair = isMap(services) ? pairOf(services, service) : undefined;
  if (!isMap(services) || pair === undefined) return `the file has no service ${quoted(service)}`;
  if (!isMap(pair.value)) return `${quoted(service)} is written as an alias or without content`;
  const from = startOf(pair.key);
  const following = [...services.items, ...root.items].map(({ key }) => startOf(key)).filter((at) => at > from);
  const to = Math.min(text.length, ...following);
  return { text, document, root, service: pair.value, span: { from, to }, volumes: pairOf(pair.value, "volumes") };
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

interface Attempt {
  readonly splices: readonly Splice[];
  readonly how: "uncommented" | "inserted";
}

/** Ways to write it, best first; each is checked by reading the result. */
function* attempts(opened: Opened, change: VolumeChange): Generator<Attempt> {
  for (const one of offered(opened)) {
    if (one.item !== itemText(change)) continue;
    const splices = uncommenting(opened, one);
    if (splices !== undefined) yield { splices, how: "uncommented" };
  }
  const list = opened.volumes?.value;
  if (opened.volumes === undefined) yield* newLists(opened, change);
  else if (isSeq(list)) yield* intoList(opened, list, change);
  else if (list === null || (isScalar(list) && list.value === null)) yield* belowKey(opened, opened.volumes, change);
}

function offered({ text, document, span, volumes }: Opened): readonly ShippedVolume[] {
  return shippedVolumes(text, { document, span, hasList: volumes !== undefined });
}

function uncommenting(opened: Opened, one: ShippedVolume): readonly Splice[] | undefined {
  const { text, service, volumes } = opened;
  const keys = keyIndent(text, service);
  if (keys === undefined) return undefined;
  if (one.key !== undefined) {
    if (volumes !== undefined) return undefined;
    return [uncommented(one.key, keys), uncommented(one.line, keys + " ".repeat(itemDepth(one)))];
  }
  const dash = isSeq(volumes?.value) ? dashOf(text, volumes.value) : undefined;
  return dash === undefined ? undefined : [uncommented(one.line, dash.indent)];
}

function* intoList({ text }: Opened, list: YAMLSeq, change: VolumeChange): Generator<Attempt> {
  const end = endOfContent(list);
  if (list.flow === true) {
    const at = list.items.length === 0 ? startOf(list) + 1 : endOfContent(list.items.at(-1));
    const insert = list.items.length === 0 ? itemYaml(change) : `, ${itemYaml(change)}`;
    yield { splices: [{ from: at, to: at, insert }], how: "inserted" };
    return;
  }
  const dash = dashOf(text, list);
  if (dash === undefined) return;
  const line = `${dash.indent}-${dash.gap}${itemYaml(change)}`;
  yield { splices: [linesAfter(text, end, [line])], how: "inserted" };
}

/** `volumes:` with nothing behind it. */
function* belowKey(opened: Opened, pair: Pair, change: VolumeChange): Generator<Attempt> {
  const keys = keyIndent(opened.text, opened.service);
  if (keys === undefined) return;
  const line = `${keys}${" ".repeat(listDepth(opened))}- ${itemYaml(change)}`;
  yield { splices: [linesAfter(opened.text, endOfContent(pair.key), [line])], how: "inserted" };
}

/** A new `volumes:`, behind the service's last key; if that cannot be, behind an earlier one. */
function* newLists(opened: Opened, change: VolumeChange): Generator<Attempt> {
  const { text, service } = opened;
  if (service.flow === true) {
    const at = service.items.length === 0 ? startOf(service) + 1 : pairEnd(service.items.at(-1));
    const insert = `${service.items.length === 0 ? "" : ", "}volumes: [${itemYaml(change)}]`;
    yield { splices: [{ from: at, to: at, insert }], how: "inserted" };
    return;
  }
  const keys = keyIndent(text, service);
  if (keys === undefined) return;
  const lines = [`${keys}volumes:`, `${keys}${" ".repeat(listDepth(opened))}- ${itemYaml(change)}`];
  for (const pair of [...service.items].reverse())
    yield { splices: [linesAfter(text, pairEnd(pair), lines)], how: "inserted" };
}

/** The key of a named volume at the top, if the file lacks it. */
function declaration({ text, root }: Pick<Opened, "text" | "root">, { source }: VolumeChange): readonly Splice[] {
  const pair = pairOf(root, "volumes");
  const key = `${scalarYaml(source)}:`;
  if (pair === undefined) return [linesAfter(text, text.trimEnd().length, ["", "volumes:", `  ${key}`])];
  const { value } = pair;
  if (isMap(value) && pairOf(value, source) !== undefined) return [];
  if (isMap(value) && value.flow === true) {
    const at = value.items.length === 0 ? startOf(value) + 1 : pairEnd(value.items.at(-1));
    return [{ from: at, to: at, insert: `${value.items.length === 0 ? "" : ", "}${key} ` }];
  }
  const indent = isMap(value) ? keyIndent(text, value) : "  ";
  if (indent === undefined) return [];
  return [linesAfter(text, isMap(value) ? endOfContent(value) : endOfContent(pair.key), [indent + key])];
}

function pairEnd(pair: Pair | undefined): number {
  return Math.max(endOfContent(pair?.key), endOfContent(pair?.value));
}

function startOf(node: unknown): number {
  return isScalar(node) || isMap(node) || isSeq(node) ? (node.range?.[0] ?? 0) : 0;
}

/** Indentation of a block map's keys; undefined if its first key does not begin its line. */
function keyIndent(text: string, map: YAMLMap): string | undefined {
  return map.flow === true ? undefined : indentBefore(text, startOf(map.items[0]?.key));
}

/** The place of the dashes of a block list's items, and the text between dash and item. */
function dashOf(text: string, list: YAMLSeq): { readonly indent: string; readonly gap: string } | undefined {
  const first = startOf(list);
  const [, indent, gap] = /^( *)-( +)/u.exec(text.slice(lineStart(text, first))) ?? [];
  return list.flow === true || indent === undefined || gap === undefined ? undefined : { indent, gap };
}

/** How much deeper than its key the file puts the items of a list: as in the first list that it has, else 2. */
function listDepth({ text, document }: Opened): number {
  const stack: unknown[] = [document.contents];
  while (stack.length > 0) {
    const node = stack.shift();
    if (!isMap(node)) continue;
    for (const { key, value } of node.items) {
      stack.push(value);
      const [keys, dash] =
        isSeq(value) && node.flow !== true ? [indentBefore(text, startOf(key)), dashOf(text, value)] : [];
      if (keys !== undefined && dash !== undefined) return Math.max(0, dash.indent.length - keys.length);
    }
  }
  return 2;
}
