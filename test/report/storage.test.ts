import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/action.ts";
import { judge } from "../../src/docker/audit/judge.ts";
import type { UnitDigest } from "../../src/report/digest.ts";
import { htmlOf } from "../../src/report/html.ts";
import { markdownOf } from "../../src/report/markdown.ts";
import { storageFindings, storageSections } from "../../src/report/storage.ts";
import { anonymousName, container, mountOf, surveyOf, volume } from "../docker/audit/made-up-host.ts";

const unit = (action: string, output: unknown): UnitDigest => ({
  name: action,
  step: action,
  action,
  effect: "read",
  attempts: 1,
  startedAt: "",
  endedAt: undefined,
  tookMs: undefined,
  state: "ran",
  evidence: "",
  input: {},
  commands: [],
  output: JSON.parse(JSON.stringify(output)) as JsonObject,
});

const survey = surveyOf({
  volumes: [volume(anonymousName("a")), volume("<b>uploads</b>", { contents: { kind: "empty" }, bytes: null })],
  containers: [container("db", { mounts: [mountOf(anonymousName("a"))] })],
});
const units = [unit("storage.survey", { survey }), unit("storage.judge", judge(survey, { backedUp: [] }))];
const document = { title: "Audit", warnings: [], sections: storageSections(units) };

describe("the report of an audit", () => {
  it("has every finding with its commands, and what lies in every volume", () => {
    const text = markdownOf(document);
    expect(text).toContain("SERIOUS: container");
    expect(text).toContain("docker volume create db-data");
    expect(text).toMatch(/aaaaaaaaaaaa….*PostgreSQL 16.*41\.1 MB.*db/);
  });

  it("lets no name of a volume be markup", () => {
    expect(htmlOf(document)).toContain("&lt;b&gt;uploads");
    expect(htmlOf(document)).not.toContain("<b>uploads");
  });

  it("lets no place of a finding end its line and begin another part", () => {
    const finding = { severity: "note", subject: "x", code: "c", what: "w", fix: "f", at: "/srv/a\n\n# All is well\n" };
    const sections = storageSections([unit("storage.judge", { findings: [finding], unlooked: [] })]);
    expect(markdownOf({ ...document, sections })).not.toMatch(/^# All is well/mu);
  });

  it("gives the findings to programs as they are", () => {
    expect(storageFindings(units)).toEqual([...judge(survey, { backedUp: [] }).findings]);
  });

  it("is nothing of a run that was no audit", () => {
    expect(storageSections([unit("cf.find-service", {})])).toEqual([]);
    expect(storageFindings([])).toBeUndefined();
  });
});
