/**
 * Brings the rig up by hand and keeps it until Ctrl-C: `npx node test/rig/up.ts [--scene] [--kill] [--gateway-only]`.
 * With --scene there is a deleted instance as well; with --kill it died without archiving its last rows.
 */
import { once } from "node:events";
import { builtProgram } from "./cache.ts";
import { startRig } from "./rig.ts";
import { makeScene } from "./scene.ts";

const flags = new Set(process.argv.slice(2));
const known = ["--scene", "--kill", "--gateway-only"];
const unknown = [...flags].filter((flag) => !known.includes(flag));
if (unknown.length > 0) {
  process.stderr.write(`unknown: ${unknown.join(" ")}; known: ${known.join(" ")}\n`);
  process.exit(2);
}

const interrupted = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
const rig = await startRig({ gatewayOnly: flags.has("--gateway-only") });
try {
  show("rig", {
    id: rig.id,
    "logs of the servers": rig.directory,
    etcd: `http://${rig.etcd.hostPort}/v2/keys`,
    "S3 endpoint": rig.objects.endpoint,
    "S3 bucket": rig.objects.bucket,
    AWS_ACCESS_KEY_ID: rig.objects.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: rig.objects.credentials.secretAccessKey,
    AWS_REGION: rig.objects.region,
    cell: `${rig.cell.address}:22, container ${rig.cell.container}`,
    gateway: `ssh -i ${rig.gateway.privateKey} ${rig.gateway.user}@${rig.gateway.host}`,
    router: rig.router.address,
    cf: builtProgram("cf"),
    bosh: builtProgram("bosh"),
  });
  if (flags.has("--scene")) {
    process.stdout.write("making the scene …\n");
    const scene = await makeScene(rig, { how: flags.has("--kill") ? "kill" : "clean" });
    show("scene", {
      "deleted instance": scene.guid,
      archive: `s3://${rig.objects.bucket}/${scene.archive}`,
      "rows to come back": String(scene.rows),
      "system id": scene.sysid,
      segments: scene.segments.join(" "),
    });
    for (const { key, size, etag } of scene.listing)
      process.stdout.write(`  ${size.toString().padStart(9)} ${etag} ${key}\n`);
  }
  process.stdout.write("up; Ctrl-C takes it down\n");
  await interrupted;
} finally {
  process.stdout.write("taking it down …\n");
  await rig.stop();
}

function show(title: string, facts: Readonly<Record<string, string>>): void {
  process.stdout.write(`${title}\n`);
  for (const [name, value] of Object.entries(facts)) process.stdout.write(`  ${name.padEnd(22)} ${value}\n`);
}
