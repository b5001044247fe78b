/** Words of the tool for people who wait and sit at no terminal of it. */

/** The file's name for its path, without commands to type; empty if nothing else was said. */
export function plainly(text: string): string {
  const told = text.split(/(?<=[.!?;])\s+/u).map(untyped);
  return told
    .filter((clause) => clause !== "")
    .join(" ")
    .replace(DIRECTORIES, "")
    .replace(/;$/u, ".");
}

/** A clause up to where something is to be typed: what is to be done after that is of no use without it. */
function untyped(clause: string): string {
  const parts = clause.replace(QUOTED, "$1").split(THEN);
  const typed = parts.findIndex((part) => TYPED.test(part));
  const told = (typed < 0 ? parts : parts.slice(0, typed)).join(THEN);
  return told === "" || typed < 0 ? told : `${told}${/[.!?;]$/u.exec(clause)?.[0] ?? ""}`;
}

const THEN = ", then ";
/** Code is told like the rest: it may be the name of what is needed. */
const QUOTED = /`([^`]+)`/gu;
/** A flag, or a command of ours. */
const TYPED = /(?:^|[\s"(])--[a-z]|\bdingo-recover [a-z]/u;
const DIRECTORIES = /(?<![\w:/.])\/(?:[^\s/"',;:()]+\/){2,}(?=[^\s/"',;:()])/gu;
