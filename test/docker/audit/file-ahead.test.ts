/** A Compose file that says another place for data than the container has: the next start leaves them behind. */
import { describe, expect, it } from "vitest";
import {
  anonymousName,
  bindOf,
  container,
  FILE,
  findings,
  member,
  mountOf,
  PGDATA,
  postgres,
  project,
  service,
  volume,
} from "./made-up-host.ts";

const ANONYMOUS = anonymousName("a");

describe("a Compose file that was changed since", () => {
  const own = { "com.docker.compose.project": "shop", "com.docker.compose.volume": "pg" };
  const named = volume("shop_pg", { labels: own });
  const told = (mounts: Parameters<typeof service>[1], lies: ReturnType<typeof mountOf> = mountOf("shop_pg")) =>
    findings({
      volumes: [named, volume(ANONYMOUS), volume("elsewhere")],
      containers: [container("db", { mounts: [lies], compose: member("db") })],
      projects: [project([service("db", mounts)])],
    }).find(({ code }) => code === "compose-file-ahead");
  const at = (kind: "named" | "bind" | "anonymous", source?: string) => ({
    mounts: [{ kind, target: PGDATA, ...(source === undefined ? {} : { source }) }],
  });
  const bound = bindOf("/srv/pg", postgres());

  it("is told where the next start leaves the rows behind", () => {
    expect(told(at("bind", "/srv/new"))?.what).toContain(
      'has "/srv/new" there by now. The next "up" leaves PostgreSQL',
    );
    expect(told({ mounts: [] })?.what).toContain("has no such place there by now");
    expect(told(at("named", "other"))).toMatchObject({ severity: "warning", at: `${FILE}:3` });
    expect(told(at("named", "pg"), mountOf(ANONYMOUS))?.commands).toEqual([expect.stringMatching(/pg_dumpall/)]);
    expect(told(at("bind", "/srv/new"), bound)).toBeDefined();
  });

  it("is none if it says the same, or nobody can tell", () => {
    expect(told(at("named", "pg"))).toBeUndefined();
    expect(told(at("named"))).toBeUndefined();
    expect(told(at("named", "x"), mountOf("elsewhere"))).toBeUndefined();
    expect(told({ mounts: [] }, mountOf(ANONYMOUS))).toBeUndefined();
    expect(told(at("anonymous"), mountOf(ANONYMOUS))).toBeUndefined();
    expect(told(at("bind", "/srv/pg"), bound)).toBeUndefined();
    expect(told(at("bind"), bound)).toBeUndefined();
    expect(told({ gaps: ["it takes mounts"], mounts: [] })).toBeUndefined();
  });

  it("gets no second mount of a path that it has by now", () => {
    const [found] = findings({
      volumes: [volume(ANONYMOUS)],
      containers: [container("db", { mounts: [mountOf(ANONYMOUS)], compose: member("db") })],
      projects: [project([service("db", at("named", "pg"))])],
    });
    expect(found).toMatchObject({ code: "data-in-anonymous-volume", commands: [expect.stringMatching(/pg_dumpall/)] });
    expect(found?.fix).toContain(`its Compose file mounts "${PGDATA}" by now`);
  });
});
