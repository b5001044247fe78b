/** api, auth, target, oauth-token, curl. */
import { askForToken } from "./api.ts";
import { type Cli, orgNamed, spaceNamed, userName } from "./command.ts";
import { answerOf, CfFailure, CutAnswer, NoAnswer } from "./failure.ts";
import type { Arguments } from "./flags.ts";
import { exchange } from "./http.ts";

interface Root {
  readonly links: {
    readonly cloud_controller_v3: { readonly meta: { readonly version: string } };
    readonly uaa: { readonly href: string };
  };
}

export async function api({ file, say }: Cli, { positional }: Arguments): Promise<void> {
  const [url = ""] = positional;
  say(`Setting API endpoint to ${url}...`);
  const reply = await exchange({ method: "GET", url });
  const { links } = answerOf(reply.body) as Root;
  file.change({
    Target: url,
    APIVersion: links.cloud_controller_v3.meta.version,
    UaaEndpoint: links.uaa.href,
    AccessToken: "",
    RefreshToken: "",
  });
  file.untarget();
  if (url.startsWith("http:")) {
    say("Warning: Insecure http API endpoint detected: secure https API endpoints are recommended");
  }
  say(
    "OK",
    "",
    `API endpoint:   ${url}`,
    `API version:    ${file.config.APIVersion}`,
    "",
    "Not logged in. Use 'cf login' or 'cf login --sso' to log in.",
  );
}

export async function auth({ env, file, say }: Cli, { flags }: Arguments): Promise<void> {
  const { CF_USERNAME: username, CF_PASSWORD: password } = env;
  if (username === undefined || password === undefined) throw new CfFailure("Username and password not provided.");
  const byClient = flags.has("client-credentials");
  say(`API endpoint: ${file.config.Target}`, "", "Authenticating...");
  file.untarget();
  const form: Record<string, string> = byClient
    ? { grant_type: "client_credentials", client_id: username, client_secret: password }
    : { grant_type: "password", username, password };
  const tokens = await askForToken(file.config.UaaEndpoint, new URLSearchParams(form));
  if (tokens === undefined) {
    file.change({ AccessToken: "", RefreshToken: "" });
    throw new CfFailure("Credentials were rejected, please try again.");
  }
  file.change({
    AccessToken: `bearer ${tokens.access}`,
    RefreshToken: tokens.refresh,
    UAAGrantType: byClient ? "client_credentials" : "",
    UAAOAuthClient: byClient ? username : "cf",
  });
  say("OK", "", "Use 'cf target' to view or set your target org and space.");
}

export async function target(cli: Cli, { flags }: Arguments): Promise<void> {
  const [org, space] = [flags.get("o"), flags.get("s")];
  if (org !== undefined) {
    // A target that fails leaves nothing targeted.
    cli.file.untarget();
    const found = await orgNamed(cli, org);
    cli.file.change({ OrganizationFields: { GUID: found.guid, Name: String(found.name) } });
  }
  if (space !== undefined) {
    const orgGuid = cli.file.config.OrganizationFields.GUID;
    const found = await spaceNamed(cli, space, orgGuid).catch((error: unknown) => {
      cli.file.untarget();
      throw error;
    });
    cli.file.change({ SpaceFields: { GUID: found.guid, Name: String(found.name) } });
  }
  show(cli);
}

function show(cli: Cli): void {
  const { Target, APIVersion, OrganizationFields: org, SpaceFields: space } = cli.file.config;
  cli.say(`API endpoint:   ${Target}`, `API version:    ${APIVersion}`, `user:           ${userName(cli)}`);
  if (org.Name === "") return cli.say("No org or space targeted, use 'cf target -o ORG -s SPACE'");
  cli.say(
    `org:            ${org.Name}`,
    space.Name === "" ? "No space targeted, use 'cf target -s SPACE'" : `space:          ${space.Name}`,
  );
}

/** A client's token cannot be renewed: the CLI keeps no secret of it. */
export async function oauthToken(cli: Cli): Promise<void> {
  if (cli.file.config.UAAGrantType === "client_credentials") {
    if (cli.api.expired) throw new CfFailure("Access token has expired.");
  } else {
    await cli.api.renew();
  }
  cli.say(cli.file.config.AccessToken);
}

export async function curl({ api: cloud, say }: Cli, { positional, flags }: Arguments): Promise<void> {
  const fail = flags.has("fail");
  const data = flags.get("d");
  const method = flags.get("X") ?? (data === undefined ? "GET" : "POST");
  try {
    const reply = await cloud.raw(method, positional[0] ?? "", data);
    if (fail && reply.status >= 400) throw httpError(reply.status);
    say(reply.body);
  } catch (error) {
    if (!(error instanceof CfFailure) || error.code === 22) throw error;
    // Without --fail a broken connection is an empty line and exit 0.
    if (!fail) return say("");
    throw error instanceof CutAnswer ? httpError(error.status) : new Panic();
  }
}

function httpError(status: number): CfFailure {
  return new CfFailure(`The requested URL returned error: ${status}`, 22);
}

/** The real one dereferences the answer that did not come: a stack trace on stderr, exit 1, no FAILED. */
export class Panic extends NoAnswer {
  constructor() {
    super(
      "\n\t\tSomething unexpected happened. This is a bug in cf.\n\n\t\tError\n\t\truntime error: invalid memory address or nil pointer dereference\n",
    );
  }
}
