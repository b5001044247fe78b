/** Director tasks: every longer answer is one, polled by its number and read from its output. */
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http/message.ts";
import type { DirectorState, Task } from "./state.ts";

/** Older finished tasks are forgotten, so that the state stays small. */
const KEPT = 50;

export interface NewTask {
  readonly description: string;
  readonly deployment: string;
  readonly user: string;
  readonly result: string;
  readonly now: Date;
}

export function addTask(
  before: DirectorState,
  wanted: NewTask,
): { readonly state: DirectorState; readonly task: Task } {
  const task: Task = {
    id: before.nextTask,
    state: "processing",
    description: wanted.description,
    deployment: wanted.deployment,
    user: wanted.user,
    timestamp: Math.floor(wanted.now.getTime() / 1000),
    summary: "",
    result: wanted.result,
    pollsLeft: before.taskPolls,
  };
  return { state: { ...before, nextTask: task.id + 1, tasks: [...before.tasks, task].slice(-KEPT) }, task };
}

export function changeTask(state: DirectorState, id: number, change: Partial<Task>): DirectorState {
  return { ...state, tasks: state.tasks.map((each) => (each.id === id ? { ...each, ...change } : each)) };
}

export function redirectTo(request: HttpRequest, task: Task): HttpResponse {
  return { status: 302, headers: { location: `${request.origin}/tasks/${task.id}` }, body: "" };
}

/** A look at a task moves it on, except while an agent is still at work for it. */
export function lookAtTask(
  state: DirectorState,
  id: number,
): { readonly state: DirectorState; readonly response: HttpResponse } {
  const task = state.tasks.find((each) => each.id === id);
  if (task === undefined) return { state, response: noTask(id) };
  const waits = state.pending.some((call) => call.taskId === id);
  if (task.state !== "processing" || waits) return { state, response: jsonResponse(200, show(task)) };
  const change: Partial<Task> = task.pollsLeft > 0 ? { pollsLeft: task.pollsLeft - 1 } : { state: "done" };
  return { state: changeTask(state, id, change), response: jsonResponse(200, show({ ...task, ...change })) };
}

export function taskOutput(state: DirectorState, request: HttpRequest, id: number): HttpResponse {
  const task = state.tasks.find((each) => each.id === id);
  if (task === undefined) return noTask(id);
  const type = request.query.get("type");
  if (type === "result") return { status: 200, headers: { "content-type": "text/plain" }, body: task.result };
  // Nothing new beyond the asked range.
  if (request.headers["range"] !== undefined && request.headers["range"] !== "bytes=0-")
    return { status: 416, headers: {}, body: "" };
  return { status: 200, headers: { "content-type": "text/plain" }, body: eventLine(task) };
}

export function listTasks(state: DirectorState, request: HttpRequest): HttpResponse {
  const wanted = request.query.get("state")?.split(",");
  const deployment = request.query.get("deployment");
  const shown = state.tasks.filter(
    (task) =>
      (wanted === undefined || wanted.includes(task.state)) && (deployment === null || deployment === task.deployment),
  );
  return jsonResponse(200, shown.map(show).reverse());
}

function show(task: Task): unknown {
  return {
    id: task.id,
    state: task.state,
    description: task.description,
    timestamp: task.timestamp,
    started_at: task.timestamp,
    result: task.summary,
    user: task.user,
    deployment: task.deployment,
    context_id: "",
  };
}

function eventLine(task: Task): string {
  const error = task.state === "error" ? { error: { code: 450002, message: task.summary } } : {};
  return `${JSON.stringify({ time: task.timestamp, stage: task.description, ...error })}\n`;
}

function noTask(id: number): HttpResponse {
  return jsonResponse(404, { code: 10000, description: `Task ${id} not found` });
}
