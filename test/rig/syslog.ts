/** Log files of a foundation, as its collector would have them: the real lines, in the form of the captured logs. */
import { execa } from "execa";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Follows a container's log until the container is removed; the lines are those of Docker's syslog driver, RFC 3164 in UTC. */
export function followLog(container: string): Promise<readonly string[]> {
  const following = execa("docker", ["logs", "-f", "-t", container], {
    reject: false,
    all: true,
    maxBuffer: 64 * 1024 * 1024,
  });
  return following.then(({ all }) => all.split("\n").flatMap((line) => syslogLine(container, line)));
}

function syslogLine(container: string, line: string): readonly string[] {
  const [, stamp = "", said = ""] = /^(\S+Z) ?(.*)$/su.exec(line) ?? [];
  const at = new Date(stamp);
  if (Number.isNaN(at.getTime())) return [];
  const day = String(at.getUTCDate()).padStart(2);
  return [
    `${MONTHS[at.getUTCMonth()]} ${day} ${at.toISOString().slice(11, 19)} cell-z1-0 docker/${container}[1]: ${said}`,
  ];
}

/** The broker's lines, of the last era, about a deletion that removed one node (fixtures/logs/original-containers). */
export function brokerDeletion(of: {
  readonly guid: string;
  readonly node: string;
  readonly began: Date;
  readonly ended: Date;
}): readonly string[] {
  const source = "dingo-postgresql-broker";
  const line = (at: Date, action: string, data: object): string =>
    JSON.stringify({
      timestamp: `${Math.floor(at.getTime() / 1000)}.${String(at.getTime() % 1000).padStart(3, "0")}000000`,
      ...{ source, message: `${source}.${action}`, log_level: 1, data },
    });
  const own = { "instance-id": of.guid };
  return [
    line(of.began, "deprovision.start", { ...own, session: "1" }),
    line(of.began, "scheduler.stop-cluster", { ...own, plan: {}, steps: ["RemoveRandomNode"], "steps-count": 1 }),
    line(of.began, "remove-random-node.perform", { cell: "10.0.0.1", ...own, "node-uuid": of.node }),
    line(of.ended, "remove-cluster-assignment", { clusterID: of.guid }),
    line(of.ended, "deprovision.done", { ...own, session: "1" }),
  ];
}
