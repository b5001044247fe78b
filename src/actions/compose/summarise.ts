import { z } from "zod";
import { defineAction } from "../../action.js";
import { wordsOf } from "../../docker-commands.js";
import { removeContainer } from "../../docker-work-commands.js";
import { quote } from "../../shell-quote.js";
import { movedService } from "./moved-service.js";
import { stackInput } from "./stack.js";

const input = z.strictObject({
  ...stackInput,
  services: z.array(movedService),
  kept: z.array(z.object({ kept: z.string(), image: z.string() })),
  original: z.string(),
});
const output = z.object({ lines: z.array(z.string()) });

export const summariseMove = defineAction({
  id: "compose.summarise",
  title: "What lies where, and what was kept",
  effect: "read",
  input,
  output,
  tell: ({ lines }) => lines.join("\n"),
  describe: () => [],
  run: (_context, { services, kept, original, sudo }): Promise<z.infer<typeof output>> =>
    Promise.resolve({
      lines: [
        ...services.map(
          ({ service, path, destination }) => `${service} has its data at ${destination} (${path} in the container)`,
        ),
        ...(original === "" ? [] : [`the Compose file as it was: ${original}`]),
        "Kept until you are sure; once a backup of the new directories stands, remove:",
        ...[...new Map(kept.map((each) => [each.kept, each])).values()].map(({ kept: container, image }) => {
          const words = wordsOf({ sudo });
          const volumes = services.flatMap(({ volume }, index) =>
            kept[index]?.kept === container && volume !== "" ? [volume] : [],
          );
          const lines = [
            removeContainer(words, container),
            [...words, "image", "rm", image],
            ...(volumes.length === 0 ? [] : [[...words, "volume", "rm", ...volumes]]),
          ];
          return `  $ ${lines.map(quote).join(" && ")}`;
        }),
      ],
    }),
});
