/** Judges a survey of a host's storage: findings, gravest first, and the places that nobody could look at. Pure. */
import type { Contents } from "../data-directory/recognise.ts";
import { quoted } from "../../kit/text/printable.ts";
import { type Finding, sorted } from "./finding.ts";
import { backups } from "./rules/backups.ts";
import { compose } from "./rules/compose.ts";
import { condition } from "./rules/condition.ts";
import { engine } from "./rules/engine.ts";
import { habits } from "./rules/habits.ts";
import { binds, writers } from "./rules/mounts.ts";
import { names } from "./rules/names.ts";
import { places } from "./rules/places.ts";
import { images, volumes } from "./rules/volumes.ts";
import { containerText, Stock, volumeText } from "./stock.ts";
import type { StorageSurvey } from "./survey.ts";

export interface Judgement {
  readonly findings: readonly Finding[];
  /** Places that could not be looked at, each as a sentence with its reason: neither well nor bad. */
  readonly unlooked: readonly string[];
}

export function judge(survey: StorageSurvey, terms: { readonly backedUp: readonly string[] }): Judgement {
  const stock = new Stock(survey);
  const misplaced = places(stock);
  const findings = [
    ...misplaced,
    ...volumes(stock),
    ...condition(stock),
    ...binds(stock),
    ...writers(stock),
    ...compose(stock, toldServices(stock, misplaced)),
    ...images(stock),
    ...backups(stock, terms.backedUp),
    ...habits(stock),
    ...names(stock),
    ...engine(stock),
  ];
  const named = new Set(terms.backedUp.flatMap((name) => [`container ${quoted(name)}`, `service ${quoted(name)}`]));
  const isMissed = ({ code, severity, subject }: Finding): boolean =>
    severity !== "warning" || !CACHED.has(code) || !named.has(subject);
  return { findings: sorted(findings.filter(isMissed)), unlooked: unlooked(stock) };
}

/** Where a warning is about data that may be a cache: not once the operator has named them. */
const CACHED: ReadonlySet<Finding["code"]> = new Set<Finding["code"]>([
  ...(["data-in-layer", "data-in-anonymous-volume", "database-without-storage", "data-in-memory"] as const),
]);

function toldServices({ survey }: Stock, told: readonly Finding[]): ReadonlySet<string> {
  const subjects = new Set(told.map(({ subject }) => subject));
  const containers = survey.containers.filter((container) => subjects.has(containerText(container)));
  return new Set(containers.map(({ compose }) => `${compose?.project ?? ""}/${compose?.service ?? ""}`));
}

function whyUnknown(contents: Contents): string | undefined {
  if (contents.kind === "unknown") return contents.why;
  return contents.kind === "other" || contents.kind === "data" ? contents.unwalked : undefined;
}

function unlooked({ survey }: Stock): readonly string[] {
  return [
    ...survey.volumes.flatMap((volume) =>
      [whyUnknown(volume.contents)].flatMap((why) => (why === undefined ? [] : [`${volumeText(volume)}: ${why}`])),
    ),
    ...survey.containers.flatMap((container) => [
      ...container.mounts.flatMap(({ contents, source }) =>
        contents?.kind === "unknown" ? [`directory ${quoted(source)}: ${contents.why}`] : [],
      ),
      ...(container.layerUnknown === null
        ? []
        : [`the layer of ${containerText(container)}: ${container.layerUnknown}`]),
    ]),
    ...survey.projects.flatMap(({ name, unasked }) =>
      unasked === undefined ? [] : [`the Compose files of project ${quoted(name)}: ${unasked}`],
    ),
  ];
}
