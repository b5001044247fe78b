/** What a stroke does to a command on a cell, and to curl there. */
import { unreachable } from "../../errors.js";
import type { Ended } from "../world/events.js";
import type { Stroke } from "./blow.js";
import type { Weather } from "./weather.js";

/** A command's end; `lost`: the connection is gone before its exit code has come. */
export interface CommandEnd extends Ended {
  readonly lost?: boolean;
}

type Work = () => Promise<Ended>;

const GARBAGE = "\u0000\u001b]0;pwned\u0007<html>It works!</html>\n{]\n";
const NOTHING: CommandEnd = { code: 0, stdout: "", stderr: "", lost: true };

/** The command as a word of the grammar: `docker-stop`, `mv`, `curl`. The help of `--fault` shows such words. */
export function commandWord(line: string): string {
  const words = line.replaceAll("'", "").split(" ");
  const name = words.find((word, at) => !["sudo", "-n", "env"].includes(word) && !(at > 0 && word.includes("="))) ?? "";
  const program = name.split("/").at(-1) ?? "";
  return program === "docker" ? `docker-${verbOf(words.slice(words.indexOf(name) + 1))}` : program;
}

/** What stands behind docker's own options: `--host SOCKET`, or `--host=SOCKET`. */
function verbOf([word = "", ...rest]: readonly string[]): string {
  if (!word.startsWith("-")) return word;
  return verbOf(word.includes("=") ? rest : rest.slice(1));
}

export async function overSsh(stroke: Stroke | undefined, weather: Weather, work: Work): Promise<CommandEnd> {
  if (stroke === undefined) return await work();
  if (stroke.after) await work();
  const { kind } = stroke;
  switch (kind) {
    case "timeout":
      await weather.giveUp();
      return NOTHING;
    case "reset":
      return NOTHING;
    case "403":
      return { code: 1, stdout: "", stderr: "sudo: a password is required\n" };
    case "500":
    case "502":
    case "503":
      return { code: 1, stdout: "", stderr: "Error response from daemon: input/output error\n" };
    case "slow":
      await weather.slowly();
      return await work();
    case "half": {
      const { stdout } = await work();
      return { ...NOTHING, stdout: stdout.slice(0, stdout.length / 2) };
    }
    case "garbage":
      await work();
      return { code: 0, stdout: GARBAGE, stderr: "" };
    case "duplicate": {
      const ended = await work();
      return { ...ended, stdout: ended.stdout.repeat(2) };
    }
    case "twice":
      await work();
      return await work();
    default:
      return unreachable(kind);
  }
}

const failed = (code: number, said: string, body = ""): Ended => ({
  code,
  stdout: `${body}\n000`,
  stderr: `curl: (${code}) ${said}\n`,
});
const answered = (status: number, body: string): Ended => ({ code: 0, stdout: `${body}\n${status}`, stderr: "" });

/** The exit codes and words of curl(1). */
export async function overCurl(stroke: Stroke | undefined, weather: Weather, work: Work): Promise<Ended> {
  if (stroke === undefined) return await work();
  if (stroke.after) await work();
  const { kind } = stroke;
  switch (kind) {
    case "timeout":
      await weather.slowly();
      return failed(28, "Operation timed out after 10001 milliseconds with 0 bytes received");
    case "reset":
      return failed(52, "Empty reply from server");
    case "403":
    case "500":
    case "502":
    case "503":
      return answered(Number(kind), `<h1>${kind}</h1>`);
    case "slow":
      await weather.slowly();
      return await work();
    case "half": {
      const { stdout } = await work();
      return failed(18, "transfer closed with outstanding read data remaining", stdout.slice(0, stdout.length / 2));
    }
    case "garbage":
      await work();
      return answered(200, GARBAGE);
    case "duplicate": {
      const { stdout, ...rest } = await work();
      const at = stdout.lastIndexOf("\n");
      return { ...rest, stdout: `${stdout.slice(0, at).repeat(2)}${stdout.slice(at)}` };
    }
    case "twice":
      await work();
      return await work();
    default:
      return unreachable(kind);
  }
}
