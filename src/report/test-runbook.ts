/** The shipped runbook that tests a backup. */
export const TEST_RUNBOOK = "test-backup";
