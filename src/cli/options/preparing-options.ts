/** Options of the commands for the time before an incident. */
import type { InferredOptionTypes } from "yargs";
import { inputOptions } from "./options.ts";

const { "dry-run": _, ...inputsAlone } = inputOptions;

export const doctorOptions = {
  runbook: {
    type: "string",
    default: "recover-deleted-service",
    describe: "for which runbook: one that is shipped, or a file (default recover-deleted-service)",
    requiresArg: true,
    nargs: 1,
  },
  ...inputsAlone,
  fix: {
    type: "boolean",
    default: false,
    describe: "put right what does no harm: take the rights of others off the state directory",
  },
} as const;

export const initOptions = {
  set: {
    type: "array",
    string: true,
    default: [] as string[],
    describe:
      "a setting that is not asked for, NAME=VALUE; a secret as env:NAME, file:PATH or command:PROGRAM (repeatable)",
    requiresArg: true,
    nargs: 1,
  },
  "non-interactive": { type: "boolean", default: false, describe: "ask nothing: write what --set says" },
  overwrite: { type: "boolean", default: false, describe: "where there is one already; the old one is kept beside it" },
  print: { type: "boolean", default: false, describe: "print the text, and write no file" },
} as const;

export const configShowOptions = {
  origin: { type: "boolean", default: false, describe: "also where each value comes from: line, variable or default" },
  all: { type: "boolean", default: false, describe: "also what is not set" },
} as const;

export const trustOptions = {
  forget: { type: "boolean", default: false, describe: "trust it no more" },
  accept: {
    type: "string",
    describe: "for scripts: trust it if this is its hash, which trust prints",
    requiresArg: true,
    nargs: 1,
  },
} as const;

export type DoctorArguments = InferredOptionTypes<typeof doctorOptions>;
export type InitArguments = InferredOptionTypes<typeof initOptions>;
export type ConfigShowArguments = InferredOptionTypes<typeof configShowOptions>;
export type TrustArguments = InferredOptionTypes<typeof trustOptions>;
