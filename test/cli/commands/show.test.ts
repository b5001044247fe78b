import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runbookPage, shownSteps } from "../../../src/cli/commands/runbook-page.ts";
import { openRunbook } from "../../../src/cli/process/shipped-runbooks.ts";
import { Place } from "../program.ts";

const NAMES = readdirSync("runbooks").map((file) => file.slice(0, -".yml".length));

describe("the page of a runbook", () => {
  it.each(NAMES)("docs/runbooks/%s.md is what show prints (node build/runbook-pages.mjs writes it)", (name) => {
    expect(readFileSync(`docs/runbooks/${name}.md`, "utf8")).toBe(runbookPage(openRunbook(name)));
  });

  it("is there for the shipped runbooks alone", () => {
    expect(readdirSync("docs/runbooks").toSorted()).toEqual(NAMES.map((name) => `${name}.md`).toSorted());
  });

  it.each(NAMES)("has every input and step of %s, and a command or a word on what is done by hand", (name) => {
    const runbook = openRunbook(name);
    const page = runbookPage(runbook);
    for (const input of runbook.inputs) expect(page).toContain(`- \`${input.name}\` (${input.type}): ${input.prompt}`);
    for (const { id } of runbook.steps) expect(page).toMatch(new RegExp(`### \\d+\\. .*\\n\\n\`${id}\``, "u"));
    for (const { title } of runbook.steps) expect(page).toContain(`. ${title}\n`);
    expect(page).not.toMatch(/undefined|\[object|NaN/u);
    expect(shownSteps(runbook).map(({ id }) => id)).toEqual(runbook.steps.map(({ id }) => id));
  });

  it("shows a command as it is if nobody gives a flag", () => {
    const page = runbookPage(openRunbook("salvage-docker-volumes"));
    expect(page).toMatch(/^docker volume ls -q$/mu);
    expect(page).not.toContain("sudo -n docker");
  });

  it.each(["bash", "sh"])("says how any value is filled in, so that %s runs none of it", (shell) => {
    const page = runbookPage(openRunbook("recover-deleted-service"));
    const [, letter = "", written = ""] =
      /In a value that is filled in, write each `(.)` as `(\S+)`:/u.exec(page) ?? [];
    for (const value of ["x'; echo pwned; '", "the shop's", "$(echo pwned)"]) {
      const line = "printf '[%s]' '<space.final_name>'".replace("<space.final_name>", () =>
        value.split(letter).join(written),
      );
      expect(execFileSync(shell, ["-c", line], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] })).toBe(
        `[${value}]`,
      );
    }
  });

  it("has the commands that are typed by hand, with placeholders for what is not known", () => {
    const page = runbookPage(openRunbook("recover-deleted-service"));
    expect(page).toMatch(/^cf create-service-key '<space.name>' /mu);
    expect(page).toContain("- `service` (string): Name of the service that was deleted. It must be given.");
    expect(page).toContain("Default: `ask`.");
    expect(page).toContain("- Only if `size(steps.remains.to_stop) > 0`");
  });
});

describe("show", () => {
  let place: Place;
  beforeEach(() => (place = new Place()));
  afterEach(() => place.remove());

  it("prints the page, also if the configuration is wrong", async () => {
    const config = join(place.directory, "wrong.yml");
    writeFileSync(config, "nonsense: true\n");
    const shown = await place.run(["show", "drill", "--config", config]);
    expect(shown).toMatchObject({ code: 0, stderr: "", stdout: readFileSync("docs/runbooks/drill.md", "utf8") });
  });

  it("says the same to programs", async () => {
    const { code, stdout } = await place.run(["show", "drill", "--json"]);
    const said = JSON.parse(stdout);
    const { name, version, sha256, inputs } = openRunbook("drill");
    expect([code, said]).toMatchObject([0, { schema: "dingo-recover/show@1", name, version, sha256, inputs }]);
    expect(said.steps).toEqual(JSON.parse(JSON.stringify(shownSteps(openRunbook("drill")))));
  });

  it("refuses a name that no runbook has", async () => {
    expect(await place.run(["show", "nothing"])).toMatchObject({ code: 2, stdout: "" });
  });
});
