/** What `run` carries out where no runbook is named. */
export const DEFAULT_RUNBOOK = "recover-deleted-service";
