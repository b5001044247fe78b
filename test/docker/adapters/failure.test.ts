import { describe, expect, it } from "vitest";
import { dockerFailure, failureOfWork, refusalOfOwner } from "../../../src/docker/adapters/failure.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";

const shell = { label: "ops@docker1", secrets: new Secrets(), run: () => Promise.reject(new Error("nobody runs it")) };
const failed = (stderr: string, code = 1) => dockerFailure(shell, ["docker", "info"], { code, stdout: "", stderr });

describe("a docker command that failed", () => {
  it.each([
    [
      "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get …",
      "docker-denied",
    ],
    ["permission denied while trying to connect to the docker API at unix:///var/run/docker.sock", "docker-denied"],
    ["Got permission denied while trying to connect to the Docker daemon socket", "docker-denied"],
    [
      "Traceback (most recent call last):\ndocker.errors.DockerException: Error while fetching server API version: ('Connection aborted.', PermissionError(13, 'Permission denied'))",
      "docker-denied",
    ],
    [
      "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
      "docker-unreachable",
    ],
    [
      "failed to connect to the docker API at unix:///run/user/1000/docker.sock; check if the path is correct",
      "docker-unreachable",
    ],
    ["error during connect: Get http://docker.example.com/v1.24/info: EOF", "docker-unreachable"],
    ['Failed to initialize: unable to resolve docker endpoint: context "x": context not found', "docker-context"],
    ["unable to parse docker host `nonsense`", "docker-context"],
    ["sudo: docker: command not found", "docker-missing"],
    ["sudo: a password is required", "access-denied"],
    ["Error response from daemon: something else", "command-failed"],
  ])("is told by its words: %s", (stderr, code) => {
    expect(failed(stderr)).toMatchObject({ code, place: "ops@docker1", effect: "none" });
    expect(failed(stderr).remedy).toMatch(/\.$|: docker info$/);
  });

  it("is waited for if the engine has answered before", () => {
    const stderr = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
    expect(dockerFailure(shell, ["docker", "ps", "-aq"], { code: 1, stdout: "", stderr }).code).toBe("unreachable");
  });

  it("is waited for whatever a project or a volume is called", () => {
    const stderr = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
    const argv = ["sudo", "-n", "docker", "compose", "-p", "info", "up", "-d"] as const;
    expect(dockerFailure(shell, argv, { code: 1, stdout: "", stderr }).code).toBe("unreachable");
  });

  it("has no docker if the shell does not find it", () => {
    expect(failed("sh: 1: docker: not found", 127).code).toBe("docker-missing");
  });

  it("is refused for programs with their owner's rights, by their names", () => {
    const result = { code: 88, stdout: "", stderr: "sudo: unable to resolve host x\nbin/su, dev/sda, \n" };
    const refused = refusalOfOwner(shell, "/srv/data", result);
    expect(refused).toMatchObject({ code: "guard-refused", effect: "none", place: "/srv/data", exitCode: 16 });
    expect(refused?.message).toMatch(/any local user of "ops@docker1" could use in the copy: bin\/su, dev\/sda$/u);
  });

  it("is not advised to be tried by hand if it changes something", () => {
    const argv = ["sudo", "-n", "docker", "rm", "web"] as const;
    const result = { code: 1, stdout: "", stderr: "Error response from daemon: something else" };
    expect(dockerFailure(shell, argv, result).remedy).toMatch(/^Run it there by hand/);
    const { code, effect, remedy } = failureOfWork(shell, argv, result);
    expect({ code, effect }).toEqual({ code: "command-failed", effect: "unknown" });
    expect(remedy).toMatch(/do not run it by hand\. It was: sudo -n docker rm web$/);
  });

  it("lets nothing through that controls a terminal", () => {
    expect(failed("Error response from daemon: \u001b[2Jboom").message).not.toContain("\u001b");
  });
});
