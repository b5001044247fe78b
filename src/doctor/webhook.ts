/** Whoever is to hear of runs: whether something listens there. Nothing is sent, since that would be an alert. */
import { ok } from "./check.js";
import type { Looks } from "./looks.js";

export async function examineWebhook(looks: Looks, listens: () => Promise<string>): Promise<void> {
  const place = await looks.look("alert.webhook", "the webhook", listens);
  if (place !== undefined) looks.say("alert.webhook", ok(`something listens at ${place}; nothing was sent`));
}
