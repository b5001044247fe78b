/**
 * The box's `docker` as a process: hands words and standard input to the engine at DOCKER_HOST, and prints its answer.
 */
import { readFileSync } from "node:fs";
import type { DockerAnswer } from "../docker-engine/answer.ts";

export async function main(words: readonly string[]): Promise<void> {
  const endpoint = process.env["DOCKER_HOST"] ?? "";
  try {
    await ask(words, endpoint);
  } catch {
    process.stderr.write(`Cannot connect to the Docker daemon at ${endpoint}. Is the docker daemon running?\n`);
    process.exitCode = 1;
  }
}

/** As the real one does, it reads only if it is told to. */
const reads = (words: readonly string[]): boolean => words.includes("-i") || words.at(-1) === "-";

async function ask(words: readonly string[], endpoint: string): Promise<void> {
  const response = await fetch(endpoint.replace(/^tcp:/, "http:"), {
    method: "POST",
    body: JSON.stringify({ words, stdin: reads(words) ? readFileSync(0).toString("base64") : "" }),
  });
  const { code, stdout, stderr } = (await response.json()) as DockerAnswer;
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = code;
}
