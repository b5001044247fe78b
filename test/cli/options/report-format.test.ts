import { expect, it } from "vitest";
import { formatFor } from "../../../src/cli/options/report-format.ts";

it("a report has the form that its file's name says, if none was named", () => {
  const forms = ["a.html", "A.HTM", "a.b.json", "a.md", "a.txt", "html", undefined].map((name) => formatFor(name));
  expect(forms).toEqual(["html", "html", "json", "markdown", "markdown", "markdown", "markdown"]);
});
