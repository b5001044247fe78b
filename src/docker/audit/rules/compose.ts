/** Compose files whose databases have no storage of their own. */
import { type DataPath, dataPathsOf } from "../../compose/data-paths.ts";
import { imageName } from "../../compose/image-reference.ts";
import { volumeOf } from "../../compose/labels.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { quoted } from "../../../kit/text/printable.ts";
import type { Finding, Judged } from "../finding.ts";
import { dumpLines } from "../moving.ts";
import { about, dataText, lossOf, type Stock, type UsedData, volumeText } from "../stock.ts";
import type { SurveyedProject, SurveyedService, SurveyedServiceMount } from "../survey.ts";

/** `told`: services of which their running containers have told as much already, as `PROJECT/SERVICE`. */
export function compose(stock: Stock, told: ReadonlySet<string>): readonly Finding[] {
  const projects = stock.survey.projects.flatMap((project) => {
    const silent = (project.services ?? []).filter(({ name }) => !told.has(`${project.name}/${name}`));
    return [unread(project), renamed(project), ...silent.map((service) => withoutStorage(stock, service))].flat();
  });
  return [...projects, ...stock.data.flatMap((data) => ahead(stock, data))];
}

/** The file was changed since the container was made: what lies at the former place stays there. */
function ahead(stock: Stock, { at, container, contents }: UsedData): Judged {
  const service = stock.serviceOf(container);
  if (at.kind === "layer" || service === undefined || service.gaps.length > 0 || container.compose?.oneOff === true)
    return [];
  const { destination } = at.mount;
  const next = service.mounts.find(({ target }) => target === destination);
  if (isSame(at, next)) return [];
  const place = next?.source === undefined || next.source === "" ? "no such place" : quoted(next.source);
  return stock.of(container, {
    code: "compose-file-ahead",
    severity: "warning",
    what: `It runs on ${at.kind === "bind" ? quoted(at.mount.source) : volumeText(at.volume)} at ${quoted(destination)}, and its Compose file has ${place} there by now. The next "up" leaves ${dataText(contents)} behind.`,
    fix: "Before that, write the former place into the file, or bring the rows to the new one.",
    commands: dumpLines(stock, { at, container, contents, path: destination }),
  });
}

/** Also if nobody can tell: a volume from elsewhere does not say its name in the file. */
function isSame(
  at: Exclude<UsedData["at"], { readonly kind: "layer" }>,
  next: SurveyedServiceMount | undefined,
): boolean {
  if (next === undefined || next.kind === "anonymous") return at.kind === "volume" && at.volume.anonymous;
  if (next.kind === "other") return true;
  if (at.kind === "bind") return next.kind === "bind" && (next.source === undefined || next.source === at.mount.source);
  const key = volumeOf(at.volume.labels)?.key;
  return (
    next.kind === "named" &&
    !at.volume.anonymous &&
    (key === undefined || next.source === undefined || key === next.source)
  );
}

function unread(project: SurveyedProject): Judged {
  if (project.unread === null) return [];
  return about(`project ${quoted(project.name)}`, {
    code: "compose-file-missing",
    severity: "warning",
    what: `Its containers are there, and its Compose file could not be read: ${project.unread}.`,
    fix: `Look in ${quoted(project.directory || "the directory that it was brought up in")} what became of it; without it nobody can bring the stack up as it was.`,
  });
}

/** A name that only the directory gives may have been given by `-p` as well: nobody can tell. */
function renamed({ name, own, directory }: SurveyedProject): Judged {
  if (own === undefined || own === name) return [];
  const last = directory.slice(directory.lastIndexOf("/") + 1).toLowerCase();
  const isGiven = own !== last.replace(/[^a-z0-9_-]/gu, "").replace(/^[_-]+/u, "");
  return about(`project ${quoted(name)}`, {
    code: "project-renamed",
    severity: isGiven ? "warning" : "note",
    what: `Its files are of the project ${quoted(own)} by now. The next "up" without "${quote(["-p", name])}" leaves its containers and volumes alone, and begins with empty ones.`,
    fix: `To keep what is there, write "name: ${quote([name])}" into the Compose file, or COMPOSE_PROJECT_NAME=${quote([name])} into the ".env" beside it.`,
  });
}

function withoutStorage(stock: Stock, service: SurveyedService): Judged {
  const { name, image, at, mounts } = service;
  const meant = imageName(image ?? "");
  const own = stock.survey.images.find(
    ({ tags }) => meant !== undefined && tags.some((tag) => imageName(tag) === meant),
  );
  const paths = dataPaths(service, own?.env ?? {});
  const [first] = paths;
  // An unknown is no finding.
  if (image === null || first === undefined || service.gaps.length > 0) return [];
  // The image's own volume stays in its place, also when a variable moves the data.
  const usual = dataPathsOf(image).map(({ path }) => path);
  if (paths.some((path) => isCovered(path, mounts, own?.volumes ?? usual))) return [];
  const key = `${name}-data`;
  const { severity, unless } = lossOf([first.kind], name);
  const found = about(`service ${quoted(name)}`, {
    code: "database-without-storage",
    severity,
    what: `${quoted(image)} keeps its data in ${first.path}, and the file mounts nothing there: they end in an anonymous volume or in the container itself.`,
    fix: `Write below ${quoted(name)}: volumes: ["${key}:${first.path}"], and below the file's own "volumes:": ${key}: {}. If it has run already, its rows have to be copied first.${unless}`,
  });
  return [{ ...found, at }];
}

/** The image itself knows better than a table of names, if the host has it. */
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
