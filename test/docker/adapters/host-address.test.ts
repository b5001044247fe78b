import { describe, expect, it } from "vitest";
import { addressOf, localUser } from "../../../src/docker/adapters/host-address.ts";

const me = (): string => "me";

describe("the address of a Docker host", () => {
  it.each([
    ["web1", { user: "me", host: "web1", port: 22 }],
    ["docker1.example.invalid:2222", { user: "me", host: "docker1.example.invalid", port: 2222 }],
    ["ops@web1", { user: "ops", host: "web1", port: 22 }],
    ["ssh://ops@web1:2222", { user: "ops", host: "web1", port: 2222 }],
    ["[::1]", { user: "me", host: "[::1]", port: 22 }],
  ])("%s names the account only if it differs from one's own", (text, address) => {
    expect(addressOf(text, me)).toEqual(address);
  });

  it.each(["a b", "-oProxyCommand=x", "web1:0", "web1:65536", "@web1", "ops@"])(
    "%s is refused as the question would have it written",
    (text) => {
      expect(() => addressOf(text, me)).toThrow(
        expect.objectContaining({
          code: "input-invalid",
          message: `"${text}" is no address of a Docker host`,
          remedy: "Write it as [USER@]HOST[:PORT]; leave it empty for this machine.",
        }),
      );
    },
  );

  it("has to say who logs in if the account has no name", () => {
    expect(() => addressOf("web1", () => undefined)).toThrow(
      expect.objectContaining({ code: "input-invalid", remedy: "Write it as USER@web1." }),
    );
  });
});

describe("who logs in", () => {
  it.each([
    [{ USER: "ops", LOGNAME: "other" }, "ops"],
    [{ LOGNAME: "other" }, "other"],
    [{ USER: "" }, "account"],
    [{}, "account"],
  ])("with %j is %s", (env, user) => {
    expect(localUser(env, () => "account")).toBe(user);
  });

  it("is nobody if the account has no entry", () => {
    const noEntry = (): string => {
      throw new Error("uv_os_get_passwd returned ENOENT");
    };
    expect(localUser({}, noEntry)).toBeUndefined();
  });
});
