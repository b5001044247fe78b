import { fc } from "../../../properties.js";
import { describe, expect, it } from "vitest";
import { childNamed, childText, parseXml } from "../../../../src/adapters/s3/wire/xml.js";
import { xml } from "../../../../src/rehearsal/object-store/xml.js";

describe("XML of a store", () => {
  it("is read with its declaration, attributes, empty elements, blanks and entities", () => {
    const text = `<?xml version="1.0" encoding="UTF-8"?>
      <Root xmlns="http://s3.amazonaws.com/doc/2006-03-01/"> <A>&quot;abc&quot; &#38; &#x3c;&gt;</A>\n <B/> <C k="v" /> <D><E>1</E></D></Root>\n`;
    const root = parseXml(text);
    expect(root.name).toBe("Root");
    expect(childText(root, "A")).toBe('"abc" & <>');
    expect(childText(root, "B")).toBe("");
    expect(childText(root, "C")).toBe("");
    expect(childText(childNamed(root, "D") ?? root, "E")).toBe("1");
    expect(childText(root, "F")).toBeUndefined();
  });

  it("comes back as it was written", () => {
    const leaf = fc.tuple(
      fc.constantFrom("A", "B"),
      fc.string({ unit: "grapheme" }).filter((text) => !/\p{Cc}/u.test(text)),
    );
    fc.assert(
      fc.property(fc.array(leaf, { minLength: 1 }), (leaves) => {
        const root = parseXml(xml(["Root", leaves]));
        expect(root.children.map(({ name, text }) => [name, text])).toEqual(leaves);
      }),
    );
  });

  it("is refused when it is cut, wherever", () => {
    const whole = xml([
      "Root",
      [
        ["A", "one"],
        ["B", [["C", "&"]]],
      ],
    ]);
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => parseXml(whole.slice(0, length)), whole.slice(0, length)).toThrow();
    }
  });

  it.each([
    ["a document type", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'],
    ["an unknown entity", "<x>&a;</x>"],
    ["a comment", "<x><!-- <y> --></x>"],
    ["two roots", "<x></x><y></y>"],
    ["tags that do not fit", "<x><y></x></y>"],
    ["an end without a beginning", "</x>"],
    ["text behind the root", "<x></x>more"],
    ["no XML", "please log in"],
  ])("is refused with %s", (_, text) => {
    expect(() => parseXml(text)).toThrow();
  });
});
