/** Commands by which two people work on one run: a second person's approval, and the hand-over to another machine. */
import type { Argv } from "yargs";
import {
  acceptOptions,
  approvalOptions,
  approveOptions,
  consentOptions,
  exportOptions,
  type GlobalArguments,
  resumeOptions,
  signOptions,
  unsignedOptions,
} from "./options.js";

type Parser = Argv<GlobalArguments>;
type Finish = (code: number) => void;

export function withApproval(parser: Parser, finish: Finish): Parser {
  return parser.command(
    "approve <request>",
    "Sign what a colleague's run asks for, as the second of two persons",
    (command) =>
      command
        .positional("request", {
          type: "string",
          demandOption: true,
          describe: "the file that the run wrote; or its code, where both have the same lease",
        })
        .options({ ...signOptions, ...acceptOptions, ...approveOptions })
        .example("$0 approve 3f2a-91c-0be.json", "shows it, asks for its code, and signs with your SSH key")
        .example("$0 approve request.json --sign-with ~/.ssh/id_ed25519.pub", "by the agent, or by a hardware key"),
    async (given) => finish(await (await import("./approve.js")).approve(given)),
  );
}

export function withHandover(parser: Parser, finish: Finish): Parser {
  return parser.command("handover", "Move a half-finished run to another machine, in one file", (handover) =>
    handover
      .command(
        "export <run>",
        "Write a run into one file, without any secret; it does not go on here any more",
        (command) =>
          command
            .positional("run", { type: "string", demandOption: true, describe: "any unambiguous prefix" })
            .options({ ...exportOptions, ...signOptions, ...unsignedOptions })
            .example("$0 handover export 20261121 -o run.json", "journal, evidence, plan and what is open")
            .example(
              "$0 handover export 20261121 -o run.json --sign-with ~/.ssh/id.pub",
              "signed: the signature is run.json.sig",
            ),
        async (given) => finish(await (await import("./handover-export.js")).handoverExport(given)),
      )
      .command(
        "import <file>",
        "Take a run in that was handed over elsewhere, and go on with it",
        (command) =>
          command
            .positional("file", { type: "string", demandOption: true, describe: "what handover export wrote" })
            .options({ ...consentOptions, ...resumeOptions, ...acceptOptions, ...approvalOptions })
            .example("$0 handover import run.json", "shows what it holds, and asks")
            .example("$0 handover import run.json --non-interactive --accept HASH", "for scripts"),
        async (given) => finish(await (await import("./handover-import.js")).handoverImport(given)),
      )
      .demandCommand(1, "what to do about the hand-over is missing"),
  );
}
