/** Why a signature is no second person's approval, each reason with its sentence. */
import { RecoverError } from "../errors.js";
import { isSamePerson } from "../journal/approval-request.js";
import type { Signed } from "../journal/entry.js";
import type { Signer } from "../ports/signatures.js";
import { quoted } from "../printable.js";

export interface Against {
  readonly own: Signed;
  /** What became of the other request of this run that it is over; undefined where it is over none. */
  readonly earlier: "used" | "expired" | "other" | undefined;
  readonly knownBy: string;
  readonly code: string;
}

export const nameOf = ({ principals }: Pick<Signed, "principals">): string => quoted(principals.join(", "));

/** Undefined where it is by another person whom the file knows. */
export function refusalOf(signer: Signer, against: Against): RecoverError | undefined {
  switch (signer.kind) {
    case "unfit":
      return unfit(against);
    case "stranger":
      return refusal(
        `somebody whom ${against.knownBy} does not know has signed request ${against.code} (key ${signer.key})`,
        {
          remedy: "Have it signed by a person who stands in that file; whoever belongs there is added by those who do.",
        },
      );
    case "known":
      return isSamePerson(signer, against.own) ? same(signer, against) : undefined;
  }
}

function same(signer: Pick<Signed, "principals">, { code }: Against): RecoverError {
  return refusal(`${nameOf(signer)} has signed request ${code}, and is the operator: one person is not two`, {
    remedy: "Have another person sign it, on their own machine and with their own key.",
  });
}

function unfit({ earlier, code }: Against): RecoverError {
  switch (earlier) {
    case "used":
      return refusal(`that signature was used already: it is not over request ${code}`, {
        remedy: "Each request is signed once. Have this one signed.",
      });
    case "expired":
      return refusal(`that signature is over a request that has expired, and not over request ${code}`, {
        remedy: "Have the new request signed.",
      });
    case "other":
      return refusal(`that signature is over another review of this run, and not over request ${code}`, {
        remedy: "Something that was shown has changed since. Have the present request read and signed.",
      });
    case undefined:
      return refusal(`that signature does not fit request ${code}: it is over something else, or was changed`, {
        remedy: "Compare the code with the person who signed; another run and another review have other ones.",
      });
  }
}

export function refusal(what: string, { remedy }: { readonly remedy: string }): RecoverError {
  return new RecoverError("signature-refused", what, { remedy: `${remedy} Nothing was changed.`, effect: "none" });
}
