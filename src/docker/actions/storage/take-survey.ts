/** Sees everything that an audit of a Docker host's storage judges; changes nothing. */
import { type Contents } from "../../data-directory/recognise.ts";
import { findData, type Found } from "../../data-directory/find.ts";
import { type LayerData, layerPlaces, layersData } from "../../data-directory/layers.ts";
import { hostPlaces } from "../../data-directory/places.ts";
import { membershipOf } from "../../compose/labels.ts";
import type { StorageSurvey, SurveyedContainer, SurveyedVolume } from "../../audit/survey.ts";
import type { DockerContainer, DockerHost, DockerVolume } from "../../../ports/docker-host.ts";
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
  const places = [
    { key: "engine", path: engine.root, depth: 0 },
    ...hostPlaces(volumes, containers, engine),
    ...layerPlaces(containers),
  ];
  const looked = await findData(host, places, (done) =>
    terms.progress("looking into directories", done, places.length),
  );
  const found = new Map(looked.map((each) => [each.key, each]));
  const layers = await layersData(host, containers, looked);
  return {
    host: host.label,
    takenAt: terms.now.toISOString(),
    words: host.words,
    engine,
    space: found.get("engine")?.space ?? null,
    volumes: volumes.map((volume) => surveyedVolume(volume, found, sizes.volumes)),
    containers: containers.map((container) =>
      surveyedContainer(container, { found, layer: layers.get(container.id), bytes: sizes.layers.get(container.id) }),
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

function surveyedContainer(
  container: DockerContainer,
  about: { readonly found: FoundByKey; readonly layer: LayerData | undefined; readonly bytes: number | undefined },
): SurveyedContainer {
  const { found, layer, bytes } = about;
  return {
    ...container,
    mounts: container.mounts.map((mount) => ({
      ...mount,
      contents: mount.kind === "bind" ? (found.get(`bind:${mount.source}`)?.contents ?? null) : null,
    })),
    layerData: layer?.data ?? [],
    layerUnknown: layer?.unknown ?? null,
    layerBytes: bytes ?? null,
    compose: membershipOf(container.labels),
  };
}
