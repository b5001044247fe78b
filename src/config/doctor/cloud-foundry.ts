/** Cloud Foundry: the CLI, its log-in, the rights of the token, and whether these suffice in the space of the run. */
import { quote } from "../../kit/commands/shell-quote.ts";
import { asRecoverError, type ErrorCode } from "../../errors.ts";
import type { CfIdentity, CloudFoundry, SpaceRef } from "../../ports/cloud-foundry.ts";
import { ok, type Verdict } from "./check.ts";
import { clockVerdict } from "./clock.ts";
import type { Looks } from "./looks.ts";
import { besideProven } from "./proven.ts";
import type { FirstAnswer } from "./reach.ts";

type Port = Pick<CloudFoundry, "identity" | "findSpace" | "mayDevelop">;

export interface CloudFoundryOptions {
  readonly cf: Port;
  /** The address of its API, asked for nothing; absent if a proxy of the environment stands between. */
  readonly firstAnswer?: (api: string) => Promise<FirstAnswer>;
  readonly now: () => Date;
  /** The space of the run, if it is known. */
  readonly space?: SpaceRef;
}

export async function examineCloudFoundry(looks: Looks, options: CloudFoundryOptions): Promise<void> {
  const { cf, firstAnswer, now, space } = options;
  const identity = await looks.look(whoseFault, "the log-in to Cloud Foundry", () => cf.identity());
  if (identity !== undefined) {
    looks.say("cf.program", ok(`cf CLI ${besideProven("cf", identity.cliVersion)}`));
    looks.say("cf.log-in", ok(`logged in to ${identity.api} as ${identity.user}`));
  }
  const scope = await looks.aside("cf.scope", "what the user may see", () => Promise.resolve(identity));
  if (scope !== undefined) for (const verdict of scopeVerdicts(scope)) looks.say("cf.scope", verdict);
  if (firstAnswer !== undefined && identity !== undefined) {
    const answer = await looks.aside("cf.clock", "the clock of Cloud Foundry", () => firstAnswer(identity.api));
    if (answer !== undefined) looks.say("cf.clock", clockVerdict("Cloud Foundry", answer.date, now()));
  }
  if (space !== undefined) await examineSpace(looks, cf, space);
}

const OWN: Partial<Record<ErrorCode, string>> = { "program-missing": "cf.program", unreachable: "cf.reach" };

const whoseFault = (thrown: unknown): string => OWN[asRecoverError(thrown).code] ?? "cf.log-in";

function scopeVerdicts({ seesEverything, user, certificateUnchecked }: CfIdentity): readonly Verdict[] {
  const sees: Verdict = seesEverything
    ? ok("the token sees every event of every organization")
    : {
        state: "warning",
        text: `${user} does not see everything: an empty answer proves nothing`,
        means:
          "If the deletion stands in no log, the step that looks for it ends with 15; inventory calls its survey incomplete.",
        mend: "Log in as a user with cloud_controller.admin, cloud_controller.admin_read_only or cloud_controller.global_auditor: uaac member add cloud_controller.global_auditor USER.",
      };
  if (certificateUnchecked !== true) return [sees];
  return [
    sees,
    {
      state: "warning",
      text: "the certificate of the API is not checked",
      means: "Somebody in between can read and write along; the report says so.",
      mend: "Leave out cf.skip_ssl_validation, and log in again without --skip-ssl-validation.",
    },
  ];
}

async function examineSpace(looks: Looks, cf: Port, { org, space }: SpaceRef): Promise<void> {
  const found = await looks.aside("cf.space", `the space ${org}/${space}`, () => cf.findSpace({ org, space }));
  if (found === undefined) {
    if (looks.checks.at(-1)?.id !== "cf.space")
      looks.say("cf.space", {
        state: "warning",
        text: `there is no space ${org}/${space}`,
        means: "A space that went too is made again by the run, once the archive is proven.",
        mend: `Compare the names with cf orgs and cf spaces.`,
      });
    return;
  }
  const may = await looks.aside("cf.space", `what the user may do in ${org}/${space}`, () => cf.mayDevelop(found.guid));
  if (may === undefined) return;
  looks.say("cf.space", may ? ok(`may create services in ${org}/${space}`) : mayNot(org, space));
}

function mayNot(org: string, space: string): Verdict {
  return {
    state: "failed",
    code: "access-denied",
    text: `the user may not create services in ${org}/${space}`,
    means: "The step that creates the new instance is refused.",
    mend: `Have an admin run ${quote(["cf", "set-space-role", "USER", org, space, "SpaceDeveloper"])}.`,
  };
}
