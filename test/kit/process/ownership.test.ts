/** Who may lead a path elsewhere: by a directory on the way, or by a link in one. */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { othersMayLead } from "../../../src/kit/process/ownership.ts";

let place: string;
beforeEach(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), "ownership-")));
  for (const name of ["own", "open", "open/below"]) mkdirSync(join(place, name), { mode: 0o700 });
  chmodSync(join(place, "open"), 0o777);
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const at = (...names: readonly string[]): string => join(place, ...names);
const OPEN = () => `lies in a directory that can be written by others (mode 0777): "${at("open")}"`;

it("is nobody if the way belongs to this user, or does not exist yet", () => {
  symlinkSync("own", at("link"));
  expect([at("own"), at("link"), at("own", "new", "newer")].map(othersMayLead)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

it.each([
  ["in a directory that others write to", () => at("open", "below")],
  ["behind a link of this user", () => (symlinkSync(at("open", "below"), at("link")), at("link", "new"))],
  ["behind a link that goes up", () => (symlinkSync("../open/below", at("own", "link")), at("own", "link"))],
  [
    "behind a link to a link there, which leads back",
    () => {
      symlinkSync("../own", at("open", "back"));
      symlinkSync("open/back", at("link"));
      return at("link");
    },
  ],
])("is somebody if the path ends %s", (_, made) => {
  expect(othersMayLead(made())).toBe(OPEN());
});

it("is told of a path below the working directory", () => {
  const before = process.cwd();
  process.chdir(at("open"));
  try {
    expect(othersMayLead("below")).toBe(OPEN());
  } finally {
    process.chdir(before);
  }
});

it("is nobody if links lead in a circle: nothing can be made there", () => {
  symlinkSync("circle", at("circle"));
  expect(othersMayLead(at("circle"))).toBeUndefined();
});
