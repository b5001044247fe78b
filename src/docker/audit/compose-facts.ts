/** The parts of a service that an audit judges, as plain JSON. */
import type { ComposeModel } from "../compose/model.ts";
import { serviceLines } from "../compose/service-lines.ts";
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
  return services.map(({ name, image, environment, mounts, takesMounts }) => {
    const telling = Object.entries(environment).filter(([variable]) => MOVING.has(variable));
    const isEmptied = unset.length > 0 && (image?.endsWith(":") === true || telling.some(([, value]) => value === ""));
    return {
      name,
      at: lineOf(name, texts),
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

/** The last file that has the service. */
function lineOf(name: string, texts: readonly ComposeText[]): string {
  for (const { path, text } of [...texts].reverse()) {
    const lines = serviceLines(text, name);
    if (lines !== undefined) return `${path}:${lines.first + 1}`;
  }
  return texts[0]?.path ?? "";
}
