/** The findings of an audit of a Docker host, from the outputs of its steps by the ids of their actions. */
import { type Fields, fieldsOf, textOf } from "../kit/json.ts";
import { bytesText } from "../kit/text/bytes.ts";
import { lastOutput, type UnitDigest } from "./digest.ts";
import { type Block, code, list, paragraph, plain, type Section, section, strong, table } from "./document.ts";

const SURVEY = "storage.survey";
const JUDGE = "storage.judge";

/** As `src/docker/audit/finding.ts` has it; journals of all releases are read, so that nothing is taken for granted. */
interface Told {
  readonly severity?: unknown;
  readonly code?: unknown;
  readonly subject?: unknown;
  readonly at?: unknown;
  readonly what?: unknown;
  readonly fix?: unknown;
  readonly commands?: unknown;
}

/** Nothing of a run that was no audit. */
export function storageSections(units: readonly UnitDigest[]): readonly Section[] {
  const judged = lastOutput(units, JUDGE);
  if (judged === undefined) return [];
  const findings = items(judged["findings"]) as readonly Told[];
  const unlooked = items(judged["unlooked"]).map(textOf);
  const survey = fieldsOf(lastOutput(units, SURVEY)?.["survey"]);
  return [
    ...section("Findings", findings.length === 0 ? [paragraph(plain("None."))] : findings.flatMap(findingBlocks)),
    ...section("What could not be looked at", list(unlooked)),
    ...section("Volumes", volumeTable(survey)),
    ...section("Containers and their mounts", mountTable(survey)),
  ];
}

/** The findings alone, for programs; undefined of a run that was no audit. */
export function storageFindings(units: readonly UnitDigest[]): unknown {
  return lastOutput(units, JUDGE)?.["findings"];
}

function findingBlocks({ severity, subject, at, what, fix, commands, code: named }: Told): readonly Block[] {
  const place = textOf(at);
  const lines = items(commands).map(textOf);
  return [
    paragraph(
      strong(`${textOf(severity).toUpperCase()}: ${textOf(subject)}`),
      plain(" "),
      code(textOf(named)),
      ...(place === "" ? [] : [plain(", "), code(place)]),
    ),
    paragraph(plain(textOf(what))),
    ...(lines.length === 0 ? [] : [{ kind: "code", language: "text", content: lines.join("\n") } as const]),
    paragraph(plain(textOf(fix))),
  ];
}

function volumeTable(survey: Fields): readonly Block[] {
  const containers = items(survey["containers"]).map(fieldsOf);
  const rows = items(survey["volumes"])
    .map(fieldsOf)
    .map((volume) => {
      const name = textOf(volume["name"]);
      const users = containers.filter(({ mounts }) =>
        items(mounts).some((mount) => fieldsOf(mount)["volume"] === name),
      );
      return [
        volume["anonymous"] === true ? `${name.slice(0, 12)}…` : name,
        contentsText(fieldsOf(volume["contents"])),
        sizeText(volume["bytes"]),
        users.map((each) => textOf(each["name"])).join(", ") || "nobody",
        textOf(volume["createdAt"]),
      ];
    });
  return table(["volume", "what lies in it", "about", "used by", "made"], rows);
}

function mountTable(survey: Fields): readonly Block[] {
  const rows = items(survey["containers"])
    .map(fieldsOf)
    .flatMap((container) =>
      items(container["mounts"])
        .map(fieldsOf)
        .map((mount) => [
          textOf(container["name"]),
          textOf(mount["destination"]),
          textOf(mount["volume"]) || textOf(mount["source"]),
          mount["writable"] === true ? "" : "read-only",
          contentsText(fieldsOf(mount["contents"])),
        ]),
    );
  return table(["container", "path in it", "from", "", "what lies there"], rows);
}

function contentsText(contents: Fields): string {
  switch (contents["kind"]) {
    case "data":
      return `${textOf(contents["title"])} ${textOf(contents["version"])}${stateText(fieldsOf(contents["postgres"]))}`.trim();
    case "other":
      return `no database: ${items(contents["names"]).slice(0, 3).map(textOf).join(", ")}…`;
    case "file":
      return "a file";
    case "unknown":
      return `not known: ${textOf(contents["why"])}`;
    default:
      return textOf(contents["kind"]);
  }
}

function stateText(postgres: Fields): string {
  const control = fieldsOf(postgres["control"]);
  return control["known"] === true
    ? `, ${textOf(control["state"])}, last checkpoint ${textOf(control["checkpointTime"])}, system ${textOf(control["systemId"])}`
    : "";
}

const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const sizeText = (bytes: unknown): string => (typeof bytes === "number" ? bytesText(bytes) : "not known");
