/** Puts the box's `docker` into a directory that a child's PATH begins with. It finds its engine by DOCKER_HOST. */
import { putProgram } from "../program-file.ts";
import { putSudo } from "./sudo.ts";

export async function installDockerProgram(directory: string): Promise<string> {
  await putSudo(directory);
  return await putProgram({ directory, name: "docker" });
}
