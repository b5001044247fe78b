/** One or none, to be spread into a list. */
export const listed = <V>(value: V | undefined): readonly V[] => (value === undefined ? [] : [value]);

/** A field that is there or absent, for objects whose fields may not be undefined: `{ a, ...optional("b", b) }`. */
export function optional<K extends string, V>(key: K, value: V | undefined): { readonly [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [key in K]?: V });
}
