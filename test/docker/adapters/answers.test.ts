import { describe, expect, it } from "vitest";
import { containerOf, parseInspected } from "../../../src/docker/adapters/inspected.ts";

const volume = (Name: string, Destination: string) => ({ Type: "volume", Name, Source: `/v/${Name}`, Destination });

const inspected = (Mounts: readonly object[]): string =>
  JSON.stringify([
    { Id: "1", Name: "/db", Image: "i", State: {}, HostConfig: { Binds: null }, Config: { Env: null }, Mounts },
  ]);

describe("what the engine says of a container", () => {
  it("is the same in whatever order it tells the mounts", () => {
    const mounts = [volume("b", "/data"), volume("a", "/srv/pg"), volume("c", "/uploads")];
    const said = [mounts, mounts.toReversed(), [...mounts.slice(1), ...mounts.slice(0, 1)]].map((each) =>
      parseInspected(inspected(each), "here").map(containerOf),
    );
    expect(said[0]?.[0]?.mounts.map(({ destination }) => destination)).toEqual(["/data", "/srv/pg", "/uploads"]);
    expect(said.slice(1)).toEqual([said[0], said[0]]);
  });
});
