/**
 * create-service, create-service-key, delete-service-key, bind-service, unbind-service, update-service, rename-service,
 * delete-service, service --guid.
 */
import { appNamed, type Cli, inSpace, instanceNamed, userName, whereAndWho } from "./command.ts";
import { CfFailure } from "./failure.ts";
import type { Arguments } from "./flags.ts";

export async function createService(cli: Cli, { positional, flags }: Arguments): Promise<void> {
  const [offering = "", plan = "", given = ""] = positional;
  const name = given.trim();
  cli.say(`Creating service instance ${name} in ${whereAndWho(cli)}...`);
  const found = await cli.api.find("/v3/service_plans", { names: plan, service_offering_names: offering });
  if (found === undefined) {
    throw new CfFailure(`The plan '${plan}' could not be found for service offering '${offering}'.`);
  }
  const tags = flags
    .get("t")
    ?.split(",")
    .map((tag) => tag.trim());
  const parameters = flags.get("c");
  const body = {
    type: "managed",
    name,
    ...(tags === undefined ? {} : { tags }),
    ...(parameters === undefined ? {} : { parameters: JSON.parse(parameters) as unknown }),
    relationships: {
      space: { data: { guid: cli.file.config.SpaceFields.GUID } },
      service_plan: { data: { guid: found.guid } },
    },
  };
  const job = await post(cli, "/v3/service_instances", { body, taken: "The service instance name is taken" });
  if (job === "taken") {
    return cli.say("OK", "", `Service instance ${name} already exists`);
  }
  cli.say("");
  const state = await cli.api.job(job);
  cli.say(
    state === "complete"
      ? `Service instance ${name} created.`
      : `Create in progress. Use 'cf services' or 'cf service ${name}' to check operation status.`,
    "OK",
    "",
  );
}

export async function createServiceKey(cli: Cli, { positional }: Arguments): Promise<void> {
  const [name = "", key = ""] = positional;
  cli.say(`Creating service key ${key} for service instance ${name} as ${userName(cli)}...`);
  const instance = await instanceNamed(cli, name);
  const body = { type: "key", name: key, relationships: { service_instance: { data: { guid: instance.guid } } } };
  const job = await post(cli, BINDINGS, { body, taken: "Key binding names must be unique" });
  if (job === "taken") {
    return cli.say("", `Service key ${key} already exists`, "OK", "");
  }
  const state = await cli.api.job(job);
  cli.say("OK", state === "complete" ? "" : "Create in progress.");
}

export async function deleteServiceKey(cli: Cli, { positional }: Arguments): Promise<void> {
  const [name = "", key = ""] = positional;
  cli.say(`Deleting key ${key} for service instance ${name} as ${userName(cli)}...`);
  const instance = await instanceNamed(cli, name);
  const filters = { names: key, type: "key", service_instance_guids: instance.guid };
  const binding = await cli.api.find(BINDINGS, filters);
  if (binding === undefined) {
    return cli.say("", `Service key ${key} does not exist for service instance ${name}.`, "OK", "");
  }
  const state = await cli.api.finish("DELETE", `${BINDINGS}/${binding.guid}`);
  cli.say("OK", state === "complete" ? "" : "Delete in progress.");
}

export async function bindService(cli: Cli, { positional }: Arguments): Promise<void> {
  const [appName = "", name = ""] = positional;
  cli.say(`Binding service instance ${name} to app ${appName} in ${whereAndWho(cli)}...`);
  const instance = await instanceNamed(cli, name);
  const app = await appNamed(cli, appName);
  const relationships = { service_instance: { data: { guid: instance.guid } }, app: { data: { guid: app.guid } } };
  const taken = "The app is already bound to the service instance";
  const job = await post(cli, BINDINGS, { body: { type: "app", relationships }, taken });
  if (job === "taken") {
    return cli.say(`App ${appName} is already bound to service instance ${name}.`, "OK", "");
  }
  const state = await cli.api.job(job);
  cli.say("OK");
  if (state === "complete") {
    return cli.say("", `TIP: Use 'cf restage ${appName}' to ensure your env variable changes take effect`);
  }
  cli.say(
    `Binding in progress. Use 'cf service ${name}' to check operation status.`,
    "",
    `TIP: Once this operation succeeds, use 'cf restage ${appName}' to ensure your env variable changes take effect`,
  );
}

export async function unbindService(cli: Cli, { positional }: Arguments): Promise<void> {
  const [appName = "", name = ""] = positional;
  cli.say(`Unbinding app ${appName} from service ${name} in ${whereAndWho(cli)}...`);
  const instance = await instanceNamed(cli, name);
  const app = await appNamed(cli, appName);
  const filters = { type: "app", app_guids: app.guid, service_instance_guids: instance.guid };
  const binding = await cli.api.find(BINDINGS, filters);
  if (binding === undefined) {
    return cli.say(`Binding between ${name} and ${appName} did not exist`, "OK");
  }
  const state = await cli.api.finish("DELETE", `${BINDINGS}/${binding.guid}`);
  cli.say("OK");
  if (state === "complete") return;
  cli.say("", `Unbinding in progress. Use 'cf service ${name}' to check operation status.`);
}

export async function renameService(cli: Cli, { positional }: Arguments): Promise<void> {
  const [name = "", to = ""] = positional;
  cli.say(`Renaming service instance ${name} to ${to} in ${whereAndWho(cli)}...`);
  const instance = await instanceNamed(cli, name);
  await cli.api.finish("PATCH", `/v3/service_instances/${instance.guid}`, { name: to });
  cli.say("OK");
}

/** Answers when Cloud Controller has taken it on: a broker that works on is not waited for. */
export async function deleteService(cli: Cli, { positional, flags }: Arguments): Promise<void> {
  const [name = ""] = positional;
  if (!flags.has("force")) throw new CfFailure("only with -f: nobody is there to answer");
  cli.say(`Deleting service instance ${name} in ${whereAndWho(cli)}...`);
  const found = await inSpace(cli, "/v3/service_instances", name);
  if (found === undefined) {
    return cli.say("", `Service instance ${name} did not exist.`, "OK");
  }
  const state = await cli.api.finish("DELETE", `/v3/service_instances/${found.guid}`);
  cli.say(
    "",
    state === "complete"
      ? `Service instance ${name} deleted.`
      : `Delete in progress. Use 'cf services' or 'cf service ${name}' to check operation status.`,
    "OK",
  );
}

export async function updateService(cli: Cli, { positional, flags }: Arguments): Promise<void> {
  const [name = ""] = positional;
  cli.say(`Updating service instance ${name} in ${whereAndWho(cli)}...`);
  const instance = await instanceNamed(cli, name);
  const tags = flags.get("t");
  if (tags === undefined) throw new CfFailure("only -t is known here");
  const body = { tags: tags.split(",").map((tag) => tag.trim()) };
  await cli.api.finish("PATCH", `/v3/service_instances/${instance.guid}`, body);
  cli.say("", `Update of service instance ${name} complete.`, "OK");
}

export async function serviceGuid(cli: Cli, { positional, flags }: Arguments): Promise<void> {
  if (!flags.has("guid")) throw new CfFailure("only --guid is known here");
  cli.say((await instanceNamed(cli, positional[0] ?? "")).guid);
}

const BINDINGS = "/v3/service_credential_bindings";

/** The job's address, or "taken" if the 422 has the words that the CLI looks for. */
async function post(
  { api }: Cli,
  path: string,
  { body, taken }: { readonly body: unknown; readonly taken: string },
): Promise<string | undefined> {
  try {
    return (await api.send("POST", path, body)).location;
  } catch (error) {
    if (error instanceof CfFailure && error.sentence.includes(taken)) return "taken";
    throw error;
  }
}
