import { describe, expect, it } from "vitest";
import { DOCKER, DOCKER_HOST } from "../../../src/kit/commands/host-commands.ts";
import { quote } from "../../../src/kit/commands/shell-quote.ts";
import { type Front, frontsOf, strike } from "./blow.ts";
import { blowOf, blowText } from "./grammar.ts";
import { commandWord, overCurl, overSsh } from "./over-ssh.ts";
import { suffer } from "./suffer.ts";

function fronts(...texts: readonly string[]): readonly Front[] {
  return frontsOf(texts.map(blowOf));
}

const AT_ONCE = { giveUp: () => Promise.resolve(), slowly: () => Promise.resolve() };

/** Which of the calls are struck, by their kind. */
function struck(weather: readonly Front[], calls: readonly string[], step = 0): readonly string[] {
  let left = weather;
  return calls.map((operation, at) => {
    const met = strike(left, { system: "s3", operation, now: at * step });
    left = met.fronts;
    return met.stroke === undefined ? "-" : `${met.stroke.after ? "after-" : ""}${met.stroke.kind}`;
  });
}

describe("a fault that is asked for", () => {
  it.each([
    "s3:CopyObject#3=reset",
    "log-store:POST/_search#1-=half",
    "any#2-5=after-503",
    "cf:POST/v3/*#1=twice",
    "ssh:docker-*#2-=half",
  ])("%s is read, and written as it was", (text) => {
    expect(blowText(blowOf(text))).toBe(text);
  });

  it.each([
    ["s4#1=reset", "no system s4"],
    ["s3=rust", "no fault rust"],
    ["s3=after-half", "no fault half"],
    ["s3=away", "away:5m"],
    ["reset", "SYSTEM:OPERATION"],
    ["", "SYSTEM:OPERATION"],
  ])("%j is refused", (text, why) => {
    expect(() => blowOf(text)).toThrow(why);
  });

  it("strikes the call that it names, once", () => {
    const calls = ["GetObject", "CopyObject", "CopyObject", "CopyObject"];
    expect(struck(fronts("s3:CopyObject#2=reset"), calls)).toEqual(["-", "-", "reset", "-"]);
    expect(struck(fronts("any#2-3=after-500"), calls)).toEqual(["-", "after-500", "after-500", "-"]);
    expect(struck(fronts("s3#3-=slow"), calls)).toEqual(["-", "-", "slow", "slow"]);
    expect(struck(fronts("cf#1-=slow"), calls)).toEqual(["-", "-", "-", "-"]);
  });

  it("takes a system away for as long as it says, whatever is asked of it", () => {
    const calls = ["Head", "CopyObject", "Head", "Head", "CopyObject"];
    expect(struck(fronts("s3:CopyObject=away:2m"), calls, 60_000)).toEqual(["-", "reset", "reset", "-", "-"]);
  });
});

describe("a command on a cell", () => {
  it("is named by its program, and docker's by what it does", () => {
    expect(commandWord("sudo -n env LC_ALL=C stat --printf x /var")).toBe("stat");
    expect(commandWord("sudo -n /var/vcap/packages/docker/bin/docker stop --time 60 x")).toBe("docker-stop");
    expect(commandWord(quote(["sudo", "-n", DOCKER, "--host", DOCKER_HOST, "stop", "--time", "60", "x"]))).toBe(
      "docker-stop",
    );
    expect(commandWord(quote(["sudo", "-n", DOCKER, `--host=${DOCKER_HOST}`, "start", "x"]))).toBe("docker-start");
    expect(commandWord("curl -q -sS http://10.0.0.1/v2/keys")).toBe("curl");
  });

  const counted = () => {
    const seen = { effects: 0 };
    const work = () => {
      seen.effects += 1;
      return Promise.resolve({ code: 0, stdout: "four\n200", stderr: "" });
    };
    return { seen, work };
  };

  it.each([
    ["reset", false, 0, true],
    ["reset", true, 1, true],
    ["403", false, 0, false],
    ["half", false, 1, true],
    ["garbage", false, 1, false],
    ["duplicate", false, 1, false],
    ["twice", false, 2, false],
  ] as const)("that meets %s (after: %s) has %d effects", async (kind, after, effects, lost) => {
    const { seen, work } = counted();
    const ended = await suffer({ kind, after }, AT_ONCE, overSsh(work));
    expect([seen.effects, ended.lost === true]).toEqual([effects, lost]);
  });

  it("by curl ends with curl's own exit codes", async () => {
    const code = async (kind: "reset" | "half" | "503" | "garbage") =>
      (await suffer({ kind, after: false }, AT_ONCE, overCurl(counted().work))).code;
    expect([await code("reset"), await code("half"), await code("503"), await code("garbage")]).toEqual([52, 18, 0, 0]);
  });
});
