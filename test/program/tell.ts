/** Tells each suite where the program lies that it starts (test/tool.ts). */
import { inject } from "vitest";

process.env["DINGO_RECOVER_TEST_PROGRAM"] = inject("program");
