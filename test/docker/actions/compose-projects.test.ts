/** The projects of a host: what Compose says of them, and why nobody could ask it. */
import { describe, expect, it } from "vitest";
import { readProjects } from "../../../src/docker/actions/storage/compose-projects.ts";
import { LABEL } from "../../../src/docker/compose/labels.ts";
import { RecoverError } from "../../../src/errors.ts";
import type { ComposeAnswer, DockerContainer, DockerHost } from "../../../src/ports/docker-host.ts";
import type { ComposeCall } from "../../../src/ports/docker-work.ts";

const FILE = "/srv/shop/docker-compose.yml";
const TEXT = "services:\n  db:\n    image: postgres:15\n";
const labels = (files = "docker-compose.yml", version = "2.40.3") => ({
  ...{ [LABEL.project]: "shop", [LABEL.service]: "db", [LABEL.directory]: "/srv/shop" },
  ...{ [LABEL.files]: files, [LABEL.version]: version },
});
const told = (services: object, unset: readonly string[] = []): ComposeAnswer => ({
  ...{ state: "told", text: JSON.stringify({ services, version: "2" }), unset },
});
const DB = { image: "postgres:15", environment: { PGDATA: "/srv/pg", POSTGRES_PASSWORD: "hunter22" } };
const MISSING: ComposeAnswer = { state: "missing", program: "docker compose" };

async function read(
  answer: (call: ComposeCall) => ComposeAnswer,
  about: {
    readonly containers?: readonly object[];
    readonly files?: readonly string[];
    readonly file?: DockerHost["file"];
  } = {},
) {
  const { containers = [labels()], files = [], file = () => Promise.resolve(TEXT) } = about;
  const calls: ComposeCall[] = [];
  const composed = (call: ComposeCall) => {
    calls.push(call);
    return Promise.resolve(answer(call));
  };
  const host = { label: "here", file, composed } as unknown as DockerHost;
  const made = containers.map((each) => ({ labels: each }) as DockerContainer);
  return { calls, projects: await readProjects(host, made, files) };
}

describe("a project", () => {
  it("is told by its own Compose, with the line of each service and no value but that of a place", async () => {
    const { calls, projects } = await read(() => told({ db: { ...DB, volumes: [{ type: "volume", target: "/x" }] } }));
    expect(calls).toMatchObject([{ generation: "v2", project: "", directory: "/srv/shop", files: [FILE] }]);
    expect(projects).toMatchObject([
      {
        name: "shop",
        unread: null,
        services: [
          {
            ...{ name: "db", at: `${FILE}:2`, image: "postgres:15", environment: { PGDATA: "/srv/pg" }, gaps: [] },
            mounts: [{ kind: "anonymous", target: "/x" }],
          },
        ],
      },
    ]);
    expect(JSON.stringify(projects)).not.toContain("hunter22");
  });

  it("is told by the name that its files have by now, and asked by its own if they have none", async () => {
    const named = (call: ComposeCall): ComposeAnswer => ({
      ...{ state: "told", text: JSON.stringify({ name: call.project || "other", services: {} }), unset: [] },
    });
    expect((await read(named)).projects).toMatchObject([{ name: "shop", own: "other" }]);
    const nameless = (call: ComposeCall): ComposeAnswer =>
      call.project === "" ? { state: "refused", why: "project name must not be empty" } : named(call);
    expect((await read(nameless)).projects).toMatchObject([{ name: "shop", own: "shop", services: [] }]);
    const alone = await read(named, { containers: [], files: [FILE] });
    expect(alone.projects[0]).not.toHaveProperty("own");
  });

  it("leaves open what an unset variable has emptied, and that alone", async () => {
    const services = {
      db: { ...DB, environment: { PGDATA: "" } },
      old: { image: "postgres:" },
      web: { image: "web:1" },
    };
    const { projects } = await read(() => told(services, ["TAG"]));
    const gaps = projects[0]?.services?.map((each) => [each.name, each.gaps.length]);
    expect(gaps).toEqual([
      ["db", 1],
      ["old", 1],
      ["web", 0],
    ]);
  });

  it("is asked of the other generation if its own is gone, and of both if a file has no container", async () => {
    const second = (call: ComposeCall) => (call.generation === "v2" ? told({ db: DB }) : MISSING);
    const own = await read(second, { containers: [labels("docker-compose.yml", "1.29.2")] });
    expect(own.calls.map(({ generation }) => generation)).toEqual(["v1", "v2"]);
    expect(own.projects).toMatchObject([{ services: [{ name: "db" }] }]);
    const first = (call: ComposeCall) => (call.generation === "v1" ? told({ db: DB }) : MISSING);
    const alone = await read(first, { containers: [], files: [FILE] });
    expect(alone.calls).toMatchObject([{ directory: "/srv/shop" }, { generation: "v1" }]);
    expect(alone.projects).toMatchObject([{ name: FILE, services: [{ name: "db" }] }]);
  });

  it.each<readonly [string, Parameters<typeof read>, object]>([
    ["has no Compose", [() => MISSING], { unread: null, unasked: expect.stringContaining("no Compose") as string }],
    [
      "has a Compose that refuses the files",
      [() => ({ state: "refused", why: "env file /srv/shop/x.env not found" })],
      { unread: null, unasked: "Compose refuses them: env file /srv/shop/x.env not found" },
    ],
    [
      "has containers of different files",
      [() => MISSING, { containers: [labels("a.yml,b.yml"), labels("a.yml,c.yml")] }],
      { unread: null, unasked: "its containers were brought up with different Compose files" },
    ],
    [
      "has lost the file",
      [() => MISSING, { file: () => Promise.resolve(undefined) }],
      { unread: `there is no ${FILE}` },
    ],
    [
      "does not let the file be read",
      [
        () => MISSING,
        { file: () => Promise.reject(new RecoverError("command-failed", "no", { remedy: "x", effect: "none" })) },
      ],
      { unread: "no" },
    ],
    ["has no label of a file", [() => MISSING, { containers: [labels("")] }], { unread: expect.any(String) as string }],
  ])("is not known if the host %s", async (_, asked, expected) => {
    const { projects } = await read(...asked);
    expect(projects).toMatchObject([{ services: null, ...expected }]);
  });
});
