/** All archives of a workshop: each is made once, for the first test that asks. */
import { Limit } from "./limit.ts";
import { type Made, makeBrotliLine, makeDeltas, makeTree, makeTwins, makeWalELine, makeWide } from "./made.ts";
import { Snapshot } from "./snapshot.ts";
import type { Workshop } from "./workshop.ts";

const MAKERS = {
  line: makeWalELine,
  wide: makeWide,
  twins: makeTwins,
  tree: makeTree,
  deltas: makeDeltas,
  brotli: makeBrotliLine,
} as const;

export type ArchiveName = keyof typeof MAKERS;

/** Restores and makings that go on at a time: a server waits for its archiver, and the archiver for its interpreter. */
const AT_A_TIME = 3;

export class Archives {
  private readonly made = new Map<ArchiveName, Promise<Made>>();
  readonly limit = new Limit(AT_A_TIME);

  readonly workshop: Workshop;

  constructor(workshop: Workshop) {
    this.workshop = workshop;
  }

  make(name: ArchiveName): Promise<Made> {
    const known = this.made.get(name);
    if (known !== undefined) return known;
    const making = this.limit.run(() => MAKERS[name](this.workshop, name));
    this.made.set(name, making);
    return making;
  }

  /** The archive itself, to be read and never to be changed. */
  readonly of = async (name: ArchiveName): Promise<Snapshot> =>
    Snapshot.untouched(this.workshop.objects, await this.make(name));
}
