/** The answer of the stack's own Compose. */
import { type ComposeModel, readModel } from "../../compose/model.ts";
import { quoted } from "../../../kit/text/printable.ts";
import type { DockerHost } from "../../../ports/docker-host.ts";
import type { ComposeCall } from "../../../ports/docker-work.ts";
import { refuse } from "./stack.ts";

export interface Asked {
  readonly model: ComposeModel;
  readonly unset: readonly string[];
}

/** Throws `guard-refused` if Compose cannot tell. */
export async function askedOf(
  host: DockerHost,
  call: ComposeCall,
  over?: { readonly file: string; readonly text: string },
): Promise<Asked> {
  const answer = await host.composed(call, over);
  if (answer.state === "told")
    return { model: readModel(answer.text, call.generation, host.label), unset: answer.unset };
  const why = answer.state === "missing" ? `there is no ${answer.program}` : answer.why;
  throw refuse(
    `Compose cannot say what ${quoted(over?.file ?? call.files.join(", "))} means: ${why}`,
    host.label,
    "Nothing was changed by this step. Make `config` of the Compose that brought the stack up take the files, then go on.",
  );
}
