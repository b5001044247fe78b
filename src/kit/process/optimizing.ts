/**
 * Flags of V8. They are set when all needed modules have been loaded: V8 and Node's own modules take nothing from a
 * code cache that was compiled under other flags.
 */

/**
 * How many times its size the space of young objects, 1 MiB at first, takes each time that much has lived on in it: 2 by
 * default, up to 16 MiB. With 16, work that makes much and keeps it all copies what lives on twice only; with 1, what nearly all
 * stays of takes less memory.
 */
export function growYoungBy(factor: 1 | 16): void {
  process.getBuiltinModule("node:v8").setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}
