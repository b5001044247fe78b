/** The override: its name, its text, and the lines that a file's author left for it. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { callByLabels, LABEL, widestCall } from "../../../src/docker/compose/labels.ts";
import { overrideFor, overrideText } from "../../../src/docker/compose/override-file.ts";
import { serviceLines } from "../../../src/docker/compose/service-lines.ts";
import { shippedFor } from "../../../src/docker/compose/shipped.ts";

const PAGE = readFileSync(new URL("mastodon-1.3.2.yml", import.meta.url), "utf8");
const PGDATA = "/var/lib/postgresql/data";

describe("the name of the override", () => {
  it.each<readonly ["v1" | "v2", readonly string[], string, boolean]>([
    ["v1", ["docker-compose.yml"], "docker-compose.override.yml", true],
    ["v2", ["docker-compose.yaml"], "docker-compose.override.yaml", true],
    ["v2", ["compose.yml"], "compose.override.yml", true],
    ["v1", ["compose.yml"], "compose.data.yml", false],
    ["v2", ["compose.yaml", "compose.override.yml"], "compose.override.yml", true],
    ["v2", ["prod.yml"], "prod.data.yml", false],
    ["v2", ["prod"], "prod.data.yml", false],
    ["v2", ["docker-compose.yml", "docker-compose.prod.yml"], "docker-compose.prod.data.yml", false],
    ["v2", ["prod.yml", "docker-compose.override.yml"], "docker-compose.override.yml", false],
    ["v2", ["prod.yml", "prod.data.yml"], "prod.data.yml", false],
  ])("for %s and %j is %s, taken by itself: %s", (generation, files, file, byItself) => {
    const at = (name: string) => `/srv/shop/${name}`;
    expect(overrideFor({ generation, files: files.map(at) })).toEqual({ file: at(file), byItself });
  });
});

describe("the text of the override", () => {
  const db = { service: "db", source: "./postgres", target: PGDATA };

  it("says the mounts of the services and nothing else, with dollars doubled", () => {
    const web = { service: "web", source: "./a $b", target: "/é" };
    expect(overrideText(undefined, [db, web, { ...db, source: "./more", target: "/more" }])).toBe(
      `services:\n  db:\n    volumes:\n      - ./postgres:${PGDATA}\n      - ./more:/more\n  web:\n    volumes:\n      - ./a $$b:/é\n`,
    );
  });

  it("says the host name that the data of a service are bound to", () => {
    const named = { ...db, hostname: "3f2a" };
    expect(overrideText("services:\n  db:\n    image: x\n", [named, { ...named, target: "/b" }])).toBe(
      `services:\n  db:\n    image: x\n    hostname: 3f2a\n    volumes:\n      - ./postgres:${PGDATA}\n      - ./postgres:/b\n`,
    );
  });

  it("keeps what lies there, comments too", () => {
    const theirs = `# ours\nservices:\n  web: { image: x } # y\n  db:\n    volumes: [ "./a:/a" ]\n`;
    expect(overrideText(theirs, [db])).toBe(
      `# ours\nservices:\n  web: { image: x } # y\n  db:\n    volumes: [ "./a:/a", ./postgres:${PGDATA} ]\n`,
    );
  });

  it.each(["services: x\n", "services:\n  db: &a [x]\n", "services:\n  db:\n    volumes: x\n", "a: [b\n", "- a\n"])(
    "is not made of %j",
    (theirs) => {
      expect(overrideText(theirs, [db])).toBeUndefined();
    },
  );
});

describe("the lines that a file's author left as comments", () => {
  it("give a service its directory, and the file with them uncommented", () => {
    const found = shippedFor(PAGE, "db", PGDATA);
    expect(found?.source).toBe("./postgres");
    expect(found?.uncommented).toBe(
      PAGE.replace(`#    volumes:\n#      - ./postgres:`, `    volumes:\n      - ./postgres:`),
    );
    expect(shippedFor(PAGE, "redis", "/data")?.source).toBe("./redis");
  });

  it("are none of another service, of another path, or of what is commented out as a whole", () => {
    expect(shippedFor(PAGE, "web", PGDATA)).toBeUndefined();
    expect(shippedFor(PAGE, "db", "/data")).toBeUndefined();
    expect(shippedFor(PAGE, "none", PGDATA)).toBeUndefined();
    const whole = `services:\n  db:\n    image: x\n#  old:\n#    image: y\n#      volumes:\n#        - ./old:${PGDATA}\n`;
    expect(shippedFor(whole, "db", PGDATA)).toBeUndefined();
    expect(shippedFor("services: {db: {image: x}}\n", "db", PGDATA)).toBeUndefined();
  });

  it("lie in the lines of the service", () => {
    expect(serviceLines(PAGE, "db")).toEqual({ first: 3, end: 10, indent: 4 });
    expect(serviceLines("a: [b", "db")).toBeUndefined();
    expect(serviceLines("services:\n  db:\n    image: x", "db")).toEqual({ first: 1, end: 3, indent: 4 });
  });
});

describe("the call by which a stack was brought up", () => {
  const labels = (files: string, more = {}) => ({ [LABEL.directory]: "/srv/shop", [LABEL.files]: files, ...more });

  it("is that of the labels, of either generation", () => {
    const env = { [LABEL.envFiles]: "/srv/shop/prod.env,/etc/more.env" };
    expect(callByLabels("shop", labels("a.yml,b.yml", { [LABEL.version]: "1.29.2" }))).toEqual({
      ...{ generation: "v1", project: "shop", directory: "/srv/shop" },
      ...{ files: ["/srv/shop/a.yml", "/srv/shop/b.yml"], envFiles: [] },
    });
    expect(callByLabels("shop", labels("/srv/shop/a.yml", { [LABEL.version]: "2.40.3", ...env }))).toMatchObject({
      ...{ generation: "v2", envFiles: ["/srv/shop/prod.env", "/etc/more.env"] },
    });
  });

  it("has the files of all containers, or is not known", () => {
    const calls = (...lists: string[]) => lists.map((list) => callByLabels("shop", labels(list)));
    expect(widestCall(calls("a.yml", "a.yml,b.yml", "a.yml"))?.files).toHaveLength(2);
    expect(widestCall(calls("a.yml,c.yml", "a.yml,b.yml"))).toBeUndefined();
    expect(widestCall([])).toBeUndefined();
  });
});
