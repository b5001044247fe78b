/**
 * The differences between a container and an earlier one, by `docker inspect` of both. Values are compared, never told.
 */
import type { Unlike } from "../../ports/docker-host.ts";
import type { Inspected } from "./inspected.ts";

/** Leaves out settings that Compose writes by itself, and places: mounts and networks are told elsewhere. */
const SETTINGS: readonly (readonly ["Config" | "HostConfig", string, string])[] = [
  ["Config", "User", "the user"],
  ["Config", "Cmd", "the command"],
  ["Config", "Entrypoint", "the entrypoint"],
  ["Config", "WorkingDir", "the working directory"],
  ["Config", "StopSignal", "the stop signal"],
  ["Config", "Healthcheck", "the health check"],
  ["HostConfig", "Tmpfs", "what it has in memory (tmpfs)"],
  ["HostConfig", "PortBindings", "the published ports"],
  ["HostConfig", "RestartPolicy", "the restart policy"],
  ["HostConfig", "Memory", "the limit of memory"],
  ["HostConfig", "NanoCpus", "the limit of processors"],
  ["HostConfig", "ShmSize", "the shared memory"],
  ["HostConfig", "Ulimits", "the ulimits"],
  ["HostConfig", "Sysctls", "the sysctls"],
  ["HostConfig", "CapAdd", "the capabilities"],
  ["HostConfig", "CapDrop", "the dropped capabilities"],
  ["HostConfig", "SecurityOpt", "the security options"],
  ["HostConfig", "Privileged", "that it is privileged"],
  ["HostConfig", "ReadonlyRootfs", "whether its root is read-only"],
  ["HostConfig", "Devices", "the devices"],
  ["HostConfig", "ExtraHosts", "the extra hosts"],
  ["HostConfig", "Dns", "the name servers"],
  ["HostConfig", "LogConfig", "where it logs"],
  ["HostConfig", "PidMode", "its process namespace"],
  ["HostConfig", "IpcMode", "its IPC namespace"],
];

export const unlikeOf = (before: Inspected, after: Inspected): readonly Unlike[] => [
  ...unlikeVariables(before, after),
  ...unlikeSettings(before, after),
];

/** Sorted by name: the engine gives them in the order of the container's maker. */
function unlikeVariables(before: Inspected, after: Inspected): readonly Unlike[] {
  const now = new Map((after.Config.Env ?? []).map(split));
  const then = (before.Config.Env ?? []).map(split).sort(([a], [b]) => (a < b ? -1 : 1));
  return then.flatMap(([name, value]): readonly Unlike[] => {
    if (now.get(name) === value) return [];
    return [{ what: "the variable", name, how: now.has(name) ? "changed" : "lost" }];
  });
}

function split(line: string): readonly [string, string] {
  const at = line.indexOf("=");
  return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
}

function unlikeSettings(before: Inspected, after: Inspected): readonly Unlike[] {
  return SETTINGS.flatMap(([section, field, what]): readonly Unlike[] => {
    const [then, now] = [normal(before[section][field]), normal(after[section][field])];
    if (then === "" || then === now) return [];
    return [{ what, name: "", how: now === "" ? "lost" : "changed" }];
  });
}

/**
 * Engines write an empty value as null, as "" or not at all: all of these become "". The order of fields does not
 * count.
 */
function normal(value: unknown): string {
  if (value === undefined) return "";
  const text = JSON.stringify(ordered(value));
  return ["null", '""', "[]", "{}", "0", "false"].includes(text) ? "" : text;
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, each]) => [name, ordered(each)]));
}
