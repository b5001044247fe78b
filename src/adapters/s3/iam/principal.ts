/** Whom IAM can simulate for a caller, by its ARN (IAM User Guide, "IAM identifiers"; STS API reference, GetCallerIdentity). Pure. */
export type Principal =
  | { readonly is: "entity"; readonly arn: string; readonly account: string; readonly role?: string }
  | { readonly is: "none"; readonly why: string };

/** The ARN of an assumed role has its role's name and not its path: where `role` is set, IAM may know the role by another ARN. */
export function principalOf(arn: string): Principal {
  const [, partition = "", service = "", account = "", kind = "", name = ""] =
    /^arn:(aws[\w-]*):(iam|sts)::(\d{12}):(user|role|assumed-role|federated-user|root)(?:\/([\w+=,.@/-]+))?$/.exec(
      arn,
    ) ?? [];
  if (service === "iam" && (kind === "user" || kind === "role") && name !== "") return { is: "entity", arn, account };
  if (service === "sts" && kind === "assumed-role") {
    const role = name.split("/")[0] ?? "";
    return { is: "entity", arn: `arn:${partition}:iam::${account}:role/${role}`, account, role };
  }
  if (kind === "root") return none("they are those of the account's root user, which no policy of IAM's narrows");
  if (kind === "federated-user") return none("they are those of a federated user, which IAM cannot simulate");
  return none("IAM can simulate users and roles alone");
}

const none = (why: string): Principal => ({ is: "none", why });
