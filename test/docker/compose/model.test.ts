/** The answers of both real programs for one file of many forms (`fixtures/compose-answers`). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readModel } from "../../../src/docker/compose/model.ts";
import { strangeBetween } from "../../../src/docker/compose/compare.ts";

const answer = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/compose-answers/${name}`, import.meta.url), "utf8");
const BOTH = [
  ["v1", answer("forms-1.29.2.yml")],
  ["v2", answer("forms-2.40.3.json")],
] as const;

describe.each(BOTH)("an answer of Compose %s", (generation, text) => {
  it("tells images, variables and mounts of each form, with the dollars of the file", () => {
    const [db] = readModel(text, generation, "here").services;
    expect(db).toMatchObject({
      name: "db",
      image: "postgres:",
      environment: { B: "a$b", PGDATA: "", X: "1" },
      takesMounts: false,
    });
    expect(db?.environment).not.toHaveProperty("NOV");
    expect(db?.mounts.map(({ kind, source, target }) => `${kind} ${source} ${target}`)).toEqual([
      "anonymous  /anonymous",
      "named data /data",
      "bind /srv/forms/b$c /b",
      "bind /root/h /h",
      "bind /srv/forms/l$o /long",
      "named data /more",
      "tmpfs  /t",
      "anonymous  /anon2",
    ]);
  });

  it("that is cut, or no answer, is malformed", () => {
    for (const bad of [text.slice(0, text.length / 2), "[]", '{"services": {"db": []}}', "services: [a"])
      expect(() => readModel(bad, generation, "here")).toThrow(
        expect.objectContaining({ code: "answer-malformed" }) as Error,
      );
  });
});

describe("two answers", () => {
  type Services = Readonly<Record<string, unknown>>;
  const model = (services: Services, more = {}) => readModel(JSON.stringify({ services, ...more }), "v2", "here");
  const bind = (source: string, target: string, more = {}) => ({ type: "bind", source, target, ...more });
  const GIVEN = [{ service: "db", source: "/srv/pg", target: "/data" }];
  const web = { image: "w", environment: { KEY: "secret" }, volumes: [bind("/srv/www", "/www")] };
  const before = model({ db: { image: "pg", volumes: [{ type: "volume", target: "/data" }] }, web }, { name: "shop" });
  const changed = (db: object, services: Services = { web }, more: object = { name: "shop" }) =>
    strangeBetween(before, model({ db: { image: "pg", ...db }, ...services }, more), GIVEN);
  const volumes = [bind("/srv/pg", "/data")];

  it("are the same but for the mount that was given", () => {
    expect(changed({ volumes })).toBeUndefined();
  });

  it.each<readonly [string, string | undefined, RegExp]>([
    ["without the mount", changed({ volumes: [] }), /^the new mount of "db" would differ$/],
    ["with another directory", changed({ volumes: [bind("/srv/other", "/data")] }), /^the new mount/],
    ["with one more mount", changed({ volumes: [...volumes, bind("/x", "/y")] }), /^other mounts of "db"/],
    ["with a path mounted twice", changed({ volumes: [...volumes, bind("/x", "/data")] }), /mounted twice/],
    ["with another image", changed({ volumes, image: "pg:2" }), /^image of "db"/],
    [
      "with another value of a variable, which is not shown",
      changed({ volumes }, { web: { ...web, environment: { KEY: "other" } } }),
      /^environment of "web" would differ$/,
    ],
    [
      "with another right of a mount",
      changed({ volumes }, { web: { ...web, volumes: [bind("/srv/www", "/www", { read_only: true })] } }),
      /^other mounts of "web"/,
    ],
    ["without a service", changed({ volumes }, {}), /^the service "web" would be there on one side alone$/],
    ["with another name", changed({ volumes }, { web }, { name: "other" }), /^name would differ$/],
  ])("differ %s", (_, why, expected) => {
    expect(why).toMatch(expected);
  });
});
