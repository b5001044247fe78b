/** The clone's owner asks Git, and no setting of the clone runs a program; a real Git is asked in the deep tier. */
import { expect, it } from "vitest";
import { asOwnerOf } from "../../../src/kit/commands/as-owner.ts";
import { trackedByGit } from "../../../src/kit/commands/docker-work-commands.ts";

it("is asked as the owner of the file's directory, trusts no clone, and runs nothing that its settings name", () => {
  const path = "/srv/shop/docker-compose.yml";
  const argv = trackedByGit(["docker"], path);
  expect(argv.join("\n")).toContain(asOwnerOf(path, "env").join("\n"));
  for (const setting of ["core.fsmonitor=false", "core.hooksPath=/dev/null", "core.pager=cat"])
    expect(argv[argv.indexOf(setting) - 1]).toBe("-c");
  expect(argv.join(" ")).not.toContain("safe.directory");
});
