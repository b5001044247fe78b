import { describe, expect, it } from "vitest";
import { type Inspected, parseInspected } from "../../../src/docker/adapters/inspected.ts";
import { likeBody, proofBody } from "../../../src/docker/adapters/like-body.ts";

const ID = `abc123def456${"0".repeat(52)}`;
const read = (said: unknown): Inspected => {
  const [found] = parseInspected(JSON.stringify([said]), "here");
  if (found === undefined) throw new Error("nothing was read");
  return found;
};
const SAID = {
  Id: ID,
  Name: "/mastodon_db_1",
  State: {},
  Image: "sha256:1",
  Config: {
    Hostname: "abc123def456",
    Env: ["POSTGRES_PASSWORD=secret", "PGDATA=/data"],
    Image: "postgres:15",
    Volumes: { "/var/lib/postgresql/data": {}, "/other": {} },
    Labels: { "com.docker.compose.project": "mastodon", "com.docker.compose.service": "db" },
  },
  HostConfig: {
    Binds: ["named:/named:rw"],
    RestartPolicy: { Name: "always" },
    Mounts: [{ Type: "bind", Source: "/x", Target: "/x" }],
  },
  Mounts: [
    { Type: "volume", Name: "named", Source: "/v/named", Destination: "/named", RW: true },
    { Type: "volume", Name: "f00d", Source: "/v/f00d", Destination: "/var/lib/postgresql/data", RW: true },
    { Type: "volume", Name: "beef", Source: "/v/beef", Destination: "/ro", RW: false },
    { Type: "bind", Source: "/x", Destination: "/x", RW: true },
  ],
  NetworkSettings: { Networks: { mastodon_default: { Aliases: ["db", "abc123def456"], IPAddress: "172.18.0.2" } } },
};
const INSPECTED = read(SAID);

describe("the order for a container like another one", () => {
  const body = likeBody(INSPECTED, { image: "kept:db", labels: { "com.docker.compose.project": "" } });

  it("has its configuration, another image, and other labels over its own", () => {
    expect(body).toMatchObject({
      Image: "kept:db",
      Env: ["POSTGRES_PASSWORD=secret", "PGDATA=/data"],
      Labels: { "com.docker.compose.project": "", "com.docker.compose.service": "db" },
      HostConfig: { RestartPolicy: { Name: "always" } },
    });
  });

  it("names the volumes that nobody named, and no other twice", () => {
    const binds = ["named:/named:rw", "f00d:/var/lib/postgresql/data", "beef:/ro:ro"];
    expect(body["HostConfig"]).toMatchObject({ Binds: binds });
  });

  it("takes neither the address, nor the alias that is the old id", () => {
    expect(body["NetworkingConfig"]).toEqual({ EndpointsConfig: { mastodon_default: { Aliases: ["db"] } } });
  });

  it("keeps the host name, below which the data may lie, unless it shares another container's network", () => {
    expect(body["Hostname"]).toBe("abc123def456");
    for (const HostConfig of [{ NetworkMode: "container:f00" }, { UTSMode: "host" }])
      expect(likeBody(read({ ...SAID, HostConfig }), { image: "x", labels: {} })).not.toHaveProperty("Hostname");
  });
});

it("keeps the address and the links that somebody has asked for", () => {
  const asked = { IPAMConfig: { IPv4Address: "172.29.0.77" }, Links: ["mastodon_redis_1:redis"], DriverOpts: null };
  const Networks = { own: { ...asked, Aliases: null, IPAddress: "172.29.0.77" } };
  const body = likeBody(read({ ...SAID, NetworkSettings: { Networks } }), { image: "x", labels: {} });
  const { IPAMConfig, Links } = asked;
  expect(body["NetworkingConfig"]).toEqual({ EndpointsConfig: { own: { Aliases: [], IPAMConfig, Links } } });
});

describe("the order for a container that lives for a proof", () => {
  it("has image, command and environment of the other, one directory, and neither network nor labels of it", () => {
    const to = { directory: "/srv/copy", target: "/var/lib/postgresql/data", labels: { "dingo-recover.run": "r" } };
    expect(proofBody(INSPECTED, to)).toMatchObject({
      Image: "sha256:1",
      Env: ["POSTGRES_PASSWORD=secret", "PGDATA=/data"],
      Labels: { "dingo-recover.run": "r" },
      HostConfig: {
        NetworkMode: "none",
        Mounts: [{ Type: "bind", Source: "/srv/copy", Target: "/var/lib/postgresql/data" }],
        Tmpfs: { "/other": "" },
      },
    });
    expect(proofBody(INSPECTED, to)).not.toHaveProperty("Volumes");
  });
});
