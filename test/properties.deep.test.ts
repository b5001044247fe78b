/** The properties that take long, each with many inputs: vitest.config.ts says how many. */
import "./archive/decompressed.test.js";
import "./archive/replay.property.test.js";
import "./discovery/hostile-logs.test.js";
import "./discovery/hostile-sources.test.js";
