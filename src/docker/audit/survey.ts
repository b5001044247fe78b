/** The survey of a Docker host's storage, as plain JSON: the audit judges from this alone, at once or years later. */
import type { Mount } from "../compose/mount.ts";
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

/** By the labels that Compose puts on its containers, in both generations. */
export interface ComposeMembership {
  readonly project: string;
  readonly service: string;
  /** "" if the labels do not say. */
  readonly directory: string;
  /** Absolute where the directory is known. */
  readonly files: readonly string[];
  readonly oneOff: boolean;
}

export interface SurveyedProject {
  readonly name: string;
  readonly directory: string;
  readonly files: readonly string[];
  /** Null if its files could not be read; then `unread` says why. */
  readonly services: readonly SurveyedService[] | null;
  readonly unread: string | null;
  /** False if an included or extended file could not be read: a service that is absent here may exist. */
  readonly complete: boolean;
}

/** A service's definition in a Compose file, as far as it is about data. */
export interface SurveyedService {
  readonly name: string;
  /** `FILE:LINE` of its definition. */
  readonly at: string;
  /** Null if it is built, or a variable decides it. */
  readonly image: string | null;
  /** Those of its variables whose values are known. */
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: readonly SurveyedServiceMount[];
  /** Why the mounts may lack something; empty if they do not. */
  readonly gaps: readonly string[];
}

export interface SurveyedServiceMount {
  readonly kind: Mount["kind"];
  /** As it is written: "./data:/var/lib/postgresql/data". */
  readonly text: string;
  /** Source as it is written; "" if there is none. */
  readonly written: string;
  /** Path in the container; null if a variable decides it. */
  readonly target: string | null;
  /** `FILE:LINE`. */
  readonly at: string;
}
