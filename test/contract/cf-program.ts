/**
 * The output and the exit code of the cf CLI, word for word, for the commands that our adapter sends. Run with the
 * box's program and with the real CLI, so that the box's stays a true copy.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Fault } from "./faulty-way.ts";
import { type RunProgram, runProgram } from "../../src/kit/spawn/spawn.ts";
import { ADMIN, CloudFoundryWorld, ROBOT, STRANGER } from "./cloud-foundry-world.ts";

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const TARGETED = ["API endpoint:   API", "API version:    3.209.0", `user:           ${ADMIN.name}`];
const WHERE = `in org acme / space prod, eu-west as ${ADMIN.name}...`;
const TIP =
  "TIP: If you are behind a firewall and require an HTTP proxy, verify the https_proxy environment variable is correctly set. Else, check your network connection.";
const INVALID = '{"errors":[{"code":1000,"title":"CF-InvalidAuthToken","detail":"Invalid Auth Token"}]}';

export function cfProgramContract(
  name: string,
  program: (directory: string) => Promise<string>,
  run: RunProgram = runProgram,
): void {
  describe(`the words of ${name}`, () => {
    const world = new CloudFoundryWorld();
    const directory = mkdtempSync(join(tmpdir(), "cf-words-"));
    let path = "";
    let home = "";

    const cfWith = async (secrets: Readonly<Record<string, string>>, words: readonly string[]): Promise<Ended> => {
      const { code, stdout, stderr } = await run({
        program: path,
        args: words,
        env: { PATH: process.env["PATH"] ?? "", HOME: home, CF_HOME: home, CF_COLOR: "false", LANG: "C", ...secrets },
      });
      const plain = (text: string): string => text.replaceAll(world.server.url, "API");
      // The real one adds a stack trace to its panic.
      const panic = stderr.includes("Something unexpected happened. This is a bug in");
      return { code, out: plain(stdout), err: panic ? "PANIC" : plain(stderr) };
    };
    const cf = (...words: readonly string[]): Promise<Ended> =>
      cfWith({ CF_USERNAME: ADMIN.name, CF_PASSWORD: ADMIN.password }, words);
    const said = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");
    const ok = (...lines: readonly string[]): Ended => ({ code: 0, out: said(...lines), err: "" });
    const failed = (err: readonly string[], ...out: readonly string[]): Ended => ({
      code: 1,
      out: said(...out, "FAILED"),
      err: said(...err),
    });
    const logIn = async (): Promise<void> => {
      home = mkdtempSync(join(directory, "home-"));
      await cf("api", world.server.url);
      await cf("auth");
      await cf("target", "-o", "acme", "-s", "prod, eu-west");
    };

    beforeAll(async () => {
      path = await program(directory);
      await world.start();
    });
    beforeEach(async () => {
      world.reset();
      await logIn();
    });
    afterAll(async () => {
      await world.close();
      rmSync(directory, { recursive: true, force: true });
    });

    it("says its version", async () => {
      const { code, out } = await cf("version");
      expect([code, out]).toEqual([
        0,
        expect.stringMatching(/^cf version (8\.\d+\.\d+\S*|0\.0\.0-unknown-version)\n$/),
      ]);
      expect((await cf("--version")).out).toBe(out);
    });

    it("begins with nothing targeted", async () => {
      home = mkdtempSync(join(directory, "home-"));
      const noApi = failed(["No API endpoint set. Use 'cf login' or 'cf api' to target an endpoint."]);
      expect(await cf("target")).toEqual(noApi);
      expect(await cf("curl", "--fail", "/v3/spaces")).toEqual(noApi);
      expect(await cf("auth")).toEqual(noApi);
      const warning = "Warning: Insecure http API endpoint detected: secure https API endpoints are recommended";
      const endpoint = ["API endpoint:   API", "API version:    3.209.0", ""];
      const notLoggedIn = "Not logged in. Use 'cf login' or 'cf login --sso' to log in.";
      expect(await cf("api", world.server.url)).toEqual(
        ok("Setting API endpoint to API...", warning, "OK", "", ...endpoint, notLoggedIn),
      );
      expect(await cf("target")).toEqual(failed([notLoggedIn]));
      expect(await cf("oauth-token")).toEqual(failed([notLoggedIn]));
    });

    it("logs in by environment, as a person and as a client", async () => {
      const before = ["API endpoint: API", "", "Authenticating..."];
      const after = ["OK", "", "Use 'cf target' to view or set your target org and space."];
      expect(await cf("auth")).toEqual(ok(...before, ...after));
      expect(await cf("target")).toEqual(ok(...TARGETED, "No org or space targeted, use 'cf target -o ORG -s SPACE'"));
      const wrong = { CF_USERNAME: ADMIN.name, CF_PASSWORD: "wrong" };
      expect(await cfWith(wrong, ["auth"])).toEqual(
        failed(["Credentials were rejected, please try again."], ...before),
      );
      const robot = { CF_USERNAME: ROBOT.id, CF_PASSWORD: ROBOT.secret };
      expect(await cfWith(robot, ["auth", "--client-credentials"])).toEqual(ok(...before, ...after));
      expect((await cf("oauth-token")).out).toMatch(/^bearer [\w-]+\.[\w-]+\.[\w-]+\n$/);
    });

    it("targets, and a target that fails leaves none", async () => {
      expect(await cf("target", "-o", "nope", "-s", "prod")).toEqual(failed(["Organization 'nope' not found."]));
      expect(await cf("target")).toEqual(ok(...TARGETED, "No org or space targeted, use 'cf target -o ORG -s SPACE'"));
      expect(await cf("target", "-o", "acme", "-s", "nope")).toEqual(failed(["Space 'nope' not found."]));
      const there = ok(...TARGETED, "org:            acme", "space:          prod, eu-west");
      expect(await cf("target", "-o", "acme", "-s", "prod, eu-west")).toEqual(there);
      expect(await cf("target")).toEqual(there);
      const config = JSON.parse(readFileSync(join(home, ".cf", "config.json"), "utf8")) as Record<string, unknown>;
      expect(config).toMatchObject({
        Target: world.server.url,
        OrganizationFields: { Name: "acme", GUID: world.seeded.orgGuid },
        SpaceFields: { Name: "prod, eu-west", GUID: world.seeded.spaceGuid },
      });
    });

    it("creates a service instance with tag and parameters", async () => {
      world.broker.questionsUntilDone = 9;
      const words = ["create-service", "dingo-postgresql95", "solo", "db", "-t", "dingo-recover-1", "-c", '{"a":1}'];
      const intro = `Creating service instance db ${WHERE}`;
      const progress = "Create in progress. Use 'cf services' or 'cf service db' to check operation status.";
      expect(await cf(...words)).toEqual(ok(intro, "", progress, "OK", ""));
      expect(await cf(...words)).toEqual(ok(intro, "OK", "", "Service instance db already exists"));
      const guid = world.state.instances.find((each) => each.name === "db")?.guid;
      expect(await cf("service", "db", "--guid")).toEqual(ok(String(guid)));
      expect(await cf("create-service", "nope", "solo", "x")).toEqual(
        failed(
          ["The plan 'solo' could not be found for service offering 'nope'."],
          `Creating service instance x ${WHERE}`,
        ),
      );
    });

    it("gives a role in a space, once, and to nobody whom it does not know", async () => {
      const give = (user: string, role = "SpaceDeveloper"): Promise<Ended> =>
        cf("set-space-role", user, "acme", "prod, eu-west", role);
      const assigning = (user: string, role = "SpaceDeveloper"): string =>
        `Assigning role ${role} to user ${user} ${WHERE}`;
      expect(await give(STRANGER.name)).toEqual(ok(assigning(STRANGER.name), "OK", ""));
      const had = `User '${STRANGER.name}' already has role 'SpaceDeveloper' in org 'acme' / space 'prod, eu-west'.\n`;
      expect(await give(STRANGER.name)).toEqual({ ...ok(assigning(STRANGER.name), "OK", ""), err: had });
      expect((await give("nobody@example.com")).code).toBe(1);
    });

    it("makes and removes service keys", async () => {
      const intro = `Creating service key k for service instance other-db as ${ADMIN.name}...`;
      expect(await cf("create-service-key", "other-db", "k")).toEqual(ok(intro, "OK", ""));
      expect(await cf("create-service-key", "other-db", "k")).toEqual(
        ok(intro, "", "Service key k already exists", "OK", ""),
      );
      const removing = `Deleting key k for service instance other-db as ${ADMIN.name}...`;
      expect(await cf("delete-service-key", "other-db", "k", "-f")).toEqual(ok(removing, "OK", ""));
      expect(await cf("delete-service-key", "other-db", "k", "-f")).toEqual(
        ok(removing, "", "Service key k does not exist for service instance other-db.", "OK", ""),
      );
      expect(await cf("create-service-key", "nope", "k")).toEqual(
        failed(
          ["Service instance 'nope' not found"],
          `Creating service key k for service instance nope as ${ADMIN.name}...`,
        ),
      );
    });

    it("binds and restarts apps", async () => {
      const intro = `Binding service instance other-db to app web ${WHERE}`;
      const tip = "TIP: Use 'cf restage web' to ensure your env variable changes take effect";
      expect(await cf("bind-service", "web", "other-db")).toEqual(ok(intro, "OK", "", tip));
      const bound = "App web is already bound to service instance other-db.";
      expect(await cf("bind-service", "web", "other-db")).toEqual(ok(intro, bound, "OK", ""));
      const missing = failed(["App 'nope' not found."], `Binding service instance other-db to app nope ${WHERE}`);
      expect(await cf("bind-service", "nope", "other-db")).toEqual(missing);
      const stages = (app: string): readonly string[] => [
        `Restarting app ${app} ${WHERE}`,
        ...["", "Stopping app...", "", "Waiting for app to start...", "", "Instances starting...", ""],
      ];
      const restarted = await cf("restart", "web");
      expect({ ...restarted, out: restarted.out.startsWith(said(...stages("web"), "name:              web")) }).toEqual(
        {
          code: 0,
          out: true,
          err: "",
        },
      );
      expect(await cf("restart", "sick")).toEqual(failed(["All instances crashed"], ...stages("sick")));
      expect(await cf("restart", "nope")).toEqual(failed(["App 'nope' not found."]));
    });

    it("curls: 22 for an HTTP error with --fail, 0 without", async () => {
      const refused = { code: 22, out: said("FAILED"), err: said("The requested URL returned error: 404") };
      expect(await cf("curl", "--fail", "/v3/organizations/nope")).toEqual(refused);
      const body = '{"errors":[{"code":10010,"title":"CF-ResourceNotFound","detail":"Organization not found"}]}';
      expect(await cf("curl", "/v3/organizations/nope")).toEqual(ok(body));
      world.way.add({ match: "GET /v3/organizations", kind: "status", status: 500, body: "{}", times: 2 });
      expect((await cf("curl", "--fail", "/v3/organizations")).code).toBe(0);
    });

    it("curls: an answer cut in its body is an error 200, no answer at all a panic, and without --fail an empty success", async () => {
      const path = "/v3/organizations";
      world.way.add({ match: `GET ${path}`, kind: "cut", when: "after" });
      const cut = { code: 22, out: said("FAILED"), err: said("The requested URL returned error: 200") };
      expect(await cf("curl", "--fail", path)).toEqual(cut);
      expect(await cf("curl", path)).toEqual(ok(""));
      world.way.suffer();
      world.way.add({ match: `GET ${path}`, kind: "cut" });
      expect(await cf("curl", "--fail", path)).toEqual({ code: 1, out: "", err: "PANIC" });
      expect(await cf("curl", path)).toEqual(ok(""));
    });

    it("says what the platform answers to a change", async () => {
      const words = ["create-service", "dingo-postgresql95", "solo", "db"];
      const intro = `Creating service instance db ${WHERE}`;
      const strike = async (fault: Fault): Promise<Ended> => {
        world.way.add(fault);
        const ended = await cf(...words);
        world.way.suffer();
        return ended;
      };
      const match = "POST /v3/service_instances";
      const status = { match, kind: "status" } as const;
      expect(await strike({ ...status, status: 502, body: "<html>bad</html>" })).toEqual(
        failed(["Unexpected Response", "Response Code: 502", "Code: 0, Title: , Detail: <html>bad</html>"], intro),
      );
      const limited = '{"errors":[{"code":10013,"title":"CF-RateLimitExceeded","detail":"Rate Limit Exceeded"}]}';
      expect(await strike({ ...status, status: 429, body: limited })).toEqual(
        failed(
          [
            "Unexpected Response",
            "Response Code: 429",
            "Code: 10013, Title: CF-RateLimitExceeded, Detail: Rate Limit Exceeded",
          ],
          intro,
        ),
      );
      expect(await strike({ ...status, status: 401, body: INVALID })).toEqual(failed(["Invalid Auth Token"], intro));
      expect(await strike({ match, kind: "cut" })).toEqual(
        failed(['Request error: Post "API/v3/service_instances": EOF', TIP], intro),
      );
    });

    it("says when its token is dead and cannot be renewed", async () => {
      world.change((state) => ({ ...state, uaa: { ...state.uaa, accessTokenSeconds: 1 } }));
      await logIn();
      world.revoke("all");
      const dead =
        "The token expired, was revoked, or the token ID is incorrect. Please log back in to re-authenticate.";
      expect(await cf("oauth-token")).toEqual(failed([dead]));
      expect(await cf("target", "-o", "acme", "-s", "prod, eu-west")).toEqual(failed([dead]));
      expect(await cf("curl", "--fail", "/v3/spaces")).toEqual({ code: 1, out: "", err: "PANIC" });
    });

    it("renews a token by itself that has run out", async () => {
      world.change((state) => ({ ...state, uaa: { ...state.uaa, accessTokenSeconds: 1 } }));
      await logIn();
      const before = world.count("POST /oauth/token");
      expect((await cf("curl", "--fail", "/v3/spaces")).code).toBe(0);
      expect(world.count("POST /oauth/token")).toBe(before + 1);
    });

    it("knows no flag but its own, and no command", async () => {
      const unknown = await cf("service", "--guid", "-x");
      expect([unknown.code, unknown.err]).toEqual([1, said("Incorrect Usage: unknown flag `x'", "")]);
      const missing = await cf("create-service", "a");
      const which = "Incorrect Usage: the required arguments `SERVICE_PLAN` and `SERVICE_INSTANCE` were not provided";
      expect([missing.code, missing.err]).toEqual([1, said(which, "")]);
      const none = { code: 1, out: "", err: said("'nonsense' is not a registered command. See 'cf help -a'") };
      expect(await cf("nonsense")).toEqual(none);
    });
  });
}
