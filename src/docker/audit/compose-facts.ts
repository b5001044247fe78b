/** The parts of a service that an audit judges, as plain JSON. */
import type { ComposeModel } from "../compose/model.ts";
import { linesOfServices, type ServiceLines } from "../compose/service-lines.ts";
import type { SurveyedService } from "./survey.ts";

/** The variables that move data: everything else may be a secret, and is not kept. */
const MOVING: ReadonlySet<string> = new Set(["PGDATA"]);

export interface ComposeText {
  readonly path: string;
  readonly text: string;
}

/** `unset`: variables without a value, for which Compose puts nothing: what they leave empty is not known. */
export function serviceFacts(
  { services }: ComposeModel,
  { texts, unset }: { readonly texts: readonly ComposeText[]; readonly unset: readonly string[] },
): readonly SurveyedService[] {
  const files = texts.map(({ path, text }) => ({ path, lines: linesOfServices(text) }));
  return services.map(({ name, image, environment, mounts, takesMounts }) => {
    const telling = Object.entries(environment).filter(([variable]) => MOVING.has(variable));
    const isEmptied = unset.length > 0 && (image?.endsWith(":") === true || telling.some(([, value]) => value === ""));
    return {
      name,
      at: lineOf(name, files),
      image: image ?? null,
      environment: Object.fromEntries(telling),
      // A variable without a value may have been a part of a path.
      mounts: mounts.map(({ kind, source, target }) => ({ kind, target, ...(unset.length > 0 ? {} : { source }) })),
      gaps: [
        ...(takesMounts ? ["it takes mounts from other services"] : []),
        ...(isEmptied ? [`${unset.join(", ")} had a value when it was brought up, and has none here`] : []),
      ],
    };
  });
}

interface ReadFile {
  readonly path: string;
  readonly lines: ReadonlyMap<string, ServiceLines>;
}

/** The last file that has the service. */
function lineOf(service: string, files: readonly ReadFile[]): string {
  const [first] = files;
  const file = files.findLast(({ lines }) => lines.has(service));
  const lines = file?.lines.get(service);
  return file === undefined || lines === undefined ? (first?.path ?? "") : `${file.path}:${lines.first + 1}`;
}
