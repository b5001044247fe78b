/** Codes about systems and programs: reach, log-ins, answers, host keys. */
import type { Explanation } from "./explanation.ts";

export const SYSTEMS = {
  unreachable: {
    why: "A system did not answer within the patience of the run, which asks again only what is safe to ask again. Silence is never read as absence.",
    next: [
      "dingo-recover doctor shows which systems answer from here, and which do not.",
      "Look at the address, the gateway and the network between here and there.",
      "dingo-recover resume RUN goes on when it answers; --patience 30m waits longer.",
    ],
  },
  "could-not-test": {
    why: "The test of a backup did not come to its end, for a reason outside the backup. There is no room, no PostgreSQL of its release, no key for it here, or no time left. It says nothing of the backup, good or bad.",
    next: ["Put right what the message names, and run the test again.", "Until then nothing proves the backup."],
  },
  "access-denied": {
    why: "A system refused the credentials, or they lack a right. A thing that cannot be seen may exist: it is not taken for absent.",
    next: [
      "dingo-recover doctor shows each log-in and what it may see.",
      "Use the user, key or role that the message names, then run or resume again.",
    ],
  },
  "not-logged-in": {
    why: "There are no credentials for a system, or its session belongs to another address.",
    next: [
      "Log in with its own program (cf login), or set its variables: CF_USERNAME and CF_PASSWORD, BOSH_CLIENT and BOSH_CLIENT_SECRET, AWS_… .",
    ],
  },
  "key-unusable": {
    why: "The archive is encrypted with OpenPGP, and the private key that was given does not open it, or none was given. That says nothing of the archive.",
    next: [
      "Export the private key with gpg where it is, into a file for you alone to read, and give that file with --gpg-key or as the input gpg_key.",
      "A passphrase is named as gpg.passphrase in the configuration.",
    ],
  },
  "program-missing": {
    why: "A program that a step calls is not installed, cannot be started, or is of a release that does not fit.",
    next: ["Install it as the message says, or put its directory first in PATH; then run or resume again."],
  },
  "answer-incomplete": {
    why: "An answer was cut, or a list was shorter than it said. A part is never taken for the whole.",
    next: ["Try again.", "If it comes again, look at proxies and load balancers on the way."],
  },
  "answer-malformed": {
    why: "The system that answered is not the expected one, or it speaks another version.",
    next: ["Check the address in the configuration; a proxy or a log-in page may have answered."],
  },
  "host-key-mismatch": {
    why: "A host showed another key than the one that is pinned. Either the host was made anew, or somebody stands between.",
    next: [
      "Find out with the host's owner which it is, on another way than this network.",
      "Only then change the pin: bosh.gateway.host_key, or the line in known_hosts.",
    ],
  },
  "host-key-revoked": {
    why: "known_hosts has an `@revoked` line for the key that the host showed: its private part may be in other hands. It is refused even if another file vouches for it.",
    next: [
      "Find out who answers at this address, and who wrote that line and why.",
      "Let the host's owner make a new key, and tell its fingerprint by another way.",
    ],
  },
  "host-key-unknown": {
    why: "Nobody has said which key this host has, and the run may not ask.",
    next: ["Pin it with bosh.gateway.host_key, or run at a terminal and compare the fingerprint."],
  },
  "command-failed": {
    why: "A command on a host ended with an error; the message has its last words.",
    next: [
      "Run the printed command there by hand to see why.",
      "Mend the cause, then resume: the step is probed before it is attempted again.",
    ],
  },
  "coverage-incomplete": {
    why: "Nothing was found, but a source could not be read, or does not reach back far enough. This is not the same as nothing.",
    next: [
      "The coverage names what was not looked at, and which source would hold it.",
      "Add a source (--logs, --cf-events, --elasticsearch, --inventory) or a right, and look again.",
    ],
  },
  "bucket-missing": {
    why: "The object store knows no bucket of this name, or hides it from these credentials.",
    next: ["Check bucket, endpoint and region; ask the same store with aws s3 ls s3://BUCKET."],
  },
  "platform-busy": {
    why: "The director is changing the deployment. Cells can be stopped or moved under the recovery.",
    next: ["Wait until bosh tasks shows nothing for it, then dingo-recover resume RUN."],
  },
  "docker-missing": {
    why: "The Docker host has no docker command in its PATH, so that nothing can be asked or done there.",
    next: ["Install Docker's command line there, or name the right host; then run again."],
  },
  "docker-denied": {
    why: "The engine is there, and its socket refuses this user. Volumes and containers behind it are unknown, not absent.",
    next: ["Use root, or a user of the group that owns the socket (docker); then run again."],
  },
  "docker-unreachable": {
    why: "No engine answers behind the docker command. Volumes and containers may all be there.",
    next: [
      "See whether the engine runs (systemctl status docker), without a prune and without compose down; then run again.",
    ],
  },
  "docker-context": {
    why: "The docker command is set to a context or an address that leads to no engine that can be used from here. Directories that it names would be those of another machine.",
    next: [
      "Look with docker context ls; unset DOCKER_HOST and DOCKER_CONTEXT, or choose the context of that very host.",
    ],
  },
} as const satisfies Record<string, Explanation>;
