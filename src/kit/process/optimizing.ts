/**
 * Flags of V8. They are set when all needed modules have been loaded: V8 and Node's own modules take nothing from a
 * code cache that was compiled under other flags.
 */

/**
 * The space of young objects begins at 1 MiB, and grows by this factor each time as much has survived in it: 2 by
 * default, up to 64 MiB. With 16, work that keeps all it makes copies survivors only twice. With 1, work whose objects
 * nearly all stay takes less memory.
 */
export function growYoungBy(factor: 1 | 16): void {
  setFlag(`--semi-space-growth-factor=${factor}`);
}

/** For work that keeps much for a while: the heap grows by a share of what lives in it, and is looked through then. */
export function growLittle(percent: 40 | 70): void {
  growYoungBy(1);
  setFlag(`--heap-growing-percent=${percent}`);
}

const setFlag = (flag: string): void => process.getBuiltinModule("node:v8").setFlagsFromString(flag);
