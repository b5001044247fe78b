/** Director tasks: every longer answer is one, polled by its number and read from its output. */
import { change } from "../draft.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http/message.ts";
import { DirectorRefusal, type Exchange } from "./exchange.ts";
import type { Directing, DirectorState, Task } from "./state.ts";

/** Answers with a new task. */
export function began(
  { state, request, who, now }: Exchange,
  wanted: Pick<Task, "description" | "deployment"> & Partial<Task>,
): HttpResponse {
  const id = state.nextTask;
  state.nextTask += 1;
  const timestamp = Math.floor(now.getTime() / 1000);
  const task = { id, user: who.id, timestamp, state: "processing", summary: "", result: "" } as const;
  state.tasks.push({ ...task, pollsLeft: state.taskPolls, ...wanted });
  return { status: 302, headers: { location: `${request.origin}/tasks/${id}` }, body: "" };
}

export const changeTask = (state: Directing, id: number, changed: Partial<Task>): void =>
  change(state.tasks, (each) => each.id === id, changed);

/** A look at a task moves it on, except while an agent is still at work for it. */
export function lookAtTask(state: Directing, id: number): HttpResponse {
  const { pollsLeft, state: now } = taskOf(state, id);
  const waits = state.pending.some((call) => call.taskId === id);
  if (now === "processing" && !waits)
    changeTask(state, id, pollsLeft > 0 ? { pollsLeft: pollsLeft - 1 } : { state: "done" });
  return jsonResponse(200, show(taskOf(state, id)));
}

export function taskOutput(state: DirectorState, { query, headers }: HttpRequest, id: number): HttpResponse {
  const task = taskOf(state, id);
  const text = { status: 200, headers: { "content-type": "text/plain" } };
  if (query.get("type") === "result") return { ...text, body: task.result };
  // Nothing new beyond the asked range.
  if ((headers["range"] ?? "bytes=0-") !== "bytes=0-") return { status: 416, headers: {}, body: "" };
  const error = task.state === "error" ? { error: { code: 450002, message: task.summary } } : {};
  return { ...text, body: `${JSON.stringify({ time: task.timestamp, stage: task.description, ...error })}\n` };
}

export function listTasks({ tasks }: DirectorState, { query }: HttpRequest): HttpResponse {
  const wanted = query.get("state")?.split(",");
  const deployment = query.get("deployment");
  const shown = tasks.filter(
    (task) =>
      (wanted === undefined || wanted.includes(task.state)) && (deployment === null || deployment === task.deployment),
  );
  return jsonResponse(200, shown.map(show).reverse());
}

function show({ id, state, description, timestamp, summary, user, deployment }: Task): unknown {
  const times = { timestamp, started_at: timestamp };
  return { id, state, description, ...times, result: summary, user, deployment, context_id: "" };
}

function taskOf({ tasks }: DirectorState, id: number): Task {
  const task = tasks.find((each) => each.id === id);
  if (task === undefined) throw new DirectorRefusal(404, 10000, `Task ${id} not found`);
  return task;
}
