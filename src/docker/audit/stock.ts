/**
 * The data of a surveyed host and their places, with the lines about them in Compose files: all rules ask for these.
 */
import type { Data } from "../data-directory/recognise.ts";
import { RUN_LABEL } from "../../kit/commands/docker-work-commands.ts";
import { quoted } from "../../kit/text/printable.ts";
import { quote } from "../../kit/commands/shell-quote.ts";
import type { Finding, FindingCode, Severity } from "./finding.ts";
import type {
  StorageSurvey,
  SurveyedContainer,
  SurveyedMount,
  SurveyedProject,
  SurveyedService,
  SurveyedVolume,
} from "./survey.ts";

/** Data that a container uses. */
export interface UsedData {
  readonly container: SurveyedContainer;
  readonly contents: Data;
  /** In the container. */
  readonly path: string;
  readonly at:
    | { readonly kind: "volume"; readonly volume: SurveyedVolume; readonly mount: SurveyedMount }
    | { readonly kind: "bind"; readonly mount: SurveyedMount }
    | { readonly kind: "layer" };
}

/** Commands are lines as they are typed. */
interface Told {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly what: string;
  readonly fix: string;
  readonly commands?: readonly string[];
}

export class Stock {
  readonly survey: StorageSurvey;
  readonly data: readonly UsedData[];
  readonly #volumes: ReadonlyMap<string, SurveyedVolume>;

  constructor(survey: StorageSurvey) {
    this.survey = survey;
    this.#volumes = new Map(survey.volumes.map((volume) => [volume.name, volume]));
    this.data = survey.containers.flatMap((container) => this.#dataOf(container));
  }

  volume(name: string): SurveyedVolume | undefined {
    return this.#volumes.get(name);
  }

  usersOf(volume: SurveyedVolume): readonly SurveyedContainer[] {
    return this.survey.containers.filter(({ mounts }) => mounts.some((mount) => mount.volume === volume.name));
  }

  projectOf({ compose }: SurveyedContainer): SurveyedProject | undefined {
    return this.survey.projects.find(({ name }) => name === compose?.project);
  }

  /** The service's definition in its Compose file, when the file could be read. */
  serviceOf(container: SurveyedContainer): SurveyedService | undefined {
    return this.projectOf(container)?.services?.find(({ name }) => name === container.compose?.service);
  }

  /** `FILE:LINE` of the service, or "" if no file says anything. */
  lineOf(container: SurveyedContainer): string {
    return this.serviceOf(container)?.at ?? "";
  }

  /** A docker command as it is typed there. */
  command(...words: readonly string[]): string {
    return quote([...this.survey.words, ...words]);
  }

  /** A finding about a container, at its line in a Compose file. */
  of(container: SurveyedContainer, told: Told): Finding {
    return { ...about(containerText(container), told), at: this.lineOf(container) };
  }

  #dataOf(container: SurveyedContainer): readonly UsedData[] {
    if (keptBy(container) !== undefined) return [];
    const mounted = container.mounts.flatMap((mount): readonly UsedData[] => {
      const volume = mount.kind === "volume" ? this.#volumes.get(mount.volume) : undefined;
      const contents = volume?.contents ?? mount.contents;
      if (contents?.kind !== "data" || (mount.kind === "volume" && volume === undefined)) return [];
      const at =
        volume === undefined ? ({ kind: "bind", mount } as const) : ({ kind: "volume", volume, mount } as const);
      return [{ container, contents, path: mount.destination, at }];
    });
    const written = container.layerData.flatMap(({ path, contents }): readonly UsedData[] =>
      contents.kind === "data" ? [{ container, contents, path, at: { kind: "layer" } }] : [],
    );
    return [...mounted, ...written];
  }
}

/** The run of ours that keeps a container, out of Compose's sight. One that an undo brought back is its stack's own again. */
export const keptBy = ({ labels, compose }: Pick<SurveyedContainer, "labels" | "compose">): string | undefined =>
  compose === null ? labels[RUN_LABEL] : undefined;

/** Redis may be a cache or a queue that nobody misses, and nothing in it says so. `unless` ends the text of its remedy. */
export const lossOf = (
  systems: readonly string[],
  name: string,
): { readonly severity: Severity; readonly unless: string } =>
  systems.some((system) => system !== "redis")
    ? { severity: "serious", unless: "" }
    : {
        severity: "warning",
        unless: ` If it is a cache or a queue that nobody misses, say so with --input backed_up=${quote([name])}.`,
      };

/** A finding that no line of a file is about. */
export const about = (subject: string, told: Told): Finding => ({ subject, at: "", commands: [], ...told });

export const containerText = ({ name }: { readonly name: string }): string => `container ${quoted(name)}`;

const SHORT = 12;

/** Nobody types 64 digits; Docker takes the first twelve of a container's id, but of a volume the whole name alone. */
export function volumeText({ name, anonymous }: Pick<SurveyedVolume, "name" | "anonymous">): string {
  return anonymous ? `anonymous volume ${name.slice(0, SHORT)}…` : `volume ${quoted(name)}`;
}

/** `PostgreSQL 13`, with all that lies beside it. */
export function dataText({ title, version, beside = [] }: Data): string {
  const own = version === "" ? title : `${title} ${version}`;
  const others = beside.map((other) => `${dataText(other)} in ${quoted(other.inside === "" ? "/" : other.inside)}`);
  return others.length === 0 ? own : `${own} (beside it ${others.join(", ")})`;
}
