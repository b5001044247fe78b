import { createOutput } from "../ui/output.js";
import { archiveVerify as verify } from "./archive-verification.js";
import { secrets } from "./failure.js";
import type { GlobalArguments } from "./options.js";
import { withPorts } from "./with-ports.js";

export async function archiveVerify(given: GlobalArguments & { readonly location: string }): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const { document, lines, exitCode } = await withPorts(given, ["s3"], ({ ports }) =>
    verify({ store: ports.store, location: given.location }),
  );
  if (given.json) output.json(document);
  else for (const line of lines) output.line(line);
  return exitCode;
}
