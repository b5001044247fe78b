/** A program in a new terminal (Python's pty), for its questions to a person. */
import { spawn } from "node:child_process";
import { Feed } from "../foundation/feed.ts";

const HOST = `
import fcntl, os, pty, select, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 400, 120, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])
os.write(2, b"%d\\n" % pid)
inputs = [fd, 0]
while True:
    try:
        ready = select.select(inputs, [], [])[0]
        if 0 in ready:
            typed = os.read(0, 65536)
            if typed:
                os.write(fd, typed)
            else:
                inputs.remove(0)
        if fd not in ready:
            continue
        data = os.read(fd, 65536)
    except OSError:
        break
    if not data:
        break
    os.write(1, data)
status = os.waitpid(pid, 0)[1]
os.write(2, b"%d\\n" % (os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0))
`;

export interface Terminal {
  /** The text on the screen so far, without colours and cursor movements. */
  readonly screen: Feed<string>;
  type(text: string): void;
  /** SIGKILL to the program itself, not to its terminal; nothing if it has ended. */
  kill(): void;
  /** The number of the signal that ended the program; 0 for none. */
  readonly ended: Promise<number>;
}

export async function openTerminal(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<Terminal> {
  const child = spawn("python3", ["-c", HOST, ...argv], {
    env: { ...env, TERM: "xterm-256color" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const screen = new Feed<string>();
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    screen.push(said.replaceAll(/\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007]*\u0007|[@-Z\\-_])/g, ""));
  });
  const numbers = new Feed<number>();
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    for (const line of text.split("\n").filter((each) => /^\d+$/.test(each))) numbers.push(Number(line));
  });
  let isOver = false;
  child.once("close", () => (isOver = true));
  const pid = await numbers.first(() => true);
  return {
    screen,
    type: (text) => void child.stdin.write(text),
    kill: () => {
      if (!isOver) process.kill(pid, "SIGKILL");
    },
    ended: new Promise((resolve) => child.once("close", () => resolve(numbers.all[1] ?? -1))),
  };
}
