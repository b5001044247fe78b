import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { wordsOf } from "../../../kit/commands/docker-commands.ts";
import { removeContainer } from "../../../kit/commands/docker-work-commands.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { movedService } from "./moved-service.ts";
import { calledText } from "./review.ts";
import { stackInput } from "./stack.ts";

const input = z.strictObject({
  ...stackInput,
  services: z.array(movedService),
  kept: z.array(z.object({ kept: z.string(), image: z.string() })),
  original: z.string(),
  /** The override; "" in runs of earlier versions. */
  file: z.string().default(""),
  by_itself: z.boolean().default(true),
});
const output = z.object({ lines: z.array(z.string()) });

export const summariseMove = defineAction({
  id: "compose.summarise",
  title: "What lies where, and what was kept",
  effect: "read",
  input,
  output,
  // The rest is told by the end of the run.
  tell: ({ lines }) => lines[0] ?? "",
  describe: () => [],
  run: (_context, { services, kept, original, file, by_itself, sudo }): Promise<z.infer<typeof output>> =>
    Promise.resolve({
      lines: [
        ...services.map(
          ({ service, path, destination }) => `${service} has its data at ${destination} (${path} in the container)`,
        ),
        ...(file === "" ? [] : [`${file} names ${services.length === 1 ? "it" : "them"}: ${calledText(by_itself)}`]),
        ...(original === "" ? [] : [`the override as it was: ${original}`]),
        "Kept until you are sure; once a backup of the new directories stands, remove:",
        ...[...new Map(kept.map((each) => [each.kept, each])).values()].map(({ kept: container, image }) => {
          const words = wordsOf({ sudo });
          const lines = [removeContainer(words, container), [...words, "image", "rm", image]];
          return `  $ ${lines.map(quote).join(" && ")}`;
        }),
        // The only other copy of the rows: nobody pastes its end.
        ...services.flatMap(({ service, volume }) =>
          volume === ""
            ? []
            : [`The volume ${volume} stays, with the rows of ${service} as they were before the move.`],
        ),
      ],
    }),
});
