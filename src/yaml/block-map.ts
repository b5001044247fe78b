/** Where one more entry goes into a map of a text, so that the rest of the text stays as it is. */
import { isMap, isScalar, parseDocument } from "yaml";

export type BlockMap =
  | {
      readonly kind: "there";
      readonly keys: readonly string[];
      /** Of its keys, counted from 0. */
      readonly column: number;
      /** Behind its last entry, in characters of the text. */
      readonly end: number;
    }
  /** The text is a map, or nothing yet, without that key. */
  | { readonly kind: "absent" }
  /** Nothing can be put into the text without writing it anew: it has mistakes, or stands in braces. */
  | { readonly kind: "unfit" };

/** Of a key at the top of the text. */
export function blockMapOf(text: string, key: string): BlockMap {
  const { contents: root, errors } = parseDocument(text);
  if (errors.length > 0 || !(root === null || (isMap(root) && root.flow !== true))) return { kind: "unfit" };
  const pair = root?.items.find((each) => isScalar(each.key) && each.key.value === key);
  if (pair === undefined) return { kind: "absent" };
  const map = pair.value;
  if (!isMap(map) || map.flow === true) return { kind: "unfit" };
  const keys = map.items.map((each) => String(isScalar(each.key) ? each.key.value : ""));
  const [first] = map.items;
  const start = isScalar(first?.key) ? first.key.range[0] : map.range[0];
  return { kind: "there", keys, column: start - (text.lastIndexOf("\n", start - 1) + 1), end: map.range[2] };
}
