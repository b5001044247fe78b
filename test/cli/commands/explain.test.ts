import { afterAll, describe, expect, it } from "vitest";
import { CATALOGUE, EXIT } from "../../../src/errors.ts";
import { Place } from "../program.ts";

const place = new Place();
afterAll(() => place.remove());

describe("explain", () => {
  it("tells of a code what leads to it and what to do, at 80 columns", async () => {
    const { code, stdout } = await place.run(["explain", "IN-DOUBT"]);
    expect(code).toBe(EXIT.done);
    expect(stdout).toContain(`in-doubt (exit code 14): ${CATALOGUE["in-doubt"].meaning}.`);
    expect(stdout).toMatch(/What to do:\n {2}- dingo-recover status RUN/u);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it("lists every code without one, and those of an exit code", async () => {
    const [all, refused] = await Promise.all([place.run(["explain"]), place.run(["explain", "16", "--json"])]);
    for (const code of Object.keys(CATALOGUE)) expect(all.stdout).toContain(`  ${code} `);
    const { codes } = JSON.parse(refused.stdout) as { codes: { code: keyof typeof CATALOGUE; exitCode: number }[] };
    expect(codes.map(({ code }) => code).toSorted()).toEqual(
      Object.entries(CATALOGUE)
        .filter(([, { exit }]) => exit === "refused")
        .map(([code]) => code)
        .toSorted(),
    );
    for (const { exitCode } of codes) expect(exitCode).toBe(EXIT.refused);
  });

  it("knows the ends that no error leads to", async () => {
    const [serious, done, warning] = await Promise.all([
      place.run(["explain", "21"]),
      place.run(["explain", "0", "--json"]),
      place.run(["explain", "20", "--json"]),
    ]);
    // A run ends with it, and so does a search.
    for (const whose of ["After a run", "After discover"]) expect(warning.stdout).toContain(whose);
    expect(serious).toMatchObject({ code: EXIT.done, stderr: "" });
    expect(serious.stdout).toMatch(/^exit code 21: done, and what was found is serious/u);
    expect(JSON.parse(done.stdout)).toMatchObject({ codes: [], meaning: expect.stringContaining("proved") as string });
  });

  it("has a text for every exit code", async () => {
    for (const exit of Object.values(EXIT)) expect((await place.run(["explain", String(exit)])).code).toBe(EXIT.done);
  });

  it.each([
    ["in-dout", "in-doubt"],
    ["stopd", "stopped-by-operator"],
  ])("knows what was meant by a misspelt one: %s", async (given, meant) => {
    const { code, stderr } = await place.run(["explain", given]);
    expect(code).toBe(EXIT.usage);
    expect(stderr.replaceAll(/\s+/gu, " ")).toContain(`Did you mean "${meant}"?`);
  });

  it("guesses nothing if nothing is near", async () => {
    const { code, stderr } = await place.run(["explain", "foo"]);
    expect([code, stderr.replaceAll(/\s+/gu, " ").trim()]).toEqual([
      EXIT.usage,
      'error: there is no code "foo" dingo-recover explain names all. (usage)',
    ]);
  });
});
