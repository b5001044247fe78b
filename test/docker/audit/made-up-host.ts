/** A surveyed host of a few words: each test names its oddities. */
import type { Finding } from "../../../src/docker/audit/finding.ts";
import { judge } from "../../../src/docker/audit/judge.ts";
import type { Contents, Data } from "../../../src/docker/data-directory/recognise.ts";
import type {
  StorageSurvey,
  SurveyedContainer,
  SurveyedMount,
  SurveyedProject,
  SurveyedService,
  SurveyedVolume,
} from "../../../src/docker/audit/survey.ts";

export const PGDATA = "/var/lib/postgresql/data";
export const FILE = "/srv/shop/docker-compose.yml";

export function postgres(over: Partial<Data> = {}): Data {
  return {
    kind: "data",
    system: "postgresql",
    title: "PostgreSQL",
    version: "16",
    inside: "",
    touched: "2026-11-21T02:20:11.000Z",
    ...over,
  };
}

export const anonymousName = (digit: string): string => digit.repeat(64);

export function volume(name: string, over: Partial<SurveyedVolume> = {}): SurveyedVolume {
  return {
    name,
    driver: "local",
    mountpoint: `/var/lib/docker/volumes/${name}/_data`,
    labels: {},
    options: {},
    createdAt: "2026-11-01T00:00:00Z",
    anonymous: name.length === 64,
    contents: postgres(),
    bytes: 41_100_000,
    ...over,
  };
}

export function mountOf(name: string, destination = PGDATA): SurveyedMount {
  return {
    kind: "volume",
    volume: name,
    source: `/var/lib/docker/volumes/${name}/_data`,
    destination,
    writable: true,
    contents: null,
  };
}

export function bindOf(source: string, contents: Contents, over: Partial<SurveyedMount> = {}): SurveyedMount {
  return { kind: "bind", volume: "", source, destination: PGDATA, writable: true, contents, ...over };
}

export function container(name: string, over: Partial<SurveyedContainer> = {}): SurveyedContainer {
  return {
    id: Buffer.from(name).toString("hex").padEnd(64, "0"),
    name,
    image: "postgres:16",
    imageId: "sha256:16",
    running: true,
    status: "running",
    exitCode: 0,
    createdAt: "2026-11-01T00:00:00Z",
    startedAt: "2026-11-01T00:00:01Z",
    restartPolicy: "no",
    removedWhenStopped: false,
    labels: {},
    mounts: [],
    binds: [],
    env: {},
    layer: "/var/lib/docker/overlay2/x/diff",
    user: "",
    entrypoint: [],
    command: [],
    ports: [],
    networks: [],
    layerData: [],
    layerUnknown: null,
    layerBytes: 0,
    compose: null,
    ...over,
  };
}

export const member = (service: string, project = "shop") => ({
  project,
  service,
  directory: "/srv/shop",
  files: [FILE],
  oneOff: false,
});

export function service(name: string, over: Partial<SurveyedService> = {}): SurveyedService {
  return { name, at: `${FILE}:3`, image: "postgres:16", environment: {}, mounts: [], gaps: [], ...over };
}

export function project(
  services: readonly SurveyedService[] | null,
  over: Partial<SurveyedProject> = {},
): SurveyedProject {
  return { name: "shop", directory: "/srv/shop", files: [FILE], services, unread: null, ...over };
}

export function surveyOf(over: Partial<StorageSurvey> = {}): StorageSurvey {
  return {
    host: "here",
    takenAt: "2026-11-22T00:00:00.000Z",
    words: ["docker"],
    engine: {
      id: "ID",
      name: "docker1",
      version: "28.2.2",
      operatingSystem: "Debian",
      storageDriver: "overlay2",
      driverStatus: [],
      root: "/var/lib/docker",
      rootless: false,
      remapped: false,
      endpoint: "unix:///var/run/docker.sock",
      context: "default",
      readsDirectly: true,
      warnings: [],
    },
    space: { bytes: 100e9, free: 50e9, inodes: 1000, freeInodes: 900 },
    volumes: [],
    containers: [],
    images: [],
    projects: [],
    imageBytes: 0,
    buildCacheBytes: 0,
    sizesUnknown: null,
    ...over,
  };
}

/** `backedUp`: the containers that the operator calls backed up; by default all. */
export const findings = (
  survey: Partial<StorageSurvey>,
  backedUp = (survey.containers ?? []).map(({ name }) => name),
): readonly Finding[] => judge(surveyOf(survey), { backedUp }).findings;
