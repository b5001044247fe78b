/** Everything below a directory, so that two of them can be compared as they lie there. */
import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

/** By path below the directory: kind, permissions and content. */
export async function treeOfFiles(directory: string): Promise<ReadonlyMap<string, string>> {
  const tree = new Map<string, string>();
  for (const name of await readdir(directory, { recursive: true })) {
    const path = join(directory, name);
    const found = await lstat(path);
    const mode = (found.mode & 0o777).toString(8);
    if (found.isSymbolicLink()) tree.set(name, `link to ${await readlink(path)}`);
    else if (found.isDirectory()) tree.set(name, `directory ${mode}`);
    else
      tree.set(
        name,
        `file ${mode} ${createHash("sha256")
          .update(await readFile(path))
          .digest("hex")}`,
      );
  }
  return tree;
}
