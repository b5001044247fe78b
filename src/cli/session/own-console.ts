/** The console of own actions: stdout may be a script's, and the screen is drawn. Each line is masked and made safe. */
import { Console } from "node:console";
import { Writable } from "node:stream";
import { secrets } from "../process/failure.ts";
import { createOutput } from "../screen/output.ts";

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

/** For the whole process: nothing of the tool prints by the console. */
export function turnConsole(): void {
  const lines = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      for (const line of text.replace(/\n$/u, "").split("\n")) say(line);
      done();
    },
  });
  Object.assign(console, new Console({ stdout: lines, stderr: lines, colorMode: false }));
}
