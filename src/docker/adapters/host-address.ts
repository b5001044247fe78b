/** `[USER@]HOST[:PORT]`, as the operator names another machine. */
import { userInfo } from "node:os";
import { type RecoverError, refuse } from "../../errors.ts";
import { quoted } from "../../kit/text/printable.ts";

export interface HostAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

const ADDRESS =
  /^(?:([A-Za-z_][A-Za-z0-9_.-]*)@)?([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::(\d{1,5}))?$/;

/** `me`: the account that logs in if the address names none. Errors: `input-invalid`. */
export function addressOf(host: string, me: () => string | undefined): HostAddress {
  const [, user, name = "", port = "22"] = ADDRESS.exec(host.replace(/^ssh:\/\//, "")) ?? [];
  if (name === "" || !(Number(port) > 0 && Number(port) < 65_536))
    throw invalid(
      `${quoted(host)} is no address of a Docker host`,
      "Write it as [USER@]HOST[:PORT]; leave it empty for this machine.",
    );
  const whose = user ?? me();
  if (whose !== undefined) return { host: name, port: Number(port), user: whose };
  throw invalid(
    `${quoted(host)} does not say who logs in, and the account that this runs under has no name`,
    `Write it as USER@${host}.`,
  );
}

function invalid(message: string, remedy: string): RecoverError {
  return refuse("input-invalid", message).at("host").advise(remedy);
}

/** Cron, containers and services often have neither variable: then the account's own name, as ssh takes it. */
export function localUser(
  env: Readonly<Record<string, string | undefined>>,
  account: () => string = () => userInfo().username,
): string | undefined {
  const named = env["USER"] ?? env["LOGNAME"];
  if (named !== undefined && named !== "") return named;
  try {
    return account();
  } catch {
    // An account without an entry in the password file.
    return undefined;
  }
}
