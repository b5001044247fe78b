/** Each sandbox that this machine can have, by itself: none stands in for another. */
import { openBubblewrap, openContainer } from "../../../src/archive/adapters/sandbox/open-sandbox.ts";
import type { OpenSandbox } from "../../../src/archive/adapters/scratch/programs.ts";

export const KINDS = ["bubblewrap", "container"] as const;
export type Kind = (typeof KINDS)[number];

export function sandboxOfKind(kind: Kind): OpenSandbox {
  const open = kind === "bubblewrap" ? openBubblewrap : openContainer;
  const { signal } = new AbortController();
  return async (as) => {
    const sandbox = await open({ path: "/usr/bin:/bin", signal, as });
    if (typeof sandbox === "string") throw new Error(sandbox);
    return sandbox;
  };
}
