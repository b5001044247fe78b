import { fc } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { lookUp, readDotEnv } from "../../../src/docker/compose/environment.ts";
import { interpolate, type Variables } from "../../../src/docker/compose/interpolation.ts";
import { project, service } from "./world.ts";

const variables: Variables = (name) =>
  name === "SECRET"
    ? { known: false, why: "nobody knows" }
    : { known: true, value: { A: "1", EMPTY: "", NAME: "n" }[name] };

describe("variables in a text", () => {
  it.each([
    ["plain", "plain"],
    ["$A-${A}", "1-1"],
    ["$$A $${A}", "$A ${A}"],
    ["${GONE}", ""],
    ["$GONE/x", "/x"],
    ["${A:-d}", "1"],
    ["${GONE:-d}", "d"],
    ["${GONE-d}", "d"],
    ["${EMPTY:-d}", "d"],
    ["${EMPTY-d}", ""],
    ["${GONE:-${A}x}", "1x"],
    ["${GONE:-a:b/c-d}", "a:b/c-d"],
    ["${A:+set}", "set"],
    ["${EMPTY:+set}", ""],
    ["${EMPTY+set}", "set"],
    ["${A:?needed}", "1"],
  ])("%j becomes %j", (raw, text) => {
    expect(interpolate(raw, variables)).toEqual({ known: true, text });
  });

  it.each([
    "${GONE:?needed}",
    "${GONE?}",
    "${EMPTY:?}",
    "$",
    "${",
    "${1}",
    "a$ b",
    "${A",
    "$1",
    "${SECRET}",
    "$SECRET",
    "${SECRET:-default}",
    "${GONE:-${SECRET}}",
  ])("%j is not known, and keeps what is written", (raw) => {
    expect(interpolate(raw, variables)).toMatchObject({ known: false, raw });
  });

  it("is left as it is where no dollar stands in it, and doubled dollars come back single", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(interpolate(text.replaceAll("$", "$$$$"), variables)).toEqual({ known: true, text });
      }),
    );
  });

  it("ends on any text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("$", "{", "}", "A", ":", "-", "?", "+", "x") }),
        (raw) => void interpolate(raw, variables),
      ),
    );
  });
});

describe("the environment", () => {
  const nobody = { values: {}, complete: true };

  it("of a .env file has comments, quotes, exports and variables of the lines before", () => {
    const text = '# c\nA=1\nexport B=\'x # y\'\nC="a b" # c\nD= $A-${A} # c\nE=\nnot a line\nF="a\\nb"\n';
    expect([...readDotEnv(text, nobody)]).toEqual([
      ["A", "1"],
      ["B", "x # y"],
      ["C", "a b"],
      ["D", "1-1"],
      ["E", ""],
      ["F", undefined],
    ]);
  });

  it("of the caller comes before the file's", () => {
    const file = readDotEnv("A=file\nB=file\n", nobody);
    const look = lookUp({ values: { A: "caller" }, complete: true }, [file]);
    expect([look("A"), look("B"), look("C")]).toEqual([
      { known: true, value: "caller" },
      { known: true, value: "file" },
      { known: true, value: undefined },
    ]);
  });

  it("that is not known in full leaves what only it could say unknown, defaults too", async () => {
    const files = {
      "/p/compose.yml": "services:\n  db: {image: 'postgres:${V:-15}', volumes: ['${DIR:-./d}:/d', '${F}:/f']}\n",
      "/p/.env": "F=./f\n",
    };
    const db = service(await project(files, { environment: { values: {}, complete: false } }), "db");
    expect(db.image).toMatchObject({ known: false, raw: "postgres:${V:-15}" });
    expect(db.mounts).toMatchObject([
      { kind: "unknown", target: { raw: "${DIR:-./d}:/d" } },
      { kind: "bind", source: { text: "/p/f" } },
    ]);
  });
});
