/** Keys of S3 are opaque, but servers and proxies on the way clean paths: how else a key may be read. */

/**
 * Empty, "." and ".." parts, in any spelling: such keys are written by nobody who means well. A slash at the end is what
 * browsers of a bucket put behind the name of a "folder", and is read as nothing else.
 */
export function isUncertainPath(key: string): boolean {
  return spellings(key).some((spelling) => {
    const parts = spelling.replace(/(?<=.)\/$/u, "").split("/");
    return parts.some((part) => part === "" || part === "." || part === "..");
  });
}

/** The key as it stands and as a careless server may read it: decoded once or twice, backslashes as slashes. */
export function spellings(key: string): readonly string[] {
  if (!/[%\\]/.test(key)) return [key];
  const once = decode(key);
  return [key, once, decode(once)].flatMap((text) => [text, text.replaceAll("\\", "/")]);
}

function decode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll("%", ""), "hex").toString());
}
