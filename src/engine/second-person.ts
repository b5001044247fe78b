/**
 * The rule of two persons. After the operator has agreed, a request is journaled and laid out; the run goes on when another
 * person whom the file of signers knows has signed its very text. The operator signs it too: by that it is told who they are.
 *
 * A signature counts once, for one request, of one run, about what is shown now, until it expires.
 */
import { randomBytes } from "node:crypto";
import type { Effect, EvidenceRef, ReviewRow } from "../action.js";
import { RecoverError } from "../errors.js";
import { type ApprovalRequest, requestCode, requestText } from "../journal/approval-request.js";
import type { EntryBody, NotedRequest, SecondApproval, Signed } from "../journal/entry.js";
import type { SecondPerson } from "../ports/second-person.js";
import { askNow } from "./questions.js";
import type { Session } from "./session.js";
import type { Unit } from "./state.js";
import { nameOf, refusal, refusalOf } from "./signature-refusals.js";

/** An approval as the operator gave it, before it is journaled. */
export type OwnApproval = Omit<Extract<EntryBody, { type: "approved" }>, "second">;

/** What the other person reads. */
export interface Shown {
  readonly rows: readonly ReviewRow[];
  readonly details: readonly string[];
  readonly effects: readonly Effect[];
  readonly unit?: Unit;
}

/** Whether one person is not enough for a step of that effect. */
export function needsTwo({ options }: Session, effects: readonly Effect[]): boolean {
  return effects.some((effect) => options.secondPerson?.effects.includes(effect) === true);
}

/** Journals the approval, with the second person's where two are needed. Errors: `signature-refused`; those of a question. */
export async function appendApproval(session: Session, own: OwnApproval, shown: Shown): Promise<void> {
  const { secondPerson } = session.options;
  const second =
    secondPerson === undefined || !needsTwo(session, shown.effects)
      ? undefined
      : await new Asking(session, secondPerson).seconded(own, shown);
  await session.ledger.append(second === undefined ? own : { ...own, second });
}

interface Open {
  readonly request: EvidenceRef;
  readonly expiresAt: string;
  readonly text: string;
  readonly code: string;
  readonly own: Signed;
}

class Asking {
  readonly #session: Session;
  readonly #person: SecondPerson;

  constructor(session: Session, person: SecondPerson) {
    this.#session = session;
    this.#person = person;
  }

  async seconded(own: OwnApproval, shown: Shown): Promise<SecondApproval> {
    const { text: request, expiresAt } = this.#pending(own) ?? (await this.#journalRequest(own, shown));
    const text = await this.#session.options.journal.recall(request);
    const open = { request, expiresAt, text, code: requestCode(request.sha256), own: await this.#ownSignature(text) };
    const places = await this.#person.publish({ run: this.#session.state.run, code: open.code, text });
    for (const message of [requestLine(open), ...places]) this.#session.emit({ type: "note", message });
    return (await this.#given(open)) ?? (await this.#askUntilSigned(open, shown.unit));
  }

  /** One that stands, is about what is shown now, and that nobody has signed. */
  #pending({ shownSha256 }: OwnApproval): NotedRequest | undefined {
    const { requests, usedRequests } = this.#session.state;
    const now = this.#session.options.clock.now();
    return requests.findLast(
      (each) =>
        each.shownSha256 === shownSha256 && !usedRequests.includes(each.text.sha256) && new Date(each.expiresAt) > now,
    );
  }

  /** Durable before anybody can sign it: a signature over it is told from any other for ever. */
  async #journalRequest(own: OwnApproval, shown: Shown): Promise<NotedRequest> {
    const { ledger, options } = this.#session;
    const request = await this.#compose(own, shown);
    const content = requestText(options.secrets.maskJson(request));
    const text = await ledger.keep("approval-request.json", content);
    const noted = { text, shownSha256: own.shownSha256, expiresAt: request.expiresAt };
    const prompt = `Will another person approve ${request.target}?`;
    await ledger.append({ type: "asked", ...shown.unit, question: QUESTION, prompt, request: noted });
    return noted;
  }

  async #compose(own: OwnApproval, { rows, details }: Shown): Promise<ApprovalRequest> {
    const { state, options } = this.#session;
    const now = options.clock.now();
    const { operator: name, host } = options.carrier;
    return {
      schema: "dingo-recover/approval-request@1",
      run: state.run,
      runbook: state.runbook,
      target: state.target ?? "",
      operator: { name, host, key: await this.#person.ownKey() },
      requestedAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + this.#person.validMs).toISOString(),
      nonce: randomBytes(16).toString("hex"),
      shownSha256: own.shownSha256,
      steps: [...own.steps],
      commandsSha256: { ...own.commandsSha256 },
      ...(own.reviewSha256 === undefined ? {} : { reviewSha256: own.reviewSha256 }),
      review: rows.map(({ label, value }) => ({ label, value })),
      details: [...details],
    };
  }

  async #ownSignature(text: string): Promise<Signed> {
    const signature = await this.#person.sign(text);
    const signer = await this.#person.signer(text, signature, this.#session.options.clock.now());
    if (signer.kind === "known") return { principals: signer.principals, key: signer.key, signature };
    throw refusal(`${this.#person.knownBy} does not know the operator's own key`, {
      remedy: "Add your public key to that file, agreed with those who stand in it, or name another key of yours.",
    });
  }

  /** Of the flag, then of wherever it may come to. One that came by itself and does not fit says nothing. */
  async #given(open: Open): Promise<SecondApproval | undefined> {
    const refused: RecoverError[] = [];
    for (const signature of this.#session.unusedApprovals) {
      const judged = await this.#judge(open, signature, "flag");
      if (!(judged instanceof RecoverError)) {
        this.#session.approvalUsed(signature);
        return judged;
      }
      refused.push(judged);
    }
    if (refused[0] !== undefined) throw refused[0];
    for (const signature of await this.#person.arrived(open.code)) {
      const judged = await this.#judge(open, signature, "lease");
      if (!(judged instanceof RecoverError)) return judged;
      this.#session.emit({ type: "note", message: `${judged.message}. ${judged.remedy}` });
    }
    return undefined;
  }

  /** A person may try again; anybody else's answer ends in the error. Enter looks once more where one may have come to. */
  async #askUntilSigned(open: Open, unit: Unit | undefined): Promise<SecondApproval> {
    for (;;) {
      const { value, by } = await this.#ask(open, unit);
      const came = value.trim() === "" ? await this.#given(open) : undefined;
      if (came !== undefined) return came;
      const typed = value.trim() === "" ? undefined : await this.#person.typed(value);
      const judged = typed === undefined ? nothing(open.code) : await this.#judge(open, typed, by);
      if (!(judged instanceof RecoverError)) return judged;
      if (by !== "operator" || hasExpired(open, this.#session)) throw judged;
      this.#session.emit({ type: "note", message: `${judged.message}. ${judged.remedy}` });
    }
  }

  async #ask({ code }: Open, unit: Unit | undefined): ReturnType<typeof askNow> {
    const { resumeCommand } = this.#session;
    return await askNow(
      this.#session,
      {
        kind: "text",
        id: QUESTION,
        prompt: `Signature over request ${code}: paste it, or name its file`,
        why: "These steps need two persons. The other one reads the request with dingo-recover approve, and signs it.",
      },
      {
        effect: "destroy",
        ...(unit === undefined ? {} : { unit }),
        remedy: `Have a colleague sign request ${code} with dingo-recover approve, then go on with ${resumeCommand} --approval FILE.`,
      },
    );
  }

  async #judge(open: Open, signature: string, by: string): Promise<SecondApproval | RecoverError> {
    const now = this.#session.options.clock.now();
    const signer = await this.#person.signer(open.text, signature, now);
    const earlier = signer.kind === "unfit" ? await this.#earlier(open, signature, now) : undefined;
    const { knownBy } = this.#person;
    const refused = refusalOf(signer, { own: open.own, earlier, knownBy, code: open.code });
    if (refused !== undefined) return refused;
    if (hasExpired(open, this.#session)) return expired(open);
    if (signer.kind !== "known") throw new Error("what is not known is refused");
    const other = { principals: signer.principals, key: signer.key, signature };
    this.#session.emit({ type: "note", message: `${nameOf(other)} has approved request ${open.code}` });
    return { request: open.request, operator: open.own, other, by };
  }

  /** Which other request of this run a signature is over; undefined where it is over none. */
  async #earlier(open: Open, signature: string, now: Date): Promise<"used" | "expired" | "other" | undefined> {
    const { state, options } = this.#session;
    for (const { text: reference, expiresAt } of state.requests.filter(
      (each) => each.text.sha256 !== open.request.sha256,
    )) {
      const signer = await this.#person.signer(await options.journal.recall(reference), signature, now);
      if (signer.kind === "unfit") continue;
      if (state.usedRequests.includes(reference.sha256)) return "used";
      return new Date(expiresAt) <= now ? "expired" : "other";
    }
    return undefined;
  }
}

const QUESTION = "second-person";

const hasExpired = ({ expiresAt }: Open, { options }: Session): boolean => new Date(expiresAt) <= options.clock.now();

const requestLine = ({ code, expiresAt }: Open): string =>
  `two persons have to approve this: request ${code}, good until ${expiresAt}`;

const expired = ({ code, expiresAt }: Open): RecoverError =>
  refusal(`request ${code} expired at ${expiresAt}, and a signature over it counts no more`, {
    remedy: "Go on with the run: it makes a new request, which is to be signed.",
  });

const nothing = (code: string): RecoverError =>
  refusal(`there is no signature over request ${code} yet`, {
    remedy: "Paste the line that dingo-recover approve prints, or name the file that it writes.",
  });
