/** Turns the director's refusals and failed tasks into our codes. */
import { RecoverError } from "../../../errors.ts";
import { failureText } from "./answers.ts";
import type { HttpsResponse } from "./https-client.ts";

export function failed({ status, body }: HttpsResponse, path: string): RecoverError {
  const said = failureText(body);
  const place = path.split("?")[0] ?? path;
  if (status === 401 || status === 403) {
    return new RecoverError("access-denied", `the director refuses "${place}": ${said}`, {
      remedy:
        "Check BOSH_CLIENT and BOSH_CLIENT_SECRET; bosh.read is enough for looking, bosh.admin is needed for SSH.",
      place,
      effect: "none",
    });
  }
  if (status === 404) {
    return new RecoverError("nothing-found", `the director knows no "${place}": ${said}`, {
      remedy: 'Compare with "bosh deployments"; set bosh.deployment in the configuration.',
      place,
      effect: "none",
    });
  }
  if (status === 429 || status >= 500) {
    return new RecoverError("unreachable", `the director answered ${status} to "${place}": ${said}`, {
      remedy: "Wait, then resume; look at the director if it stays so.",
      place,
    });
  }
  return malformed(place, `has the status ${status}`);
}

export function malformed(place: string, why: string): RecoverError {
  return new RecoverError("answer-malformed", `the director's answer to "${place}" ${why}`, {
    remedy: "Check that bosh.environment is the address of a BOSH director.",
    place,
  });
}

/** An agent that is silent may answer again; anything else stays as it is. */
export function taskFailed(
  id: string,
  task: { readonly state: string; readonly result?: string | null | undefined },
): RecoverError {
  const said = task.result ?? "";
  const silent = /Timed out|timeout|unresponsive/i.test(said) || task.state === "timeout";
  return new RecoverError(
    silent ? "unreachable" : "step-failed",
    `the director's task ${id} ended as "${task.state}": ${said}`,
    {
      remedy: `See "bosh task ${id} --debug".`,
      place: `task ${id}`,
    },
  );
}

export function taskSlow(id: string, timeoutMs: number): RecoverError {
  return new RecoverError("unreachable", `the director's task ${id} was not done within ${timeoutMs / 1000} s`, {
    remedy: `See "bosh task ${id}"; resume when it is done.`,
    place: `task ${id}`,
  });
}
