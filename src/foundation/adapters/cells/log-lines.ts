/** Docker gives a container's stdout and stderr apart; the time stamps of `docker logs -t` put them together again. */

interface Stamped {
  readonly time: string;
  readonly line: string;
}

/** RFC 3339 in UTC with nine digits of nanoseconds: of one width, so that text order is time order. */
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z) ?/;

/** Lines oldest first, without their stamps. A line without a stamp belongs to the line before it. */
export function mergeByTime(stdout: string, stderr: string): string[] {
  const out = stamped(stdout);
  const err = stamped(stderr);
  const merged: string[] = [];
  let next = 0;
  for (const { time, line } of out) {
    for (let waiting = err[next]; waiting !== undefined && waiting.time < time; waiting = err[next]) {
      merged.push(waiting.line);
      next += 1;
    }
    merged.push(line);
  }
  return [...merged, ...err.slice(next).map(({ line }) => line)];
}

function stamped(text: string): Stamped[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  let time = "";
  return lines.map((line) => {
    time = STAMP.exec(line)?.[1] ?? time;
    return { time, line: line.replace(STAMP, "") };
  });
}
