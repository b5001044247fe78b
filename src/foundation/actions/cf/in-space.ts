/** A command of the cf CLI on one line with the target that it is meant for: the same name may exist in another space. */
import { quote } from "../../../kit/commands/shell-quote.ts";

/** The command is run only if the target could be set. */
export const inSpace = (
  { org, space }: { readonly org: string; readonly space: string },
  command: readonly string[],
): string => `${quote(["cf", "target", "-o", org, "-s", space])} && ${quote(["cf", ...command])}`;
