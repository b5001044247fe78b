/** Resources that the run opened and never closed, with the command that removes each. */
import { basename } from "node:path";
import { z } from "zod";
import type { Json } from "../action.ts";
import type { Entry } from "../engine/journal/entry.ts";
import { quote } from "../kit/commands/shell-quote.ts";
import { endingOf, entriesOf } from "./digest.ts";
import { type Block, list } from "./document.ts";

export function leftOpen(entries: readonly Entry[]): readonly Block[] {
  const key = (kind: string, data: Json): string => `${kind} ${JSON.stringify(data)}`;
  const closed = new Set(entriesOf(entries, "resource-closed").map(({ kind, data }) => key(kind, data)));
  const open = entriesOf(entries, "resource-opened").filter(({ kind, data }) => !closed.has(key(kind, data)));
  const isOver = endingOf(entries).kind === "ended";
  return list(open.map(({ kind, data }) => thingText(kind, data, isOver)));
}

interface Thing {
  readonly what: string;
  /** Where a process that goes on with the run can reach it. */
  readonly where: string;
  readonly byHand: string;
}

function thingText(kind: string, data: Json, isOver: boolean): string {
  const thing = sshUser(kind, data) ?? cfHome(kind, data);
  // A thing of another release, or without a name that the tool gives, is told as it stands.
  if (thing === undefined) return `${kind}: ${JSON.stringify(data)}`;
  const { what, where, byHand } = thing;
  return `${what}. ${isOver ? "Remove it" : `It is removed when the run goes on${where}, or`} by hand: ${byHand}`;
}

/** Somebody pastes the command: it may remove only what bears a name of ours, and no name in it may be read as an option. */
const named = z.string().regex(/^[^-]/u);
const user = z.object({
  user: z.string().regex(/^bosh_[0-9a-f]+$/u),
  deployment: named,
  group: named,
  id: z.string(),
});

function sshUser(kind: string, data: Json): Thing | undefined {
  const found = kind === "ssh-user" ? user.safeParse(data).data : undefined;
  if (found === undefined) return undefined;
  const cell = `${found.group}/${found.id}`;
  return {
    what: `the SSH user ${found.user} on ${cell} of the deployment ${found.deployment}`,
    where: "",
    byHand: quote([
      "bosh",
      "-d",
      found.deployment,
      "ssh",
      cell,
      "-c",
      quote(["sudo", "userdel", "-r", "--", found.user]),
    ]),
  };
}

const HOME = /^dingo-recover-cf-(?:[0-9a-f]{8}-\d+-\d+-)?[0-9a-f]{16}$/u;
const home = z.object({ path: z.string().refine((path) => HOME.test(basename(path))), host: z.string() });

function cfHome(kind: string, data: Json): Thing | undefined {
  const found = kind === "cf-home" ? home.safeParse(data).data : undefined;
  if (found === undefined) return undefined;
  return {
    what: `the Cloud Foundry session in ${found.path} on ${found.host}`,
    where: ` at ${found.host}`,
    byHand: quote(["rm", "-r", "--", found.path]),
  };
}
