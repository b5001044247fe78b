/** Where the programs of this machine are looked for. */

/** Where every system has its shell. */
export const SYSTEM_PATH = "/usr/bin:/bin";

export const programPath = (env: Readonly<Record<string, string | undefined>>): string => env["PATH"] ?? SYSTEM_PATH;
