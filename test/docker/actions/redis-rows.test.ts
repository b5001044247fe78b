/** An answer that a Redis does not give is not taken for nothing (law 5). */
import { describe, expect, it } from "vitest";
import { whyNot, askRows } from "../../../src/docker/actions/compose/rows.ts";
import type { MovedService } from "../../../src/docker/actions/compose/moved-service.ts";
import type { DockerWork, Said } from "../../../src/ports/docker-work.ts";

const MOVED = { kind: "redis" } as MovedService;

/** It answers to PING, and to INFO with the given text. */
const redis = (info: Partial<Said>) => {
  const exec = (_container: string, argv: readonly string[]): Promise<Said> =>
    Promise.resolve({ code: 0, stdout: "PONG\n", stderr: "", ...(argv.includes("INFO") ? info : {}) });
  return { exec } as Partial<DockerWork> as DockerWork;
};
const asked = (info: Partial<Said>) => askRows(redis(info), "cache", MOVED);

describe("the keys of a Redis", () => {
  it("are counted by database, and none if it says so", async () => {
    const stdout = "# Keyspace\r\ndb0:keys=12,expires=0,avg_ttl=0\r\ndb3:keys=1,expires=1,avg_ttl=5\r\n";
    expect(await asked({ stdout })).toEqual({
      rows: [
        { name: "db0", rows: "12" },
        { name: "db3", rows: "1" },
      ],
    });
    expect(await asked({ stdout: "# Keyspace\r\n" })).toEqual({ rows: [] });
  });

  it.each([
    ["NOPERM this user has no permissions to run the 'info' command\n"],
    ["ERR unknown command 'INFO', with args beginning with: 'keyspace'\n"],
  ])("cannot be counted by who may not: %s", async (stdout) => {
    expect(await asked({ stdout })).toEqual({ locked: true });
    expect(await whyNot(redis({ stdout }), "cache", MOVED)).toBeUndefined();
  });

  it.each<[Partial<Said>]>([
    [{ stdout: "" }],
    [{ stdout: "LOADING Redis is loading the dataset in memory\n" }],
    [{ code: 1, stdout: "", stderr: "Error: Server closed the connection\n" }],
  ])("are not known if the answer is another: %o", async (said) => {
    expect(await asked(said)).toHaveProperty("why");
  });
});
