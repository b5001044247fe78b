/** No script of a dependency runs at an installation, and none of our own runs by itself. */
import { readdirSync, readFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";

describe("the clone", () => {
  it("answers for every dependency with an install script that it needs none, whatever npm runs by default", () => {
    const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
      readonly packages: Readonly<Record<string, { readonly hasInstallScript?: true }>>;
    };
    const scripted = Object.keys(packages).filter((path) => packages[path]?.hasInstallScript === true);
    const names = scripted.map((path) => path.replace(/^.*node_modules\//u, ""));
    const { allowScripts } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(names).not.toEqual([]);
    expect(allowScripts).toEqual(Object.fromEntries(names.map((name) => [name, false])));
  });

  it("is not told to pack what nobody has built: no script of its own runs by itself either", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(
      Object.keys(scripts).filter((name) => /^(?:pre|post)|^(?:install|prepare|dependencies)$/u.test(name)),
    ).toEqual([]);
    const pages = readdirSync("docs", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"));
    const told = ["README.md", ...pages.map((name) => `docs/${name}`)].flatMap((file) =>
      readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line.includes("&& npm pack")),
    );
    expect(told).not.toEqual([]);
    for (const line of told) expect(line).toContain("npm ci && npm run build && npm pack");
  });

  it("is told by each page of a program that starts the tool", () => {
    const pages = ["README.md", "docs/install.md", "CONTRIBUTING.md"];
    const told = pages.flatMap((page) => readFileSync(page, "utf8").match(/(?<=npx node )src\/[\w./-]+/gu) ?? []);
    expect(told).toHaveLength(pages.length);
    for (const program of told)
      expect(execFileSync(process.execPath, [program, "--version"], { encoding: "utf8" })).toMatch(
        /^dingo-recover \d/u,
      );
  });

  it("is told to install the file that it packs", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8"));
    for (const page of ["README.md", "docs/install.md"])
      expect(readFileSync(page, "utf8")).toContain(`npm install --global ./dingo-recover-${version}.tgz`);
  });
});
