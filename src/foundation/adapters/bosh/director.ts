/** The Director port by the director's HTTPS API (cf-bosh.md §3.4, §4.3): ssh2 needs its answers, the CLI hides them. */
import { quote } from "../../../kit/commands/shell-quote.ts";
import { giveUp, refuse } from "../../../errors.ts";
import type {
  BoshInstance,
  Director,
  DirectorInfo,
  DirectorLock,
  DirectorTask,
  SshGrant,
} from "../../../ports/director.ts";
import * as answers from "./answers.ts";
import { DirectorSession, type DirectorSessionOptions } from "./director-session.ts";

export class BoshDirector implements Director {
  readonly #session: DirectorSession;

  constructor(options: DirectorSessionOptions) {
    this.#session = new DirectorSession(options);
  }

  async info(): Promise<DirectorInfo> {
    const { name, uuid, version } = await this.#session.info();
    return { name, uuid, version };
  }

  async deployments(): Promise<readonly string[]> {
    const document = await this.#session.getJson("/deployments?exclude_configs=true");
    return answers.readAs(answers.deployments, document, "/deployments").map((each) => each.name);
  }

  async instances(deployment: string): Promise<readonly BoshInstance[]> {
    const path = `${deploymentPath(deployment)}/instances?format=full`;
    const lines = answers.parseLines(await this.#session.task("GET", path), path);
    if (lines.length > 0) {
      return lines.map((line) => answers.toInstance(deployment, answers.readAs(answers.instance, line, path)));
    }
    // No deployment of ours is empty: an answer without an instance means that nothing was looked at (law 5).
    throw refuse("answer-incomplete", `the director names no instance of "${deployment}"`)
      .at(path)
      .advise(`See "${quote(["bosh", "-d", deployment, "instances"])}"; try again when the director is well.`);
  }

  async locks(): Promise<readonly DirectorLock[]> {
    return answers.readAs(answers.locks, await this.#session.getJson("/locks"), "/locks");
  }

  /** Without the short internal tasks, such as the very look at instances. */
  async runningTasks(): Promise<readonly DirectorTask[]> {
    const document = await this.#session.getJson("/tasks?state=queued,processing,cancelling&verbose=1");
    return answers.readAs(answers.tasks, document, "/tasks");
  }

  async setupSsh(instance: BoshInstance, user: string, publicKey: string): Promise<SshGrant> {
    const request = {
      command: "setup",
      ...target(instance),
      params: { user: checkedUser(user), public_key: publicKey },
    };
    const path = `${deploymentPath(instance.deployment)}/ssh`;
    const results = answers.readAs(
      answers.sshResults,
      answers.parseJson(await this.#session.task("POST", path, request), path),
      path,
    );
    const [only] = results;
    const mine = only?.job === instance.group && (only.id ?? String(only.index)) === instance.id;
    if (results.length !== 1 || only?.status !== "success" || !mine)
      throw giveUp(
        "answer-malformed",
        `the director set up SSH for ${results.length} instances instead of ${instance.group}/${instance.id}`,
      )
        .at(`${instance.group}/${instance.id}`)
        .advise(
          `See "${quote(["bosh", "-d", instance.deployment, "events", "--action", "setup ssh"])}"; the ephemeral user may exist elsewhere.`,
        );
    return { address: only.ip || (instance.ips[0] ?? ""), user, hostPublicKey: (only.host_public_key ?? "").trim() };
  }

  async cleanupSsh(instance: BoshInstance, user: string): Promise<void> {
    const request = { command: "cleanup", ...target(instance), params: { user_regex: `^${checkedUser(user)}$` } };
    await this.#session.task("POST", `${deploymentPath(instance.deployment)}/ssh`, request);
  }
}

/** An empty target would mean every instance of the deployment (cf-bosh.md §0.3). */
function target({ deployment, group, id }: BoshInstance): object {
  if (group === "" || id === "") {
    throw refuse("guard-refused", "an instance without group or id would mean every instance")
      .at(deployment)
      .advise("This is a defect of dingo-recover: please report it with the run's journal.");
  }
  return { deployment_name: deployment, target: { job: group, indexes: [id], ids: [id] } };
}

/** It stands in a pattern of names to remove. */
function checkedUser(user: string): string {
  if (/^bosh_[a-z0-9]{1,27}$/.test(user)) return user;
  throw refuse("guard-refused", `"${user}" is no name of an ephemeral user`)
    .at("ssh")
    .advise("This is a defect of dingo-recover: please report it with the run's journal.");
}

function deploymentPath(deployment: string): string {
  return `/deployments/${encodeURIComponent(deployment)}`;
}
