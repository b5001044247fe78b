import { userInfo } from "node:os";
import { describe, expect, it } from "vitest";
import { loginName } from "../../../src/kit/process/login-name.ts";

describe("the name of who is at work", () => {
  it("is that of the log-in", () => {
    expect(loginName()).toBe(userInfo().username);
  });

  it("is the number if the machine knows no name for it", () => {
    const unknown = (): never => {
      throw Object.assign(new Error("uv_os_get_passwd returned ENOENT (no such file or directory)"), {
        code: "ERR_SYSTEM_ERROR",
      });
    };
    expect(loginName(unknown)).toBe(`uid ${process.getuid?.() ?? "unknown"}`);
  });
});
