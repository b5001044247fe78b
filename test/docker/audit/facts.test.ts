/** Each fact that a survey keeps is read by a rule, or stands here with a reason. */
import { expect, it } from "vitest";
import { judge } from "../../../src/docker/audit/judge.ts";
import type {
  StorageSurvey,
  SurveyedContainer,
  SurveyedMount,
  SurveyedProject,
  SurveyedService,
  SurveyedVolume,
} from "../../../src/docker/audit/survey.ts";
import type { DockerImage } from "../../../src/ports/docker-host.ts";
import { anonymousName, container, member, mountOf, project, service, surveyOf, volume } from "./made-up-host.ts";

const SHOWN = "the answer names it, no rule judges by it";
const LOOKS = "it leads the look, which is over";
const SETTING = "no setting of it loses data";
const UNREAD: Readonly<Record<string, string>> = {
  "survey.host": SHOWN,
  "survey.takenAt": SHOWN,
  "survey.sizesUnknown": SHOWN,
  "engine.id": SHOWN,
  "engine.name": SHOWN,
  "engine.operatingSystem": SHOWN,
  "engine.endpoint": SHOWN,
  "engine.context": SHOWN,
  "engine.rootless": LOOKS,
  "engine.remapped": LOOKS,
  "engine.readsDirectly": LOOKS,
  "engine.warnings": "they are about limits of resources, and each engine has other ones",
  "volume.driver": LOOKS,
  "volume.mountpoint": LOOKS,
  "volume.options": LOOKS,
  "volume.createdAt": "a checkpoint tells more of the data's age",
  "container.layer": LOOKS,
  "container.createdAt": SHOWN,
  "container.startedAt": SHOWN,
  "container.restartPolicy": SETTING,
  "container.binds": "the mounts say the same",
  "container.user": SETTING,
  "container.ports": SETTING,
  "container.networks": SETTING,
  "image.entrypoint": "the container's own counts",
  "image.command": "the container's own counts",
  "image.user": SETTING,
  "image.size": "the engine's own sum counts layers that images share once",
  "project.files": "each service says its own",
};

/** Every fact, optional ones too: a new one does not compile here before it is filled in. */
const DB: Required<SurveyedContainer> = {
  ...{ ...container("db"), compose: member("db"), health: "healthy", hasLogBound: true, inMemory: [], joins: [] },
  hostname: "3f2a00112233",
};
const IMAGE: Required<DockerImage> = {
  ...{ id: "sha256:16", tags: ["postgres:16"], volumes: ["/var/lib/postgresql/data"], entrypoint: [], command: [] },
  ...{ user: "", env: {}, labels: {}, size: 1 },
};
const PROJECT: Required<SurveyedProject> = { ...project([]), own: "shop", unasked: "no Compose" };
const VOLUME: Required<SurveyedVolume> = volume("pg");
const MOUNT: Required<SurveyedMount> = mountOf("pg");
const SERVICE: Required<SurveyedService> = service("db", { image: "postgres:16" });
const SURVEY: Required<StorageSurvey> = surveyOf({ space: { bytes: 100, free: 1, inodes: 100, freeInodes: 99 } });

it("has a rule, or a reason", () => {
  const read = new Set<string>();
  const watched = <T extends object>(kind: string, value: T): T =>
    new Proxy(value, {
      get(target, key): unknown {
        read.add(`${kind}.${String(key)}`);
        return Reflect.get(target, key);
      },
    });
  const containers = [
    DB,
    {
      ...DB,
      id: "2",
      name: "backup",
      image: "restic/restic",
      compose: member("backup"),
      running: false,
      status: "exited",
    },
    { ...DB, id: "3", name: "bound", mounts: [{ ...MOUNT, kind: "bind" as const, volume: "" }] },
    { ...DB, id: "4", name: "nameless", compose: null, mounts: [mountOf(anonymousName("a"))] },
  ].map(({ mounts, ...each }) =>
    watched("container", {
      ...{ ...each, mounts: (mounts.length > 0 ? mounts : [MOUNT]).map((mount) => watched("mount", mount)) },
    }),
  );
  const services = [watched("service", SERVICE), watched("service", { ...SERVICE, name: "more" })];
  const own = { "com.docker.compose.project": "other", "com.docker.compose.volume": "x" };
  const survey = {
    ...{ ...SURVEY, containers, engine: watched("engine", SURVEY.engine), images: [watched("image", IMAGE)] },
    volumes: [VOLUME, { ...VOLUME, name: "lost", labels: own }, volume(anonymousName("a"))].map((each) =>
      watched("volume", each),
    ),
    projects: [watched("project", { ...PROJECT, services })],
  };
  judge(watched("survey", survey), { backedUp: [] });
  const kept = Object.entries({
    ...{ survey: SURVEY, engine: SURVEY.engine, volume: VOLUME, container: DB, mount: MOUNT, image: IMAGE },
    ...{ project: PROJECT, service: SERVICE },
  }).flatMap(([kind, facts]) => Object.keys(facts).map((fact) => `${kind}.${fact}`));
  expect(kept.filter((fact) => !read.has(fact)).sort()).toEqual(Object.keys(UNREAD).sort());
});
