/** The arguments and services that every command of the program gets, and the checks that the CLI makes first. */
import { type Api, claims, type Resource } from "./api.ts";
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

export function requireLogin({ file }: Cli): void {
  if (file.config.Target === "") {
    throw new CfFailure("No API endpoint set. Use 'cf login' or 'cf api' to target an endpoint.");
  }
  if (file.config.AccessToken === "") {
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
  const { user_name, client_id } = claims(file.config.AccessToken);
  return [user_name, client_id].find((each) => typeof each === "string") ?? "";
}

/** `org acme / space prod as ops`. */
export function whereAndWho(cli: Cli): string {
  const { OrganizationFields: org, SpaceFields: space } = cli.file.config;
  return `org ${org.Name} / space ${space.Name} as ${userName(cli)}`;
}

export async function instanceNamed(cli: Cli, name: string): Promise<Resource> {
  const filters = { names: name, space_guids: cli.file.config.SpaceFields.GUID, page: "1", per_page: "1" };
  const found = await cli.api.find("/v3/service_instances", filters);
  if (found === undefined) throw new CfFailure(`Service instance '${name}' not found`);
  return found;
}

export async function appNamed(cli: Cli, name: string): Promise<Resource> {
  const filters = { names: name, space_guids: cli.file.config.SpaceFields.GUID, page: "1", per_page: "1" };
  const found = await cli.api.find("/v3/apps", filters);
  if (found === undefined) throw new CfFailure(`App '${name}' not found.`);
  return found;
}
