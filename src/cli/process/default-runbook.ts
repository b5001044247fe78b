/** `run` carries out this runbook if none is named. */
export const DEFAULT_RUNBOOK = "recover-deleted-service";
