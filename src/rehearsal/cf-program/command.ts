/** The arguments and services that every command of the program gets, and the checks that the CLI makes first. */
import { claimsOf } from "../http/token.ts";
import type { Api, Resource } from "./api.ts";
import type { ConfigFile } from "./config-file.ts";
import { CfFailure } from "./failure.ts";
import type { Arguments } from "./flags.ts";

export interface Cli {
  readonly file: ConfigFile;
  readonly api: Api;
  /** Variables of the caller. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes lines to stdout. */
  readonly say: (...lines: readonly string[]) => void;
  /** The same to stderr. */
  readonly warn: (line: string) => void;
}

export type Command = (cli: Cli, args: Arguments) => Promise<void>;

export function requireApi({ file }: Cli): void {
  if (file.config.Target === "") {
    throw new CfFailure("No API endpoint set. Use 'cf login' or 'cf api' to target an endpoint.");
  }
}

export function requireLogin(cli: Cli): void {
  requireApi(cli);
  if (cli.file.config.AccessToken === "") {
    throw new CfFailure("Not logged in. Use 'cf login' or 'cf login --sso' to log in.");
  }
}

export function requireTarget(cli: Cli): void {
  requireLogin(cli);
  const { OrganizationFields: org, SpaceFields: space } = cli.file.config;
  if (org.GUID === "") throw new CfFailure("No org targeted, use 'cf target -o ORG' to target an org.");
  if (space.GUID === "") throw new CfFailure("No space targeted, use 'cf target -s SPACE' to target a space.");
}

export function userName({ file }: Cli): string {
  const { user_name, client_id } = claimsOf(file.config.AccessToken);
  return [user_name, client_id].find((each) => typeof each === "string") ?? "";
}

/** `org acme / space prod as ops`. */
export function whereAndWho(cli: Cli): string {
  const { OrganizationFields: org, SpaceFields: space } = cli.file.config;
  return `org ${org.Name} / space ${space.Name} as ${userName(cli)}`;
}

export const instanceNamed = (cli: Cli, name: string): Promise<Resource> =>
  inSpace(cli, "/v3/service_instances", name).then((found) => required(found, `Service instance '${name}' not found`));

export const appNamed = (cli: Cli, name: string): Promise<Resource> =>
  inSpace(cli, "/v3/apps", name).then((found) => required(found, `App '${name}' not found.`));

export const inSpace = ({ api, file }: Cli, path: string, name: string): Promise<Resource | undefined> =>
  api.find(path, { names: name, space_guids: file.config.SpaceFields.GUID, page: "1", per_page: "1" });

export async function orgNamed({ api }: Cli, name: string): Promise<Resource> {
  const filters = { names: name, page: "1", per_page: "1" };
  return required(await api.find("/v3/organizations", filters), `Organization '${name}' not found.`);
}

export async function spaceNamed({ api }: Cli, name: string, orgGuid: string): Promise<Resource> {
  const filters = { names: name, organization_guids: orgGuid, page: "1", per_page: "1" };
  return required(await api.find("/v3/spaces", filters), `Space '${name}' not found.`);
}

function required(found: Resource | undefined, refusal: string): Resource {
  if (found === undefined) throw new CfFailure(refusal);
  return found;
}
