/** Data that a container wrote over its image, by directory in the container. */
import { RecoverError } from "../../errors.ts";
import type { DockerContainer, DockerHost, Place } from "../../ports/docker-host.ts";
import type { Found } from "./find.ts";
import { type Data, dataIn } from "./recognise.ts";
import { type DataSystem, SYSTEMS } from "./systems.ts";

export interface LayerData {
  readonly data: readonly { readonly path: string; readonly contents: Data }[];
  /** Says why some of the data are unknown; null if all are known. */
  readonly unknown: string | null;
}

const keyOf = ({ id }: Pick<DockerContainer, "id">): string => `layer:${id}`;

/** The places of those containers whose layer is a directory. */
export const layerPlaces = (containers: readonly DockerContainer[]): readonly Place[] =>
  containers.flatMap((container) =>
    container.layer === undefined ? [] : [{ key: keyOf(container), path: container.layer }],
  );

/** By the id of each container. `found` has what lies in the places of layers; for other containers the engine is asked. */
export async function layersData(
  host: Pick<DockerHost, "changes">,
  containers: readonly DockerContainer[],
  found: readonly Found[],
): Promise<ReadonlyMap<string, LayerData>> {
  const byKey = new Map(found.map((each) => [each.key, each]));
  const layers = new Map<string, LayerData>();
  for (const container of containers) layers.set(container.id, await layerData(host, container, byKey));
  return layers;
}

async function layerData(
  host: Pick<DockerHost, "changes">,
  container: DockerContainer,
  found: ReadonlyMap<string, Found>,
): Promise<LayerData> {
  const contents = found.get(keyOf(container))?.contents;
  if (contents === undefined) return await byTheEngine(host, container.id);
  // The layer goes with its container: if it is gone, the container is.
  if (contents.kind === "unknown") return { data: [], unknown: contents.why };
  const unknown = contents.kind === "other" || contents.kind === "data" ? contents.unwalked : undefined;
  const data = dataIn(contents).map(({ beside: _beside, unwalked: _unwalked, ...each }) => ({
    path: `/${each.inside}`,
    contents: { ...each, inside: "" },
  }));
  return { data, unknown: unknown ?? null };
}

async function byTheEngine(host: Pick<DockerHost, "changes">, id: string): Promise<LayerData> {
  try {
    const written = ((await host.changes(id)) ?? []).filter(({ how }) => how !== "deleted");
    return { data: markedIn(new Set(written.map(({ path }) => path))), unknown: null };
  } catch (error) {
    if (!(error instanceof RecoverError) || !["answer-incomplete", "command-failed"].includes(error.code)) throw error;
    return { data: [], unknown: error.message };
  }
}

const MOST = 8;

/** Directories in which all marks of a system were written, the shortest first; none within another. */
function markedIn(written: ReadonlySet<string>): LayerData["data"] {
  const found = SYSTEMS.flatMap((system) =>
    system.marks.flatMap((all) => directoriesOf(all, written)).map((path) => ({ path, contents: byMarks(system) })),
  );
  const outer = found.filter(({ path }) => !found.some((other) => path.startsWith(`${other.path}/`)));
  const first = outer.filter(({ path }, index) => outer.findIndex((each) => each.path === path) === index);
  return first.sort((a, b) => a.path.length - b.path.length).slice(0, MOST);
}

function directoriesOf([first = "", ...others]: readonly string[], written: ReadonlySet<string>): readonly string[] {
  return [...written]
    .filter((path) => path.endsWith(`/${first}`))
    .map((path) => path.slice(0, -first.length - 1))
    .filter((directory) => directory !== "" && others.every((mark) => written.has(`${directory}/${mark}`)));
}

const byMarks = ({ system, title }: DataSystem): Data => ({
  ...{ kind: "data", system, title, version: "", inside: "", touched: "" },
});
