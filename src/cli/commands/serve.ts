/** `serve`: the report of a run as a page that goes on with it, for the people who want to look. Nothing is changed. */
import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../kit/clock/system-clock.ts";
import { asRecoverError, EXIT, refuse } from "../../errors.ts";
import { errnoOf } from "../../engine/journal/durable.ts";
import { EventTail } from "../../engine/journal/event-log.ts";
import type { StateDirectory } from "../../engine/journal/state-directory.ts";
import { SCRIPT } from "../../report/page/script.ts";
import { PageServer, type Shown } from "../../report/page/server.ts";
import { printable } from "../../kit/text/printable.ts";
import { htmlOf } from "../../report/html.ts";
import { createOutput } from "../screen/output.ts";
import { chooseRunOrRehearsal } from "../runs/choose-run.ts";
import { secrets } from "../process/failure.ts";
import { isEvent, NowLine } from "../runs/now-line.ts";
import type { GlobalArguments } from "../options/options.ts";
import { reportOf } from "../runs/run-report.ts";
import { watchSignals } from "../process/signals.ts";
import { openStateDirectory } from "../process/state.ts";

/** Milliseconds between two looks at the journal: what a reader waits for, at most, before the page is made anew. */
const LOOK_MS = 40;

export async function serve(
  given: GlobalArguments & { readonly run?: string | undefined; readonly port?: number | undefined },
): Promise<number> {
  requirePort(given.port);
  const output = createOutput({ secrets, color: given.color });
  const directory = openStateDirectory({ stateDir: given["state-dir"] });
  const run = chooseRunOrRehearsal(directory, given.run, {
    say: (text) => output.error(text),
    looks: true,
  });
  const page = new LivePage(directory, run);
  // Always a new token: a listener at an old address must learn nothing that opens this one.
  const server = new PageServer(randomBytes(32).toString("hex"), page.shown);
  const address = await listen(server, given.port ?? 0);
  if (given.json) output.json({ schema: "dingo-recover/serve@1", run, address });
  else {
    output.line(`run ${run} is shown at ${address}`, "good");
    output.line(
      "Anybody on this machine who has this address may read it; nothing can be changed there. Ctrl-C ends it.",
    );
  }
  const stopper = watchSignals(() => undefined, false);
  try {
    const clock = systemClock();
    while (!stopper.signal.aborted) {
      if (page.look()) server.show(page.shown);
      await clock.sleep(LOOK_MS, stopper.signal).catch(() => undefined);
    }
  } finally {
    stopper.release();
    await server.close();
  }
  return EXIT.done;
}

/** The page of a run, made anew when its files have changed. */
class LivePage {
  readonly #directory: StateDirectory;
  readonly #run: string;
  readonly #events: EventTail;
  readonly #now = new NowLine();
  #stamp = "";
  #journalStamp = "";
  #shown: Shown = { html: "", now: "", version: "" };

  constructor(directory: StateDirectory, run: string) {
    this.#directory = directory;
    this.#run = run;
    this.#events = new EventTail(directory.directoryOf(run));
    this.look();
  }

  get shown(): Shown {
    return this.#shown;
  }

  /** True if something changed. */
  look(): boolean {
    const at = this.#directory.directoryOf(this.#run);
    const carried = this.#directory.isCarried(this.#run);
    // Whether somebody is at work stands in the report as well.
    const journal = `${stampOf(join(at, "journal.jsonl"))} ${carried}`;
    const stamp = `${journal} ${stampOf(join(at, "events.jsonl"))}`;
    if (stamp === this.#stamp) return false;
    this.#stamp = stamp;
    for (const event of this.#events.read().filter(isEvent)) this.#now.hear(event);
    const now = oneLine(secrets.mask(this.#now.text(carried)));
    // Progress comes many times a second and is no part of the report.
    if (journal === this.#journalStamp) {
      this.#shown = { ...this.#shown, now };
      return true;
    }
    try {
      const { document, head } = reportOf(this.#directory, this.#run, { isAbridged: true });
      const version = `${head}${carried ? "" : "-left"}`;
      const html = secrets.mask(htmlOf(document, { script: SCRIPT, run: this.#run, version, now }));
      this.#shown = { html, now, version };
      this.#journalStamp = journal;
    } catch (thrown) {
      // The page stays as it was, and says why: a viewer must not take silence for rest.
      if (this.#shown.html === "") throw thrown;
      this.#shown = { ...this.#shown, now: oneLine(`cannot be read: ${asRecoverError(thrown).message}`) };
    }
    return true;
  }
}

const oneLine = (text: string): string => printable(text).replace(/\s+/gu, " ");

function stampOf(path: string): string {
  try {
    const { mtimeNs, size } = statSync(path, { bigint: true });
    return `${mtimeNs}:${size}`;
  } catch {
    return "";
  }
}

function requirePort(port: number | undefined): void {
  if (port === undefined || (Number.isInteger(port) && port >= 1024 && port <= 65535)) return;
  throw refuse("usage", `--port ${port} is no port from 1024 to 65535`).advise(
    "Give another one with --port, or leave it out.",
  );
}

async function listen(server: PageServer, port: number): Promise<string> {
  try {
    return await server.listen(port);
  } catch (cause) {
    throw refuse("usage", `port ${port} of this machine cannot be used: ${errnoOf(cause) ?? "unknown"}`)
      .at("--port")
      .advise("Give another one with --port, or leave it out.", cause);
  }
}
