/**
 * Flags of V8. What it has compiled under others it does not take out of a code cache, Node's own modules neither: they are set
 * when what is needed has been loaded and threads have begun.
 */

/**
 * V8 looks this rarely, in bytes of bytecode, whether a function is worth its optimizing compiler, whose threads take
 * processors from the work. 67,584 by default.
 */
const LITTLE = "--interrupt-budget=1000000";

/** Later ones write on standard error that they do not know the flag: Node 22 and what follows it. */
export function hasInterruptBudget(v8: string): boolean {
  return Number(v8.split(".")[0]) < 12;
}

/** For work that is over before its functions pay for being compiled again. As all here, it holds for the whole process. */
export function optimizeLittle(): void {
  if (hasInterruptBudget(process.versions.v8)) process.getBuiltinModule("node:v8").setFlagsFromString(LITTLE);
}

/**
 * How many times its size the space of young objects, 1 MiB at first, takes each time that much has lived on in it: 2 by
 * default, up to 16 MiB. With 16, work that makes much and keeps it all copies what lives on twice only; with 1, what nearly all
 * stays of takes less memory.
 */
export function growYoungBy(factor: 1 | 16): void {
  process.getBuiltinModule("node:v8").setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}
