/** Says nothing of a run that ends with 0, and everything of any other: cron sends each output. */
import type { RunEvent } from "../../engine/state/event.ts";
import { NOBODY, type Renderer } from "./renderer.ts";

export function quietRenderer(renderer: Renderer): Renderer {
  const held: (() => void)[] = [];
  const release = (): void => {
    for (const say of held.splice(0)) say();
  };
  return {
    sink: (event: RunEvent) => {
      held.push(() => renderer.sink(event));
      if (event.type !== "run-ended") return;
      if (event.exitCode === 0) held.length = 0;
      else release();
    },
    say: (text) => void held.push(() => renderer.say(text)),
    operator: NOBODY,
    close: async () => {
      // No end was told: what was said on the way is all there is.
      release();
      await renderer.close();
    },
  };
}
