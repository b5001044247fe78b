/**
 * The XML that S3 answers: elements, text and the five entities of XML 1.0. Anything else, and anything that is cut, is
 * refused: half an answer must not read as a whole one.
 */
export interface XmlElement {
  readonly name: string;
  /** Empty where there are children. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

interface Open {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

/** The root element. Throws a plain Error where the text is no whole document of that kind. */
export function parseXml(text: string): XmlElement {
  const document: Open = { name: "", text: "", children: [] };
  const open: Open[] = [document];
  let at = 0;
  for (let tag = text.indexOf("<"); tag >= 0; tag = text.indexOf("<", at)) {
    const end = text.indexOf(">", tag);
    if (end < 0) throw new Error("the XML is cut inside a tag");
    const inner = top(open);
    if (inner !== document && tag > at) inner.text += unescaped(text.slice(at, tag));
    readTag(open, text.slice(tag + 1, end));
    at = end + 1;
  }
  const [root, ...more] = document.children;
  if (root === undefined || more.length > 0 || open.length > 1 || text.slice(at).trim() !== "") {
    throw new Error("the answer is not one whole XML document");
  }
  return root;
}

/** The text of the first child of that name. */
export function childText(element: XmlElement, name: string): string | undefined {
  for (const child of element.children) if (child.name === name) return child.text;
  return undefined;
}

export function childrenNamed(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

export function childNamed(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

function readTag(open: Open[], tag: string): void {
  const inner = top(open);
  if (tag.startsWith("?")) return;
  if (tag.startsWith("!")) throw new Error("the answer is XML that no store writes");
  if (tag.startsWith("/")) {
    if (open.length === 1 || tag.slice(1).trimEnd() !== inner.name) throw new Error("the XML's tags do not fit");
    open.pop();
    top(open).children.push(finished(inner));
    return;
  }
  const empty = tag.endsWith("/");
  const name = /^[^\s/]+/.exec(tag)?.[0];
  if (name === undefined) throw new Error("the XML has a tag without a name");
  const element: Open = { name, text: "", children: [] };
  if (empty) inner.children.push(element);
  else open.push(element);
}

/** Blanks between child elements mean nothing. */
function finished(element: Open): XmlElement {
  return element.children.length === 0 ? element : { name: element.name, text: "", children: element.children };
}

const top = (open: readonly Open[]): Open => open[open.length - 1] as Open;

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** With the entities of XML 1.0 resolved. */
export function unescaped(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(#x[0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-z]+);/g, (_all, entity: string) => {
    if (entity.startsWith("#x")) return String.fromCodePoint(Number.parseInt(entity.slice(2), 16));
    if (entity.startsWith("#")) return String.fromCodePoint(Number(entity.slice(1)));
    const char = NAMED[entity];
    if (char === undefined) throw new Error("the XML has an entity that no store writes");
    return char;
  });
}
