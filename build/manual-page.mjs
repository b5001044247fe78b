/** The manual page of the help, with the version, its date, and the exit codes of docs/exit-codes.md. */
import { readFileSync } from "node:fs";
import { manual } from "./manual.mjs";

const read = (name) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");

/** @param {Readonly<Record<string, string>>} help */
export function manualPage(help) {
  const { version } = JSON.parse(read("package.json"));
  // The page's date is that of what it describes.
  const [, date = ""] = /^## .*?(\d{4}-\d{2}-\d{2})/mu.exec(read("CHANGELOG.md")) ?? [];
  const page = read("docs/exit-codes.md");
  const table = page.slice(0, page.indexOf("Three more codes"));
  const exits = [...table.matchAll(/^\| (\d+) \| (.*) \|$/gmu)].map(([, code, meaning]) => [
    Number(code),
    `${meaning.slice(0, 1).toUpperCase()}${meaning.slice(1)}.`,
  ]);
  return manual(help, { version, date, exits });
}
