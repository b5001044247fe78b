/** A program's end, as a shell sees it. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const ended = (code: number, stdout = "", stderr = ""): Ended => ({ code, stdout, stderr });
