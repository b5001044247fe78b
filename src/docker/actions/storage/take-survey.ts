/** Sees everything that an audit of a Docker host's storage judges; changes nothing. */
import { type Contents } from "../../data-directory/recognise.ts";
import { findData, type Found } from "../../data-directory/find.ts";
import { bindPlaces, volumePlace } from "../../data-directory/places.ts";
import { membershipOf } from "../../compose/labels.ts";
import { DATA_MARKS, dataDirectoriesIn, type LayerDirectory } from "../../audit/layer-data.ts";
import type { StorageSurvey, SurveyedContainer, SurveyedVolume } from "../../audit/survey.ts";
import { RecoverError } from "../../../errors.ts";
import type { DockerContainer, DockerHost, DockerVolume, Place, Searched } from "../../../ports/docker-host.ts";
import { readProjects } from "./compose-projects.ts";

export interface SurveyTerms {
  readonly now: Date;
  /** Compose files beside those that containers name, absolute. */
  readonly composeFiles: readonly string[];
  readonly progress: (message: string, done?: number, total?: number) => void;
}

/** Docker's own: a container that an audit is looking from. */
const LOOK_LABEL = "dingo-recover.look";

export async function takeSurvey(host: DockerHost, terms: SurveyTerms): Promise<StorageSurvey> {
  const engine = await host.engine();
  terms.progress("listing volumes, containers and images");
  const [volumes, all, images, sizes] = await Promise.all([
    host.volumes(),
    host.containers(),
    host.images(),
    host.sizes(),
  ]);
  const containers = all.filter(({ labels }) => labels[LOOK_LABEL] === undefined);
  const layers = await lookAtLayers(host, containers, terms);
  const places = [
    { key: "engine", path: engine.root, depth: 0 },
    ...volumes.flatMap((volume) => volumePlace(volume, containers) ?? []),
    ...bindPlaces(containers, engine),
    ...layers.flatMap(({ places }) => places),
  ];
  const looked = await findData(host, places, (done) =>
    terms.progress("looking into directories", done, places.length),
  );
  const found = new Map(looked.map((each) => [each.key, each]));
  return {
    host: host.label,
    takenAt: terms.now.toISOString(),
    words: host.words,
    engine,
    space: found.get("engine")?.space ?? null,
    volumes: volumes.map((volume) => surveyedVolume(volume, found, sizes.volumes)),
    containers: containers.map((container, index) =>
      surveyedContainer(container, { found, layer: layers[index], bytes: sizes.layers.get(container.id) }),
    ),
    images,
    projects: await readProjects(host, containers, terms.composeFiles),
    imageBytes: sizes.images?.bytes ?? null,
    buildCacheBytes: sizes.buildCache ?? null,
    sizesUnknown: sizes.unknown ?? null,
  };
}

type FoundByKey = ReadonlyMap<string, Found>;

function surveyedVolume(volume: DockerVolume, found: FoundByKey, sizes: ReadonlyMap<string, number>): SurveyedVolume {
  const why =
    volume.driver === "local"
      ? "it is mounted from elsewhere, and only while a container runs that uses it"
      : `its driver ${volume.driver} keeps it elsewhere`;
  const contents: Contents = found.get(`volume:${volume.name}`)?.contents ?? { kind: "unknown", why };
  return { ...volume, contents, bytes: sizes.get(volume.name) ?? null };
}

export interface LookedLayer {
  readonly directories: readonly LayerDirectory[];
  readonly places: readonly Place[];
  readonly unknown: string | null;
}

/** The files that each container wrote over its image, as far as they may be data. */
export async function lookAtLayers(
  host: Pick<DockerHost, "search" | "changes">,
  containers: readonly DockerContainer[],
  { progress }: Pick<SurveyTerms, "progress">,
): Promise<readonly LookedLayer[]> {
  const places = containers.flatMap(({ id, layer }) => (layer === undefined ? [] : [{ key: id, path: layer }]));
  const searched = await host.search(places, DATA_MARKS, (done) =>
    progress("searching what containers wrote", done, places.length),
  );
  const found = new Map(searched.map((each) => [each.key, each]));
  const layers: LookedLayer[] = [];
  for (const container of containers) layers.push(await lookAtLayer(host, container, found.get(container.id)));
  return layers;
}

async function lookAtLayer(
  host: Pick<DockerHost, "changes">,
  { id, layer }: DockerContainer,
  searched: Searched | undefined,
): Promise<LookedLayer> {
  if (layer === undefined || searched === undefined) return await byTheEngine(host, id);
  if (searched.state === "unknown") return { ...NOTHING_THERE, unknown: searched.why };
  // A layer that is gone is a container that is gone.
  if (searched.state === "absent") return NOTHING_THERE;
  const directories = dataDirectoriesIn(searched.paths.map((path) => `/${path}`));
  return { directories, places: directories.map(({ path }) => layerPlace(id, layer, path)), unknown: null };
}

const NOTHING_THERE: LookedLayer = { directories: [], places: [], unknown: null };

async function byTheEngine(host: Pick<DockerHost, "changes">, id: string): Promise<LookedLayer> {
  try {
    const written = ((await host.changes(id)) ?? []).filter(({ how }) => how !== "deleted");
    return { ...NOTHING_THERE, directories: dataDirectoriesIn(written.map(({ path }) => path)) };
  } catch (error) {
    if (!(error instanceof RecoverError) || !["answer-incomplete", "command-failed"].includes(error.code)) throw error;
    return { ...NOTHING_THERE, unknown: error.message };
  }
}

const layerPlace = (id: string, layer: string, path: string): Place => ({
  key: layerKey(id, path),
  path: layer,
  inside: path.slice(1),
});

const layerKey = (id: string, path: string): string => `layer:${id}:${path}`;

function surveyedContainer(
  container: DockerContainer,
  about: { readonly found: FoundByKey; readonly layer: LookedLayer | undefined; readonly bytes: number | undefined },
): SurveyedContainer {
  const { found, layer, bytes } = about;
  return {
    ...container,
    mounts: container.mounts.map((mount) => ({
      ...mount,
      contents: mount.kind === "bind" ? (found.get(`bind:${mount.source}`)?.contents ?? null) : null,
    })),
    layerData: (layer?.directories ?? []).map(({ path, system }) => {
      const seen = found.get(layerKey(container.id, path))?.contents;
      // When the layer itself cannot be seen, the engine's list has told enough.
      return { path, contents: seen?.kind === "data" ? seen : byMarks(system) };
    }),
    layerUnknown: layer?.unknown ?? null,
    layerBytes: bytes ?? null,
    compose: membershipOf(container.labels),
  };
}

function byMarks({ system, title }: LayerDirectory["system"]): Contents {
  return { kind: "data", system, title, version: "", inside: "", touched: "" };
}
