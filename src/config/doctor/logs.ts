/** The places where the deletion may be logged: files of the configuration, and log stores. */
import { counted } from "../../kit/text/counted.ts";
import type { LogFiles } from "../../ports/log-files.ts";
import type { LogSearch } from "../../ports/log-search.ts";
import { quoted } from "../../kit/text/printable.ts";
import { note, ok } from "./check.ts";
import type { Looks } from "./looks.ts";

const MEANS = "The step that looks for the deletion has Cloud Foundry's own records alone, which go back 31 days.";

export async function examineLogFiles(looks: Looks, logs: LogFiles): Promise<void> {
  if (logs.configured.length === 0) {
    looks.say("logs.files", note("no log files are named", "Set logs: [GLOB], if a collector writes files."));
    return;
  }
  for (const pattern of logs.configured.filter((each) => each !== "-")) {
    const found = await looks.aside("logs.files", `the log files ${quoted(pattern)}`, () => logs.open([pattern]));
    if (found === undefined) continue;
    if (found.files.length > 0)
      looks.say("logs.files", ok(`${counted(found.files.length, "file")} of ${quoted(pattern)}`));
    else if (found.unreadable.length === 0)
      looks.say("logs.files", {
        state: "warning",
        text: `there is no file ${quoted(pattern)}`,
        means: MEANS,
        mend: `Correct "logs" in the configuration; see ls ${pattern}.`,
      });
    for (const { path, why } of found.unreadable)
      looks.say("logs.files", {
        state: "unknown",
        code: "answer-incomplete",
        text: `${quoted(path)} cannot be read: ${why}`,
        means: "Its lines are not found, and an answer without them is incomplete.",
        mend: `Run this as a user who may read it, or see ls -l ${path}.`,
      });
  }
}

export async function examineLogStore(looks: Looks, store: LogSearch): Promise<void> {
  const survey = await looks.aside("logs.store", `the log store ${store.place}`, () => store.survey());
  if (survey === undefined) return;
  const { from, to, holes } = survey;
  if (from === undefined || to === undefined)
    looks.say("logs.store", {
      state: "warning",
      text: `${store.place} holds no events`,
      means: MEANS,
      mend: "Correct the section's index, or look into the store's own list of indices.",
    });
  else looks.say("logs.store", ok(`${store.place} reaches from ${from} to ${to}`));
  for (const hole of holes)
    looks.say("logs.store", {
      state: "warning",
      code: "coverage-incomplete",
      text: hole,
      means: "An answer that finds nothing there counts as incomplete (15).",
      mend: "Open the index, or give the user read, view_index_metadata and monitor.",
    });
}
