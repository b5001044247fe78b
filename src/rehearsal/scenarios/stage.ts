/** What somebody can do to a running box before the tool is started. */
import type { Box } from "../box/box.js";

export interface Stage {
  readonly box: Box;
  /** The instance that was deleted. */
  readonly old: string;
  /** The box's `cf`, logged in to nothing yet, with the environment that it needs. */
  readonly cf: { readonly program: string; readonly env: Readonly<Record<string, string>> };
  /** Shows a line to whoever watches. */
  readonly say: (line: string) => void;
}
