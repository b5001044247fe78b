/** The questions of a gateway to the person at the terminal; if nobody is there, the settings to use instead. */
import { refuse } from "../../errors.ts";
import type { Operator } from "../../ports/operator.ts";
import type { Secrets } from "../secrets/secrets.ts";
import type { LoginQuestion } from "./authentication.ts";
import { fingerprint, type HostKey } from "./host-key.ts";

export interface GatewayQuestions {
  /** Throws `question-unanswered` if nobody is there, `stopped-by-operator` if somebody leaves. */
  ask(question: LoginQuestion): Promise<string>;
  /** Whether a person says that this is the gateway's key; if nobody is there, nobody does. */
  confirmKey(shown: HostKey, remembered: string): Promise<boolean>;
}

const INSTEAD = {
  passphrase: "set bosh.gateway.passphrase in the configuration, or load the key into an agent (SSH_AUTH_SOCK)",
  password: "set bosh.gateway.password in the configuration, or a private key",
  code: "give this user another way to log in than one-time codes: a private key or an agent",
} as const;

/** `label` names the gateway in every question. */
export function gatewayQuestions(operator: Operator, label: string, secrets: Secrets): GatewayQuestions {
  // Two questions at once would share one line of the terminal.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work, work);
    turn = mine.catch(() => undefined);
    return mine;
  };
  return {
    ask: ({ kind, text, hidden }) =>
      inTurn(async () => {
        const answer = await operator.ask({
          kind: "text",
          id: `gateway.${kind}`,
          prompt: `${label}: ${text}`,
          why: "The gateway wants it before it lets us through; it is kept in memory only.",
          secret: hidden,
        });
        if (answer === undefined)
          throw refuse("question-unanswered", `"${label}" asks for "${text}", and nobody is there to answer`)
            .at(label)
            .advise(`Run it on a terminal, or ${INSTEAD[kind]}.`);
        return hidden ? secrets.register(answer.value) : answer.value;
      }),
    confirmKey: (shown, remembered) =>
      inTurn(async () => {
        const answer = await operator.ask({
          kind: "confirm",
          id: "gateway.host-key",
          prompt: `Is ${fingerprint(shown)} the key of ${label}?`,
          why: "Nobody has said which key it has: another host at its address could read and change what goes through.",
          details: [`${label} showed the ${shown.type} key ${fingerprint(shown)}.`, `A yes adds it to ${remembered}.`],
        });
        return answer?.value === "yes";
      }),
  };
}
