/** Whose fault it is that a server ended on a restored copy: the backup's, or the machine's that it was tried on. */

/**
 * Words of PostgreSQL 9.4 to 18 for what the machine lacks (fd.c, sysv_shmem.c, sysv_sema.c, pqcomm.c, dfmgr.c,
 * checkDataDir in miscinit.c, guc.c, xlog.c for the locale); everything else that ends a recovery is about the data.
 */
const OF_THE_MACHINE =
  /No space left on device|Disk quota exceeded|Cannot allocate memory|Too many open files|could not (?:create|map) (?:anonymous )?shared memory|could not create semaphores|could not (?:create|bind|open) .*(?:socket|lock file)|could not load library|could not access file "\$libdir|has (?:group or world access|wrong ownership|invalid permissions)|unrecognized configuration parameter|invalid value for parameter "(?:lc_|listen|unix)|database locale is incompatible|initialized by PostgreSQL version|database files are incompatible with server/i;

const LOUD = /\b(?:PANIC|FATAL|ERROR):/;

/** The last loud line, or the last of all. */
export const lastWords = (said: readonly string[]): string =>
  said.findLast((line) => LOUD.test(line)) ?? said.at(-1) ?? "it said nothing";

export const isOfTheMachine = (said: readonly string[]): boolean =>
  said.slice(-20).some((line) => OF_THE_MACHINE.test(line));
