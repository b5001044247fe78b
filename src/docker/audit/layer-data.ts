/** Directories of a container's own layer that hold data, by the files that it wrote. */
import { type DataSystem, SYSTEMS } from "../data-directory/systems.ts";

const MOST = 8;

export interface LayerDirectory {
  /** In the container. */
  readonly path: string;
  /** Whose marks were added there. */
  readonly system: DataSystem;
}

/** The ends of paths that tell of data. */
export const DATA_MARKS: readonly string[] = [...new Set(SYSTEMS.flatMap(({ marks }) => marks.flat()))];

/** Directories in which all marks of a system were written, the shortest first; none within another. Paths begin with "/". */
export function dataDirectoriesIn(written: readonly string[]): readonly LayerDirectory[] {
  const added = new Set(written);
  const found = SYSTEMS.flatMap((system) =>
    system.marks.flatMap((all) => directoriesOf(all, added)).map((path) => ({ path, system })),
  );
  const outer = found.filter(({ path }) => !found.some((other) => path.startsWith(`${other.path}/`)));
  const first = outer.filter(({ path }, index) => outer.findIndex((each) => each.path === path) === index);
  return first.sort((a, b) => a.path.length - b.path.length).slice(0, MOST);
}

function directoriesOf(marks: readonly string[], added: ReadonlySet<string>): readonly string[] {
  const [first = "", ...others] = marks;
  return [...added]
    .filter((path) => path.endsWith(`/${first}`))
    .map((path) => path.slice(0, -first.length - 1))
    .filter((directory) => directory !== "" && others.every((mark) => added.has(`${directory}/${mark}`)));
}
