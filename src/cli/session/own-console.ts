/** The console of own actions: stdout may be a script's, and the screen is drawn. Each line is masked and made safe. */
import { Console } from "node:console";
import { Writable } from "node:stream";
import { secrets } from "../process/failure.ts";
import { createOutput, isOwnWrite } from "../screen/output.ts";
import { isInOwnCall } from "./own-faults.ts";

type Say = (line: string) => void;

const toStderr: Say = (line) => createOutput({ secrets, color: false }).error(line);
let say = toStderr;

/** A run's screen says what own actions print; the function returned ends that. */
export function sayForOwnActions(screen: Say): () => void {
  say = screen;
  return () => {
    say = toStderr;
  };
}

/** For the whole process: nothing of the tool prints by the console. A terminal is left alone: questions are drawn there. */
export function turnConsole(): void {
  const lines = new Writable({
    decodeStrings: false,
    write(text: string | Buffer, _encoding, done) {
      for (const line of text.toString().replace(/\n$/u, "").split("\n")) say(line);
      done();
    },
  });
  Object.assign(console, new Console({ stdout: lines, stderr: lines, colorMode: false }));
  const { stdout } = process;
  if (stdout.isTTY) return;
  const write = stdout.write.bind(stdout);
  stdout.write = (...given: readonly unknown[]): boolean =>
    Reflect.apply(isInOwnCall() && !isOwnWrite() ? lines.write.bind(lines) : write, undefined, given) as boolean;
}
