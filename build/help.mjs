/** Writes what the tool says of itself into dist: the help of every command as text, and as a manual page. After tsc. */
import { readFileSync, writeFileSync } from "node:fs";
import { renderHelp } from "../dist/cli/render-help.js";
import { manual } from "./manual.mjs";

const file = (name) => new URL(`../${name}`, import.meta.url);
const { version } = JSON.parse(readFileSync(file("package.json"), "utf8"));
// The page's date is that of what it describes.
const [, date = ""] = /^## .*?(\d{4}-\d{2}-\d{2})/mu.exec(readFileSync(file("CHANGELOG.md"), "utf8")) ?? [];
const readme = readFileSync(file("README.md"), "utf8");
const table = readme.slice(readme.indexOf("## Exit codes"), readme.indexOf("## What it promises"));
const exits = [...table.matchAll(/^\| (\d+) \| (.*) \|$/gmu)].map(([, code, meaning]) => [
  Number(code),
  `${meaning.slice(0, 1).toUpperCase()}${meaning.slice(1)}.`,
]);
const help = await renderHelp();

writeFileSync(file("dist/help.json"), JSON.stringify(help));
writeFileSync(file("dist/dingo-recover.1"), manual(help, { version, date, exits }));
