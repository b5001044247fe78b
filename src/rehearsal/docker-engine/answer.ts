/** The output of a program on the engine's machine, and the state after its call. */
import type { Ended } from "../ended.ts";
import type { DockerEngineState } from "./state.ts";

export interface Applied {
  readonly state: DockerEngineState;
  readonly answer: Ended;
}

export const says = (state: DockerEngineState, stdout = ""): Applied => ({
  state,
  answer: { code: 0, stdout, stderr: "" },
});

export const fails = (state: DockerEngineState, stderr: string, code = 1): Applied => ({
  state,
  answer: { code, stdout: "", stderr: `${stderr}\n` },
});
