/** A look into an archive: its objects, and of base backups too large for that whose they are. */
import type { ObjectReader } from "../../ports/object-store.ts";
import type { ArchiveFacts } from "./archive-facts.ts";
import { baseIdentities } from "./base-identity.ts";
import { lookInside, type LookOptions } from "./insides.ts";

/** Errors: those of the store. */
export async function lookedInto(
  reader: ObjectReader,
  facts: ArchiveFacts,
  options: LookOptions,
): Promise<Required<Pick<ArchiveFacts, "insides" | "identities">>> {
  const insides = await lookInside(reader, facts, options);
  const told = new Set(
    facts.entries.flatMap(({ kind, relative }) =>
      kind.kind === "part" && insides.get(relative)?.systemId !== undefined ? [kind.base.name] : [],
    ),
  );
  const names = facts.entries.flatMap(({ kind }) =>
    kind.kind === "sentinel" && !told.has(kind.base.name) ? [kind.base.name] : [],
  );
  return { insides, identities: await baseIdentities(reader, facts, { names, cold: options.cold }) };
}
