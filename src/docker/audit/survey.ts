/** The survey of a Docker host's storage, as plain JSON: the audit judges from this alone, at once or years later. */
import type { ComposeMembership } from "../compose/labels.ts";
import type { ComposeMount } from "../compose/model.ts";
import type { Contents } from "../data-directory/recognise.ts";
import type {
  DiskSpace,
  DockerContainer,
  DockerImage,
  DockerMount,
  DockerVolume,
  EngineFacts,
} from "../../ports/docker-host.ts";

export interface StorageSurvey {
  /** "here", or as the host was named. */
  readonly host: string;
  /** ISO 8601. */
  readonly takenAt: string;
  /** The words before every docker command there. */
  readonly words: readonly string[];
  readonly engine: EngineFacts;
  /** Of the engine's own directory; null if it is not known. */
  readonly space: DiskSpace | null;
  readonly volumes: readonly SurveyedVolume[];
  readonly containers: readonly SurveyedContainer[];
  readonly images: readonly DockerImage[];
  readonly projects: readonly SurveyedProject[];
  /** Bytes; null if they are not known. */
  readonly imageBytes: number | null;
  readonly buildCacheBytes: number | null;
  /** Why sizes are not known; null if they are. */
  readonly sizesUnknown: string | null;
}

export interface SurveyedVolume extends DockerVolume {
  readonly contents: Contents;
  /** About; null if it is not known. */
  readonly bytes: number | null;
}

export interface SurveyedMount extends DockerMount {
  /** For a bind: the data at its source. For a volume see the volume; null for the others. */
  readonly contents: Contents | null;
}

export interface SurveyedContainer extends Omit<DockerContainer, "mounts"> {
  readonly mounts: readonly SurveyedMount[];
  /** Data that it wrote over its image, by directory in the container. */
  readonly layerData: readonly { readonly path: string; readonly contents: Contents }[];
  /** Why its own layer could not be looked at; null if it was. */
  readonly layerUnknown: string | null;
  readonly layerBytes: number | null;
  readonly compose: ComposeMembership | null;
}

export interface SurveyedProject {
  readonly name: string;
  readonly directory: string;
  readonly files: readonly string[];
  /** Null if nothing is known of its files; then `unread` or `unasked` says why. */
  readonly services: readonly SurveyedService[] | null;
  readonly unread: string | null;
  /** The name that its files give the project, as its Compose takes them; absent if nobody can tell. */
  readonly own?: string;
  /** Why nobody could ask Compose for the meaning of its files, as a sentence; absent if it has answered. */
  readonly unasked?: string;
}

/** A service as its Compose takes it, as far as it is about data. */
export interface SurveyedService {
  readonly name: string;
  /** `FILE:LINE` of its definition, `FILE` alone if another file has it. */
  readonly at: string;
  /** Null if it is built. */
  readonly image: string | null;
  /** Those of its variables that tell a place. */
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: readonly SurveyedServiceMount[];
  /** Why the mounts may lack something; empty if they do not. */
  readonly gaps: readonly string[];
}

/** Without a source if it is not known. */
export type SurveyedServiceMount = Pick<ComposeMount, "kind" | "target"> & Partial<Pick<ComposeMount, "source">>;
