/** The place of a run is known by the note in it, never by its name alone. */
import type { Context } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import type { ScratchState } from "../../../ports/scratch-database.ts";

/** Throws `guard-refused` if the place belongs to another run, or to nobody. */
export async function requireOwnPlace(
  { ports }: Context,
  place: string,
  run: string,
): Promise<Exclude<ScratchState, { readonly state: "foreign" }>> {
  const found = await ports.scratch.look(place, run);
  if (found.state !== "foreign") return found;
  throw refuse("guard-refused", `"${place}" is not the place of run ${run}: ${found.evidence}`)
    .at(place)
    .advise("Nothing was changed. Look at the directory by hand.");
}
