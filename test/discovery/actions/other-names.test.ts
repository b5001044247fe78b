import { expect, it } from "vitest";
import { likeName, otherNames } from "../../../src/discovery/actions/discovery/other-names.ts";
import type { Candidate } from "../../../src/discovery/judgement/candidate.ts";

const ASKED = { service: "imporant-db", org: "acme", space: "production" };
const deleted = (name: string, space: string) => ({ name, org: "acme", space }) as Candidate;
const remedyOf = (found: readonly Candidate[], rehearsal: boolean) => otherNames(found, ASKED, rehearsal)?.remedy;

it("a mistyped name is given to a run as an input, and typed again in a rehearsal, which takes none", () => {
  const found = [deleted("important-db", "production")];
  expect(remedyOf(found, false)).toContain("begin anew with its name: --input service=important-db.");
  expect(remedyOf(found, true)).toBe(
    'If "important-db" is meant, begin the rehearsal again and answer "important-db", and "production" for its space.',
  );
  expect(remedyOf([deleted("orders", "production")], true)).toBe(
    "If one of them is meant, begin the rehearsal again and answer its name.",
  );
});

it("a mistyped organization is given beside the name", () => {
  const asked = { ...ASKED, org: "acmee" };
  const found = [deleted("important-db", "production")];
  expect(otherNames(found, asked, false)).toMatchObject({
    told: 'deleted elsewhere were "important-db" in acme/production at a time not known',
    remedy: expect.stringContaining("--input service=important-db --input org=acme.") as string,
  });
  expect(otherNames(found, asked, true)?.remedy).toContain('"acme" for its organization');
});

it("a deletion of another organization is never offered as the answer", () => {
  const found = [deleted("important-db", "production")];
  expect(likeName(found, ASKED)).toEqual(found);
  expect(likeName(found, { ...ASKED, org: "acmee" })).toEqual([]);
});
