/**
 * Plans the text of each file, so that each service gets its directory, and tells which other changes `up` would make.
 */
import { createHash } from "node:crypto";
import { posix } from "node:path";
import { addVolumes, type Edited, volumesOffered } from "../../compose/edit.ts";
import { unifiedDiff } from "../../compose/line-diff.ts";
import { overrideFor, overrideText } from "../../compose/override-file.ts";
import { type ComposeProject, readProject } from "../../compose/project.ts";
import type { FileAnswer } from "../../compose/source.ts";
import type { DockerHost } from "../../../ports/docker-host.ts";
import type { ComposeCall, DockerWork } from "../../../ports/docker-work.ts";
import { RecoverError } from "../../../errors.ts";
import { printable, quoted } from "../../../kit/text/printable.ts";
import type { MovedService } from "./moved-service.ts";
import { containersOf, LABEL, refuse } from "./stack.ts";

const MOST_BYTES = 1024 * 1024;

export interface EditWanted {
  readonly host: DockerHost;
  readonly work: DockerWork;
  readonly project: string;
  readonly place: Omit<ComposeCall, "project">;
  readonly services: readonly MovedService[];
}

/** The new text of a file: `override` is a file beside the Compose file, with the Compose file's version. */
export function rewritten(
  before: string | undefined,
  to: { readonly override: boolean; readonly version: string; readonly services: readonly MovedService[] },
): Edited {
  const changes = to.services.map(({ service, written, path }) => ({ service, source: written, target: path }));
  if (!to.override) return addVolumes(before ?? "", changes);
  return overrideText({ version: to.version === "" ? undefined : to.version, changes, existing: before });
}

export interface PlannedEdit {
  readonly services: readonly MovedService[];
  /** Compose's files once it is written. */
  readonly files: readonly string[];
  readonly file: string;
  readonly override: boolean;
  readonly version: string;
  readonly beforeSha256: string;
  readonly afterSha256: string;
  /** Lines that go and come, and none beside them: a Compose file holds passwords. */
  readonly diff: string;
  readonly tracked: "yes" | "no" | "unknown";
  readonly drifted: readonly string[];
}

export async function planEdit(wanted: EditWanted): Promise<PlannedEdit> {
  const { host, work, place } = wanted;
  const texts = await textsOf(host, place.files);
  const main = place.files[0] ?? "";
  const services = await Promise.all(
    wanted.services.map((each) => placed(each, { wanted, text: texts.get(main) ?? "" })),
  );
  const tracked = await work.tracked(main);
  const project = await projectOf(place, texts);
  const about = { texts, project, services, tracked: tracked === true };
  const { before, after, ...written } = await writtenTo(wanted, about);
  guardUnmounted(wanted, project, written.override);
  await guardWritable(wanted, written.file, services);
  return {
    services,
    ...written,
    diff: changedLines(unifiedDiff(written.file, before, after)),
    tracked: tracked === undefined ? "unknown" : tracked ? "yes" : "no",
    drifted: await driftOf(wanted),
  };
}

/** Before anything is stopped: of a directory of another account the owner writes the file, and has to be able to. */
async function guardWritable({ work }: EditWanted, file: string, services: readonly MovedService[]): Promise<void> {
  const why = await work.whyUnwritable(
    file,
    services.map(({ destination }) => destination),
  );
  if (why === undefined) return;
  throw new RecoverError("foreign-directory", `${quoted(file)} cannot be written as its owner: ${printable(why)}`, {
    remedy:
      "Give the Compose file, its directory and the places for its data one owner (chown), or all of it to root; then begin anew. Nothing was changed.",
    place: file,
    effect: "none",
  });
}

const changedLines = (diff: string): string =>
  diff
    .split("\n")
    .filter((line) => /^[-+@]/u.test(line))
    .join("\n");

async function textsOf(host: DockerHost, files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const file of files) {
    const text = await host.file(file, MOST_BYTES);
    if (text === undefined) throw refuse(`the Compose file ${quoted(file)} is gone`, host.label);
    texts.set(file, text);
  }
  return texts;
}

/** At the line that the file ships for it, if there is one; else a directory named after the service. */
async function placed(
  moved: MovedService,
  { wanted, text }: { readonly wanted: EditWanted; readonly text: string },
): Promise<MovedService> {
  const { host, work, place } = wanted;
  const offered = volumesOffered(text, moved.service).find(
    ({ target, source }) => target === moved.path && /^\.?\.?\//u.test(source),
  );
  const several = wanted.services.filter(({ service }) => service === moved.service).length > 1;
  const own = `./${moved.service}-data${several ? moved.path.replaceAll("/", "-") : ""}`;
  const written = offered?.source ?? own;
  const destination = posix.resolve(place.directory, written);
  const kind = await work.kind(destination);
  if (kind !== "absent")
    throw refuse(
      `${quoted(destination)} is there already, and ${quoted(moved.service)} would start on what it holds`,
      host.label,
      "Look what it is, and give it another name; then begin anew.",
    );
  return { ...moved, written, destination };
}

type Written = Pick<PlannedEdit, "files" | "file" | "override" | "version" | "beforeSha256" | "afterSha256"> & {
  readonly before: string;
  readonly after: string;
};

/** Into the file itself; if git has it, or it cannot be edited, into the override that Compose takes by itself. */
async function writtenTo(
  wanted: EditWanted,
  about: {
    readonly texts: ReadonlyMap<string, string>;
    readonly project: ComposeProject;
    readonly services: readonly MovedService[];
    readonly tracked: boolean;
  },
): Promise<Written> {
  const { place, host } = wanted;
  const { texts, project, services, tracked } = about;
  const main = place.files[0] ?? "";
  const before = texts.get(main) ?? "";
  const edited = tracked ? undefined : rewritten(before, { override: false, version: "", services });
  if (edited?.done === true)
    return {
      files: place.files,
      file: main,
      override: false,
      version: "",
      before,
      after: edited.text,
      beforeSha256: sha256(before),
      afterSha256: sha256(edited.text),
    };
  const file = overrideFor(main, place.generation);
  const existing = texts.get(file) ?? (await host.file(file, MOST_BYTES));
  const version = project.version ?? "";
  const override = rewritten(existing, { override: true, version, services });
  if (!override.done)
    throw refuse(
      `no volume can be written to the Compose files: ${override.why}`,
      main,
      "Give the services their volumes by hand, on directories that are not there yet, and begin anew.",
    );
  const files = place.files.includes(file) ? place.files : [...place.files, file];
  return {
    files,
    file,
    override: true,
    version,
    before: existing ?? "",
    after: override.text,
    beforeSha256: existing === undefined ? "" : sha256(existing),
    afterSha256: sha256(override.text),
  };
}

const projectOf = (place: EditWanted["place"], texts: ReadonlyMap<string, string>): Promise<ComposeProject> =>
  readProject({
    files: place.files,
    directory: place.directory,
    environment: { values: {}, complete: false },
    read: (path) => Promise.resolve(answer(texts.get(path))),
  });

/** The file is ahead of its container: Compose refuses two mounts of one path, and an override would hide the other one. */
function guardUnmounted({ services }: EditWanted, project: ComposeProject, isOverride: boolean): void {
  for (const { service, path } of services) {
    const mounts = project.services.find(({ name }) => name === service)?.mounts ?? [];
    const there = mounts.find(({ target, kind }) => {
      const isNameless = isOverride && kind === "anonymous";
      return target.known && posix.resolve(target.text) === path && !isNameless;
    });
    if (there !== undefined)
      throw refuse(
        `the Compose file mounts ${quoted(path)} of ${quoted(service)} already, and Compose refuses a second mount of one path`,
        there.place.file,
        "Nothing was changed. Take that line out, or move the data to where it says by hand; then begin anew.",
      );
  }
}

const answer = (text: string | undefined): FileAnswer =>
  text === undefined ? { state: "absent" } : { state: "text", text };

/** Compose's own hash of each service against the label of its running container. */
async function driftOf({ host, work, project, place }: EditWanted): Promise<readonly string[]> {
  const hashes = await work.composeHashes({ ...place, project });
  const members = await containersOf(host, project);
  return members
    .map(({ labels }) => labels)
    .filter((labels) => hashes.get(labels[LABEL.service] ?? "") !== labels[LABEL.hash])
    .map((labels) => labels[LABEL.service] ?? "");
}

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
