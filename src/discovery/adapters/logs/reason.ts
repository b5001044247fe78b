const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "may not be read by this user",
  EPERM: "may not be read by this user",
  ENOTDIR: "there is no such file",
};

/** Why a file cannot be read, by the system's code. */
export function reasonFor(code: string): string {
  return REASONS[code] ?? `cannot be read (${code})`;
}
