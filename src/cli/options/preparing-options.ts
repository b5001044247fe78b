/** Options of the commands for the time before an incident. */
import type { InferredOptionTypes } from "yargs";
import { flag, list, value } from "./kinds.ts";
import { inputOptions } from "./options.ts";

const { "dry-run": _, ...inputsAlone } = inputOptions;

export const doctorOptions = {
  runbook: {
    ...value("NAME", "for which runbook: one that is shipped, or a file (default recover-deleted-service)"),
    default: "recover-deleted-service",
  },
  ...inputsAlone,
  fix: flag("put right what does no harm: take the rights of others off the state directory"),
} as const;

export const initOptions = {
  set: list(
    "NAME=VALUE",
    "a setting that is not asked for, NAME=VALUE; a secret as env:NAME, file:PATH or command:PROGRAM (repeatable)",
  ),
  "non-interactive": flag("ask nothing: write what --set says"),
  overwrite: flag("if there is one already; the old one is kept beside it"),
  print: flag("print the text, and write no file"),
} as const;

export const configShowOptions = {
  origin: flag("also where each value comes from: line, variable or default"),
  all: flag("also what is not set"),
} as const;

export const trustOptions = {
  forget: flag("trust it no more"),
  accept: value("HASH", "for scripts: trust it if this is its hash, which trust prints"),
} as const;

export type DoctorArguments = InferredOptionTypes<typeof doctorOptions>;
export type InitArguments = InferredOptionTypes<typeof initOptions>;
export type ConfigShowArguments = InferredOptionTypes<typeof configShowOptions>;
export type TrustArguments = InferredOptionTypes<typeof trustOptions>;
