/** The one place where an error of a command becomes text or JSON and an exit code (docs/exit-codes.md). */
import { asRecoverError } from "../../errors.ts";
import type { JournaledError } from "../../engine/journal/entry.ts";
import { errorLines } from "../screen/ending-lines.ts";
import { createOutput } from "../screen/output.ts";
import { secrets } from "./own-secrets.ts";

export { secrets };

export function reportFailure(thrown: unknown, json: boolean): number {
  const error = asRecoverError(thrown);
  const output = createOutput({ secrets, color: true });
  const document: JournaledError = {
    code: error.code,
    message: error.message,
    remedy: error.remedy,
    ...(error.place === undefined ? {} : { place: error.place }),
  };
  if (json) output.json({ schema: "dingo-recover/error@1", ...document, exitCode: error.exitCode });
  for (const line of errorLines(document, Math.min(output.columns, 120))) output.error(line);
  if (error.code === "internal" && process.env["DINGO_RECOVER_DEBUG"] === "1" && error.cause instanceof Error)
    output.error(error.cause.stack ?? "");
  return error.exitCode;
}
