/** Names that the cf CLI cannot take, or would take for another (cf-bosh.md §1.3, §1.5). */
import { refuse } from "../../../errors.ts";

/** Throws `name-unsupported`. Newlines, quotes, `$()` and commas are fine: the CLI gets an argv array and escapes commas. */
export function requireUsableName(kind: string, name: string): void {
  const why = obstacle(name);
  if (why === undefined) return;
  throw refuse("name-unsupported", `the ${kind} name ${JSON.stringify(name)} ${why}`)
    .at(kind)
    .advise(`Rename it with "cf curl -X PATCH", or do this step by hand with "cf curl", which takes any name.`);
}

function obstacle(name: string): string | undefined {
  if (name === "") return "is empty, and an empty filter finds anything";
  if (name.startsWith("-")) return 'begins with "-", which the cf CLI reads as a flag, "--" or not';
  if (name !== name.trim()) return "begins or ends with a blank, which the cf CLI drops";
  if (name.includes("\0")) return "holds a zero byte, which no argument can";
  // List filters are unescaped once more behind the CLI's back: "a%2Cb" would find "a,b".
  if (/%[0-9a-f]{2}/i.test(name)) return "holds a percent sequence, which Cloud Foundry's filters unescape";
  return undefined;
}
