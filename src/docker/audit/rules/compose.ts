/** Compose files whose databases have no storage of their own. */
import { type DataPath, dataPathsOf } from "../../compose/data-paths.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { quoted } from "../../../kit/text/printable.ts";
import type { Finding } from "../finding.ts";
import { about, type Stock } from "../stock.ts";
import type { SurveyedProject, SurveyedService, SurveyedServiceMount } from "../survey.ts";

/** `told`: services of which their running containers have told as much already, as `PROJECT/SERVICE`. */
export function compose(stock: Stock, told: ReadonlySet<string>): readonly Finding[] {
  return stock.survey.projects.flatMap((project) => [
    ...unread(project),
    ...renamed(project),
    ...(project.services ?? [])
      .filter(({ name }) => !told.has(`${project.name}/${name}`))
      .flatMap((service) => withoutStorage(stock, service)),
  ]);
}

function unread(project: SurveyedProject): readonly Finding[] {
  if (project.unread === null) return [];
  return [
    about(`project ${quoted(project.name)}`, {
      code: "compose-file-missing",
      severity: "warning",
      what: `Its containers are there, and its Compose file could not be read: ${project.unread}.`,
      fix: `Look in ${quoted(project.directory || "the directory that it was brought up in")} what became of it; without it nobody can bring the stack up as it was.`,
    }),
  ];
}

/** A name that only the directory gives may have been given by `-p` as well: nobody can tell. */
function renamed({ name, own, directory }: SurveyedProject): readonly Finding[] {
  if (own === undefined || own === name) return [];
  const last = directory.slice(directory.lastIndexOf("/") + 1).toLowerCase();
  const isGiven = own !== last.replace(/[^a-z0-9_-]/gu, "").replace(/^[_-]+/u, "");
  return [
    about(`project ${quoted(name)}`, {
      code: "project-renamed",
      severity: isGiven ? "warning" : "note",
      what: `Its files are of the project ${quoted(own)} by now: the next "up" without "${quote(["-p", name])}" leaves its containers and volumes alone, and begins with empty ones.`,
      fix: `To keep what is there, write "name: ${quote([name])}" into the Compose file, or COMPOSE_PROJECT_NAME=${quote([name])} into the ".env" beside it.`,
    }),
  ];
}

function withoutStorage(stock: Stock, service: SurveyedService): readonly Finding[] {
  const { name, image, at, mounts } = service;
  const own = stock.survey.images.find(({ tags }) => image !== null && tags.includes(tagged(image)));
  const paths = dataPaths(service, own?.env ?? {});
  const [first] = paths;
  // An unknown is no finding.
  if (image === null || first === undefined || service.gaps.length > 0) return [];
  // The image's own volume stays in its place, also when a variable moves the data.
  const usual = dataPathsOf(image).map(({ path }) => path);
  if (paths.some((path) => isCovered(path, mounts, own?.volumes ?? usual))) return [];
  const key = `${name}-data`;
  const found = about(`service ${quoted(name)}`, {
    code: "database-without-storage",
    severity: "serious",
    what: `${quoted(image)} keeps its data in ${first.path}, and the file mounts nothing there: they end in an anonymous volume or in the container itself.`,
    fix: `Write below ${quoted(name)}: volumes: ["${key}:${first.path}"], and below the file's own "volumes:": ${key}: {}. If it has run already, its rows have to be copied first.`,
  });
  return [{ ...found, at }];
}

/** The image itself knows better than a table of names, where the host has it. */
function dataPaths(
  { image, environment }: SurveyedService,
  ofImage: Readonly<Record<string, string>>,
): readonly DataPath[] {
  if (image === null) return [];
  return dataPathsOf(image, { ...ofImage, ...environment }).filter(
    ({ sure, kind }) => sure === "named" && kind !== "other",
  );
}

/** In the place of PostgreSQL's data since 18: `18/docker`. */
const OF_RELEASE = /\/\d+(?:\/docker)?$/u;

/** A mount above a path that the image makes a volume of does not reach it; one below it may hold a part alone. */
function isCovered(
  { path, kind: system }: DataPath,
  mounts: readonly SurveyedServiceMount[],
  declared: readonly string[],
): boolean {
  return mounts.some(({ kind, target }) => {
    if (kind !== "bind" && kind !== "named") return false;
    if (target === path) return true;
    if (target.startsWith(`${path}/`)) return system !== "postgresql" || OF_RELEASE.test(target);
    const above = target === "/" ? "/" : `${target}/`;
    const between = declared.some(
      (volume) => volume !== target && volume.startsWith(above) && `${path}/`.startsWith(`${volume}/`),
    );
    return path.startsWith(above) && !between;
  });
}

const tagged = (image: string): string => (/:[^/]+$/.test(image) ? image : `${image}:latest`);
