/** Which Docker host a step is about. */
import { z } from "zod";

export const hostInput = z.strictObject({
  /** [USER@]HOST[:PORT]; "" for this machine. */
  host: z.string(),
  sudo: z.boolean(),
});

export const placeText = ({ host }: { readonly host: string }): string => (host === "" ? "here" : host);
