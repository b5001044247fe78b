/** Turns the director's refusals and failed tasks into our codes. */
import { giveUp, type RecoverError, refuse } from "../../../errors.ts";
import { failureText } from "./answers.ts";
import type { HttpsResponse } from "./https-client.ts";

export function failed({ status, body }: HttpsResponse, path: string): RecoverError {
  const said = failureText(body);
  const place = path.split("?")[0] ?? path;
  if (status === 401 || status === 403) {
    return refuse("access-denied", `the director refuses "${place}": ${said}`)
      .at(place)
      .advise(
        "Check BOSH_CLIENT and BOSH_CLIENT_SECRET; bosh.read is enough for looking, bosh.admin is needed for SSH.",
      );
  }
  if (status === 404) {
    return refuse("nothing-found", `the director knows no "${place}": ${said}`)
      .at(place)
      .advise('Compare with "bosh deployments"; set bosh.deployment in the configuration.');
  }
  if (status === 429 || status >= 500) {
    return giveUp("unreachable", `the director answered ${status} to "${place}": ${said}`)
      .at(place)
      .advise("Wait, then resume; look at the director if it stays so.");
  }
  return malformed(place, `has the status ${status}`);
}

export function malformed(place: string, why: string): RecoverError {
  return giveUp("answer-malformed", `the director's answer to "${place}" ${why}`)
    .at(place)
    .advise("Check that bosh.environment is the address of a BOSH director.");
}

/** An agent that is silent may answer again; anything else stays as it is. */
export function taskFailed(
  id: string,
  task: { readonly state: string; readonly result?: string | null | undefined },
): RecoverError {
  const said = task.result ?? "";
  const silent = /Timed out|timeout|unresponsive/i.test(said) || task.state === "timeout";
  return giveUp(silent ? "unreachable" : "step-failed", `the director's task ${id} ended as "${task.state}": ${said}`)
    .at(`task ${id}`)
    .advise(`See "bosh task ${id} --debug".`);
}

export function taskSlow(id: string, timeoutMs: number): RecoverError {
  return giveUp("unreachable", `the director's task ${id} was not done within ${timeoutMs / 1000} s`)
    .at(`task ${id}`)
    .advise(`See "bosh task ${id}"; resume when it is done.`);
}
