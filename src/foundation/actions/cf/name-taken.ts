import { type RecoverError, refuse } from "../../../errors.ts";
import type { ServiceInstance } from "../../../ports/cloud-foundry.ts";

/** Any service instance takes its name, also one that users provide themselves. */
export function nameTaken({ name, guid, createdAt, kind }: ServiceInstance, place: string): RecoverError {
  const what = kind === "user-provided" ? "user-provided service instance" : "service instance";
  return refuse("name-taken", `a ${what} "${name}" exists already (${guid}, created ${createdAt})`)
    .at(place)
    .advise("Look at it with cf service; recover into another name with --input new_name=NAME.");
}
