/** The survey of a Compose stack on fakes: the data that have no place, the override, and the cases that are refused. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { surveyStack } from "../../../src/docker/actions/compose/survey.ts";
import { LABEL } from "../../../src/docker/compose/labels.ts";
import { RecoverError } from "../../../src/errors.ts";
import { hashOfText } from "../../fakes/fake-compose-stack.ts";
import type { Scene } from "../../traps/scene.ts";
import {
  BEFORE,
  DESTINATION,
  FILE,
  MOVED,
  OVERRIDE,
  PROJECT,
  running,
  stackOf,
} from "../../wiring/mutations/compose.ts";

const PAGE = readFileSync(new URL("../compose/mastodon-1.3.2.yml", import.meta.url), "utf8");

describe("the survey of a stack", () => {
  const survey = async (change: (scene: Scene) => unknown = () => undefined, services: string[] = []) => {
    const scene = running();
    stackOf(scene).files.set(FILE, PAGE);
    await change(scene);
    return await scene.perform(surveyStack, { ...PROJECT, services });
  };

  it("finds data in an anonymous volume, and takes the line that the file ships", async () => {
    expect(await survey()).toMatchObject({
      generation: "v1",
      services: [{ service: "db", kind: "postgresql", written: "./postgres", destination: DESTINATION }],
      running: [
        { service: "web", grace: 10, ports: [] },
        { service: "db", grace: 120 },
      ],
      file: OVERRIDE,
      files: [FILE, OVERRIDE],
      by_itself: true,
      before_sha256: "",
      diff: "+services:\n+  db:\n+    volumes:\n+      - ./postgres:/var/lib/postgresql/data",
      in_file:
        "-#    volumes:\n-#      - ./postgres:/var/lib/postgresql/data\n+    volumes:\n+      - ./postgres:/var/lib/postgresql/data",
      clone: false,
      drifted: [],
    });
  });

  it("finds data in a container's own layer", async () => {
    const found = await survey((scene) => {
      const { id } = stackOf(scene).add("redis", { image: "redis:7" });
      stackOf(scene).layers.set(id, [{ how: "added", path: "/data/dump.rdb" }]);
    });
    expect(found["services"]).toMatchObject([
      { service: "db" },
      { service: "redis", path: "/data", volume: "", written: "./redis" },
    ]);
  });

  it("keeps the host name of a service whose data are bound to it, unless Compose gives that itself", async () => {
    const broker = (own: string, hostname?: string) => (scene: Scene) => {
      const stack = stackOf(scene);
      const { id } = stack.add("queue", { image: "rabbitmq:3", path: "/var/lib/rabbitmq" });
      stack.alter(id, { hostname: hostname ?? id.slice(0, 12) });
      stack.files.set(FILE, `${PAGE.trimEnd()}\n\n  queue:\n    image: rabbitmq:3\n${own}`);
    };
    const found = await survey(broker(""));
    const [, queue] = found["services"] as readonly { hostname: string }[];
    expect(found["services"]).toMatchObject([{ service: "db", hostname: "" }, { service: "queue" }]);
    expect(queue?.hostname).toMatch(/^0+\d$/u);
    expect(found["diff"]).toContain(`+  queue:\n+    hostname: "${queue?.hostname}"`);
    const named = await survey(broker("    hostname: queue1\n", "queue1"));
    expect(named["services"]).toMatchObject([{ service: "db" }, { service: "queue", hostname: "" }]);
    expect(named["diff"]).not.toContain("hostname");
    expect((await survey(broker("    uts: host\n", "box")))["diff"]).not.toContain("hostname");
    await expect(survey(broker("    hostname: queue2\n", "queue1"))).rejects.toMatchObject({
      code: "guard-refused",
      message: expect.stringMatching(/"mastodon_queue_1" is called "queue1", .* "queue2"/) as string,
    });
  });

  it("leaves alone what has a bind or a named volume", async () => {
    await expect(
      survey((scene) =>
        stackOf(scene).alter("1".padStart(64, "0"), {
          mounts: [{ kind: "bind", volume: "", source: "/x", destination: MOVED.path, writable: true }],
        }),
      ),
    ).rejects.toThrow(/no data of "mastodon" lie in an anonymous volume/);
  });

  it.each(["/srv/mastodon/.git", "/srv/.git"])("tells that git would take what it does not know: %s", async (git) => {
    expect(await survey((scene) => stackOf(scene).directories.set(git, "x"))).toMatchObject({ clone: true });
  });

  it("tells which build would take the data along", async () => {
    const built = (build: string) => (scene: Scene) =>
      stackOf(scene).files.set(FILE, `${BEFORE}  more:\n    build: ${build}\n`);
    expect(await survey()).toMatchObject({ builds: ["/srv/mastodon"] });
    expect(await survey(built("{ context: .. }"))).toMatchObject({ builds: ["/srv"] });
    expect(await survey(built("./web"))).toMatchObject({ builds: [] });
    expect(await survey(built("https://example.org/x.git"))).toMatchObject({ builds: [] });
  });

  it("adds to the override that the stack has, and leaves what lies in it", async () => {
    const theirs = "# ours\nservices:\n  web:\n    environment:\n      SECRET_KEY: hunter22\n";
    const found = await survey((scene) => {
      stackOf(scene).files.set(OVERRIDE, theirs);
      for (const { id, labels } of stackOf(scene).all.values())
        stackOf(scene).alter(id, {
          labels: { ...labels, [LABEL.files]: "docker-compose.yml,docker-compose.override.yml" },
        });
    });
    expect(found).toMatchObject({ file: OVERRIDE, files: [FILE, OVERRIDE], before_sha256: hashOfText(theirs) });
    expect(JSON.stringify(found)).not.toContain("hunter22");
  });

  it("takes another form of the same for no change, and tells that Compose 1 makes such a service anew", async () => {
    const found = await survey((scene) => {
      const stack = stackOf(scene);
      const { composed } = stack;
      stack.composed = async (call, over) => {
        const answer = await composed(call, over);
        if (answer.state !== "told") return answer;
        const isLaidOver = over !== undefined && !call.files.includes(over.file);
        const said = parse(answer.text) as { services: { web: object } };
        said.services.web = { ...said.services.web, networks: isLaidOver ? { front: null } : ["front"] };
        return { ...answer, text: stringify(said) };
      };
    });
    expect(found).toMatchObject({
      services: [{ service: "db" }],
      drifted: ["web"],
      in_file: expect.stringContaining("+    volumes:") as string,
    });
  });

  it("tells which services the file has changed since they were started", async () => {
    expect(await survey((scene) => stackOf(scene).drifted.add("web"))).toMatchObject({ drifted: ["web"] });
  });

  it.each<[string, (scene: Scene) => unknown, RegExp]>([
    [
      "the directory is there already",
      (scene) => stackOf(scene).directories.set(DESTINATION, "old"),
      /is there already/,
    ],
    [
      "the file mounts that path already",
      (scene) =>
        stackOf(scene).files.set(FILE, `${BEFORE}    volumes:\n      - data:${MOVED.path}/\nvolumes:\n  data: {}\n`),
      /mounts "\/var\/lib\/postgresql\/data" of "db" already/,
    ],
    [
      "a service has two containers",
      (scene) => stackOf(scene).add("db", { image: "postgres:15", path: MOVED.path }),
      /has 3 containers|has 2 containers/,
    ],
    [
      "another container lives in the network of one that is moved",
      (scene) => stackOf(scene).add("sidecar", { joins: [MOVED.container_id] }),
      /"mastodon_sidecar_1" lives in the network/,
    ],
    [
      "an engine before 25 cannot make the container again in its networks",
      (scene) => stackOf(scene).alter(MOVED.container_id, { networks: ["mastodon_default", "mastodon_inner"] }),
      /is in 2 networks, and Engine 20\.10\.24/,
    ],
    [
      "Compose does not take the files",
      (scene) =>
        (stackOf(scene).composed = () => Promise.resolve({ state: "refused", why: "services.db must be a mapping" })),
      /Compose cannot say what ".*" means: services\.db must be a mapping/,
    ],
    [
      "Compose would change more with the override than the mount",
      (scene) => stackOf(scene).files.set(OVERRIDE, "services:\n  db:\n    command: other\n"),
      /more than the new mounts would change: command of "db"/,
    ],
    [
      "a variable has a value no more that it had when the stack was brought up",
      (scene) => {
        stackOf(scene).unset = ["TAG"];
        stackOf(scene).drifted.add("web");
      },
      /these variables have no value: TAG/,
    ],
    [
      "such a variable leaves the name of an image that is none",
      (scene) => {
        stackOf(scene).unset = ["TAG"];
        const failed = new RecoverError("command-failed", "invalid reference format", {
          remedy: "x",
          effect: "unknown",
        });
        stackOf(scene).composeHashes = () => Promise.reject(failed);
      },
      /these variables have no value: TAG/,
    ],
    [
      "the containers come from different files",
      (scene) => stackOf(scene).add("redis", { labels: { [LABEL.files]: "other.yml" } }),
      /with different Compose files/,
    ],
    ["the Compose file is gone", (scene) => stackOf(scene).files.delete(FILE), /is gone/],
    [
      "there is no room for the copies",
      (scene) => (stackOf(scene).freeBytes = () => Promise.resolve(2000)),
      /are free in "\/srv\/mastodon"/,
    ],
    [
      "the engine's directories are elsewhere",
      (scene) => (stackOf(scene).readsDirectly = false),
      /cannot be read from where/,
    ],
  ])("refuses if %s", async (_, change, message) => {
    await expect(survey(change)).rejects.toMatchObject({
      code: "guard-refused",
      message: expect.stringMatching(message) as string,
    });
  });

  it("refuses a Compose file that the owner of its directory could not write, before anything is stopped", async () => {
    const unwritable = "./docker-compose.yml belongs to the account 0, and its directory to 1000";
    await expect(survey((scene) => (stackOf(scene).unwritable = unwritable))).rejects.toMatchObject({
      code: "foreign-directory",
      message: expect.stringContaining(unwritable) as string,
      effect: "none",
    });
  });
});
