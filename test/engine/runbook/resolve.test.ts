import { describe, expect, it } from "vitest";
import { parseTemplate, references, resolve } from "../../../src/engine/runbook/resolve.ts";

const SCOPE = {
  inputs: { service: "db", count: 3, flag: true, nothing: null, apps: ["a"] },
  steps: { create_service: { guid: "g-1", nodes: [{ cell: "x" }] } },
};

describe("resolve", () => {
  it("keeps the type of a value that is one reference", () => {
    expect(resolve(parseTemplate("${{ inputs.count }}"), SCOPE)).toBe(3);
    expect(resolve(parseTemplate("${{inputs.apps}}"), SCOPE)).toEqual(["a"]);
    expect(resolve(parseTemplate("${{ inputs.nothing }}"), SCOPE)).toBeNull();
  });

  it("puts text, numbers and booleans into text", () => {
    expect(resolve(parseTemplate("${{ inputs.service }}/${{ inputs.count }}-${{ inputs.flag }}."), SCOPE)).toBe(
      "db/3-true.",
    );
  });

  it("reads a step id with dashes as its key in the scope", () => {
    expect(resolve(parseTemplate("${{ steps.create-service.guid }}"), SCOPE)).toBe("g-1");
    expect(resolve(parseTemplate("${{ steps.create_service.guid }}"), SCOPE)).toBe("g-1");
  });

  it("takes values as data: a reference inside a value is not followed", () => {
    expect(resolve(parseTemplate("${{ inputs.x }}!"), { inputs: { x: "${{ inputs.y }} $(rm)" } })).toBe(
      "${{ inputs.y }} $(rm)!",
    );
  });

  it("passes on the placeholders of a dry run", () => {
    expect(resolve(parseTemplate("key-${{ steps.a.guid }}"), { steps: { a: { guid: "<a.guid>" } } })).toBe(
      "key-<a.guid>",
    );
  });

  it("names the path of a value that is missing, and how far it came", () => {
    expect(() => resolve(parseTemplate("${{ steps.gone.guid }}"), SCOPE)).toThrow(
      'there is no "steps.gone" for the reference "steps.gone.guid"',
    );
    expect(() => resolve(parseTemplate("${{ inputs.constructor }}"), SCOPE)).toThrow(
      'there is no "inputs.constructor"',
    );
    expect(() => resolve(parseTemplate("${{ inputs.service.length }}"), SCOPE)).toThrow(
      'there is no "inputs.service.length"',
    );
  });

  it("refuses null, lists and maps inside a text", () => {
    expect(() => resolve(parseTemplate("x ${{ inputs.nothing }}"), SCOPE)).toThrow('"inputs.nothing" is null');
    expect(() => resolve(parseTemplate("x ${{ inputs.apps }}"), SCOPE)).toThrow('"inputs.apps" is a list');
    expect(() => resolve(parseTemplate("x ${{ steps.create_service }}"), SCOPE)).toThrow("is a map");
  });
});

describe("parseTemplate", () => {
  it("leaves text without references alone, shell variables included", () => {
    expect(parseTemplate("a $HOME ${x} {{json .}}")).toEqual({ kind: "literal", value: "a $HOME ${x} {{json .}}" });
  });

  it.each([
    "${{ inputs.a + 1 }}",
    "${{ }}",
    "${{ inputs.a",
    "${{ f(x) }}",
    "${{ inputs..a }}",
    "{{ inputs.a }}",
    "${{ '}}' }}",
  ])("refuses %s", (text) => {
    expect(() => parseTemplate(text)).toThrow();
  });
});

describe("references", () => {
  it("lists every path of a nested template", () => {
    const template = {
      kind: "map" as const,
      entries: {
        a: parseTemplate("${{ inputs.a }}"),
        b: { kind: "list" as const, items: [parseTemplate("x${{ run.id }}${{ inputs.a }}")] },
      },
    };
    expect(references(template)).toEqual([
      ["inputs", "a"],
      ["run", "id"],
      ["inputs", "a"],
    ]);
  });
});
