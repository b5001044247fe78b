/** The remains of a recovery's steps, in words for the people who wait: no GUID, no command. */
import { tells, tellsNothing, textOf, type Told, type Words } from "./fact.ts";

const CONTAINER = "container";

/** A note of kind `noted` stands before the stop that it is about. */
const stoppedBy =
  ({ noted, why, begun, done }: { noted: string; why: string; begun: Words; done: string }): Words =>
  (change) => {
    const { notes, output } = change;
    if (output !== undefined) return [{ thing: CONTAINER, text: done }];
    const isStopped = notes.some(({ kind, data }) => kind === noted && data["stopped"] !== false);
    if (!isStopped) return begun(change);
    return [{ thing: CONTAINER, text: `this run has stopped its container, because ${why}`, noted: true }];
  };

const STARTED = "its container was started over the old archive";

const named = (name: string): string => (name === "" ? "" : ` "${name}"`);

function service({ input }: Parameters<Words>[0]): readonly Told[] {
  if (textOf(input, "adopt") !== "") return [];
  return [{ thing: "service", text: `the service instance${named(textOf(input, "name"))} was made for it` }];
}

const ofApp =
  (what: string, text: (app: string) => string): Words =>
  ({ input }) => {
    const app = textOf(input, "app");
    return [{ thing: `${what} ${app}`, text: text(app) }];
  };

export const OF_RECOVERY: Readonly<Record<string, Words>> = {
  "cf.create-space": ({ input }) => [
    { thing: "space", text: `the space ${textOf(input, "org")}/${textOf(input, "space")} was made again` },
  ],
  "cf.create-service": service,
  "cf.create-service-key": tells("key", "a service key was made"),
  "cf.bind-app": ofApp("binding", (app) => `the application ${app} is bound`),
  "cf.restart-app": ofApp("application", (app) => `the application ${app} was restarted`),
  "cf.exchange-names": ({ input }) => [
    {
      thing: "names",
      text: `it has the name${named(textOf(input, "wanted"))}, and the instance that had it another one`,
    },
  ],
  "docker.hold-restart": tells("restart policy", "Docker does not start its container again by itself"),
  "docker.release-restart": tells("restart policy", ""),
  "docker.stop-container": tells(CONTAINER, "its container is stopped"),
  "docker.start-container": stoppedBy({
    noted: "did-not-restore",
    why: "it did not restore",
    begun: tells(CONTAINER, STARTED),
    done: STARTED,
  }),
  "docker.stop-old-instance": tells("old container", "what was left of the deleted instance is stopped"),
  "docker.set-data-aside": tells("data directory", "its empty database lies aside on the cell"),
  "docker.copy-old-database": tells(
    "old database",
    "the deleted instance's own database is copied into its data directory",
  ),
  "docker.delete-aside": tells("data directory", "the database that lay aside is deleted"),
  "etcd.set-initialize": tells("initialize key", "etcd has the old system identifier for it"),
  "etcd.remove-optime": tells("optime key", "its last position is removed from etcd"),
  "archive.set-aside": tells("own archive", "the archive of the empty instance lies aside"),
  "archive.copy": tells("old archive", "the old archive is copied to the new instance's place"),
  "archive.delete-aside": tells("own archive", "the archive that lay aside is deleted"),
  "recovery.prove-restored": stoppedBy({
    noted: "stopped-at-once",
    why: "its restore went wrong",
    begun: tellsNothing,
    done: "its database is back",
  }),
  "postgres.set-role-passwords": tells("passwords", "its roles have new passwords"),
  "postgres.close-segment": tellsNothing,
  "drill.write-rows": tells("rows", "the drill's rows are in the drill's own service"),
  "drill.delete-service": tells("deletion", "the drill's own service is deleted"),
};
