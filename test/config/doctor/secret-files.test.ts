import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { secretFiles } from "../../../src/config/settings/secret-files.ts";
import { loadConfig } from "../../../src/config/settings/load.ts";
import { examineSecretFiles } from "../../../src/config/doctor/secret-files.ts";
import { testDirectory } from "../../directory.ts";

it("names every file of the configuration with a secret that others may read, and reads none of them", () => {
  const home = testDirectory();
  for (const [name, mode] of [
    ["loose", 0o644],
    ["tight", 0o600],
    ["group", 0o640],
  ] as const)
    writeFileSync(join(home, name), "canary-of-the-file", { mode });
  const text = `
cf: { password: { file: loose } }
bosh: { client_secret: { file: tight }, gateway: { host: jump, user: ubuntu, private_key: group } }
s3: { credentials: { access_key_id: { file: absent }, secret_access_key: { env: X } } }
`;
  const config = loadConfig({ content: { path: join(home, "c.yml"), text }, env: { HOME: home }, cwd: home });
  expect([...secretFiles(config)].sort()).toEqual(
    ["absent", "group", "loose", "tight"].map((name) => join(home, name)),
  );
  const found = examineSecretFiles(secretFiles(config));
  expect(found.map(({ mend }) => mend).sort()).toEqual(
    ["group", "loose"].map((name) => `chmod 600 ${join(home, name)}`),
  );
  expect(JSON.stringify(found)).not.toContain("canary");
});

it("goes on behind a path that cannot be looked at, and its command is one for the shell, whatever the name", () => {
  const home = testDirectory();
  const [loop, odd] = [join(home, "loop"), join(home, "k; touch PWN")];
  symlinkSync("loop", loop);
  writeFileSync(odd, "canary-of-the-file", { mode: 0o644 });
  const found = examineSecretFiles([loop, join(home, "n".repeat(300)), `${home}/a\0b`, join(odd, "below"), odd]);
  expect(found.map(({ mend }) => mend)).toEqual([`chmod 600 '${odd}'`]);
});
