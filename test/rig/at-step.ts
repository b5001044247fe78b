/** Tells when a tool that prints JSON events begins a step: somebody meddles with the world at that moment. */
import type { RunEvent } from "../../src/engine/state/event.ts";
import type { ToolProcess } from "./foundation.ts";

/** Resolves at the step's first `step-began`; rejects when the tool ends before it. */
export function atStep(tool: ToolProcess, step: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let rest = "";
    tool.stdout.on("data", (bytes: Buffer) => {
      const lines = (rest + bytes.toString("utf8")).split("\n");
      rest = lines.pop() ?? "";
      if (lines.some((line) => begins(line, step))) resolve();
    });
    void tool.finally(() => reject(new Error(`the tool ended before its step "${step}"`)));
  });
}

function begins(line: string, step: string): boolean {
  if (!line.includes('"step-began"')) return false;
  const event = JSON.parse(line) as RunEvent;
  return event.type === "step-began" && event.step === step;
}
