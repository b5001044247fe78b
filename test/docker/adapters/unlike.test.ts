/** Two containers compared by the engine's words about them: names come out of it, values never. */
import { describe, expect, it } from "vitest";
import { parseInspected } from "../../../src/docker/adapters/inspected.ts";
import { unlikeOf } from "../../../src/docker/adapters/unlike.ts";

const [BEFORE, AFTER] = ["a".repeat(64), "b".repeat(64)];
type Body = Readonly<Record<string, unknown>>;

const said = (Id: string, Config: Body = {}, HostConfig: Body = {}) => ({
  ...{ Id, Name: "/db", Image: "i", State: {}, Config, HostConfig },
});
function unlike(...both: readonly object[]) {
  const [before, after] = parseInspected(JSON.stringify(both), "here");
  return before === undefined || after === undefined ? undefined : unlikeOf(before, after);
}

describe("in what a container is not like another", () => {
  it("counts what an engine writes as null, as nothing or as empty for the same, and no order of fields", () => {
    const one = said(BEFORE, { User: "", Cmd: null }, { Tmpfs: { "/a": "", "/b": "" }, Dns: null, Memory: 0 });
    const other = said(AFTER, { Cmd: [] }, { Tmpfs: { "/b": "", "/a": "" }, Dns: [] });
    expect(unlike(one, other)).toEqual([]);
  });

  it("says what is lost and what is changed, and not what is added", () => {
    const one = said(
      BEFORE,
      { Env: ["C", "B=2=3", "A=1"], Cmd: ["x"] },
      { Tmpfs: { "/run": "" }, CapAdd: ["SYS_NICE"] },
    );
    const other = said(AFTER, { Env: ["B=2=4", "C=", "D=5"], Cmd: ["y"] }, { Dns: ["10.0.0.1"] });
    expect(unlike(one, other)).toEqual([
      { what: "the variable", name: "A", how: "lost" },
      { what: "the variable", name: "B", how: "changed" },
      { what: "the command", name: "", how: "changed" },
      { what: "what it has in memory (tmpfs)", name: "", how: "lost" },
      { what: "the capabilities", name: "", how: "lost" },
    ]);
  });

  it("is not told of an answer that is cut", () => {
    expect(() => parseInspected('[{"Id":"a', "here")).toThrow(expect.objectContaining({ code: "answer-incomplete" }));
  });
});
