/** The remains of the sister runbooks' steps: on a Docker host, on this machine, in a living service. */
import { tells, tellsNothing, textOf, type Words } from "./fact.ts";

const PLACE = "copy on this machine";

const ofService =
  (what: string, text: (service: string) => string): Words =>
  ({ input, unit }) => {
    const service = serviceOf(input["service"]) ?? unit;
    return [{ thing: `${what} ${service}`, text: text(service) }];
  };

/** A service stands as its name, or as an object with one. */
function serviceOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null || !("service" in value)) return undefined;
  return typeof value.service === "string" ? value.service : undefined;
}

export const OF_HOSTS: Readonly<Record<string, Words>> = {
  "backup.restore-test": ({ input, output }) => {
    const kept = output === undefined ? textOf(input, "place") : textOf(output, "kept");
    return [{ thing: PLACE, text: kept === "" ? "" : `a copy of the database lies at ${kept}` }];
  },
  "scratch.restore": ({ input }) => [
    { thing: PLACE, text: `a copy of the database lies on this machine at ${textOf(input, "place")}` },
  ],
  "scratch.recover": tellsNothing,
  "scratch.dump": tells("dump", "a dump of its tables lies beside the copy"),
  "scratch.delete-copy": () => [
    { thing: PLACE, text: "the copy on this machine is deleted" },
    { thing: "dump", text: "" },
  ],
  "postgres.make-schema": ({ input }) => [
    { thing: "schema", text: `the living service has a schema "${textOf(input, "schema")}"` },
  ],
  "postgres.load-tables": tells("loaded", "the tables are loaded into the living service"),
  "salvage.copy": tells("copies", "volumes are copied"),
  "salvage.inspect": tellsNothing,
  "salvage.prove": tellsNothing,
  "salvage.dump": ({ input }) => [{ thing: "dumps", text: `dumps lie at ${textOf(input, "out")}` }],
  "salvage.put-back": ({ input }) => [{ thing: "put back", text: `the data are put into ${textOf(input, "into")}` }],
  "salvage.clear": tells("copies", "the copies are removed"),
  "compose.warm-copy": ofService("data", (service) => `the data of ${service} were copied while it was running`),
  "compose.stop": tells("stack", "the stack is stopped"),
  "compose.copy-data": ofService("data", (service) => `the data of ${service} are copied out`),
  "compose.prove-copy": tellsNothing,
  "compose.set-aside": ofService(
    "container",
    (service) => `the old container of ${service} is kept under another name`,
  ),
  "compose.edit-file": tells("file", "the Compose file names the new directories"),
  "compose.up": ({ input }) => [
    {
      thing: "stack",
      text:
        input["all"] === false
          ? "the moved services run on their new directories, and the rest of the stack is stopped"
          : "the stack runs on its new directories",
    },
  ],
};
