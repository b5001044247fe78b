/** The little XML that S3 speaks. */
export type Element = readonly [name: string, content: string | number | boolean | readonly Element[]];

/** Elements of a record, in its order. */
export const elements = (fields: Readonly<Record<string, string | number>>): readonly Element[] =>
  Object.entries(fields);

export function xml(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${render(root)}`;
}

function render([name, content]: Element): string {
  const inner = Array.isArray(content) ? content.map(render).join("") : escape(String(content));
  return `<${name}>${inner}</${name}>`;
}

/** XML 1.0 has no way to write control characters: those arrive only if keys are URL-encoded. */
const escape = (text: string): string => text.replace(/[&<>"'\r\n]/g, (char) => `&#${char.codePointAt(0) ?? 0};`);
