/** A step that removes its server. Only a kill leaves something: the server, and the volume that was made for it alone. */
import type { Context, Probe, WayBack } from "../../../action.ts";
import type { DockerPlace } from "../../../ports/docker-host.ts";
import { typed } from "../storage/host-input.ts";
import { OwnCopies } from "./own-copies.ts";

interface Serving<I> {
  readonly nameOf: (request: I) => string;
  /** The volume is a copy of another step: it stays. */
  readonly keepsVolume: boolean;
  readonly cost: string;
}

export function leftServer<I extends DockerPlace, O>({
  nameOf,
  keepsVolume,
  cost,
}: Serving<I>): {
  readonly probe: (context: Context, request: I) => Promise<Probe<O>>;
  readonly undo: WayBack<I, O>;
} {
  const look = async (context: Context, request: I) => {
    const [own, name] = [await OwnCopies.open(context, request), nameOf(request)];
    const isLeft = (await own.isServed(name)) || (!keepsVolume && (await own.volume(name)) !== undefined);
    return { isLeft, evidence: isLeft ? `${name} is left of an attempt` : "nothing is left of an attempt" };
  };
  return {
    async probe(context, request) {
      const { isLeft, evidence } = await look(context, request);
      return { state: isLeft ? "partly" : "not-done", evidence };
    },
    undo: {
      effect: "create",
      cost,
      describe: (request) => typed(request, (words) => [[...words, "stop", nameOf(request)]]),
      guard: (context, { input }) => look(context, input),
      async probe(context, { input }) {
        const { isLeft, evidence } = await look(context, input);
        return { state: isLeft ? "not-done" : "done", evidence };
      },
      async run(context, { input }) {
        const own = await OwnCopies.open(context, input);
        await (keepsVolume ? own.end(nameOf(input)) : own.remove(nameOf(input)));
      },
    },
  };
}
