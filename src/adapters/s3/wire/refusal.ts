/** An answer that is no success, as an error of the SDK's shape: `failure.ts` reads both alike. */
import { childNamed, childText, parseXml, type XmlElement } from "./xml.js";

export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export class WireError extends Error {
  readonly $metadata: { readonly httpStatusCode: number };
  readonly $response: { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> };
  /** Named in a refusal that asks for another region. */
  readonly Region: string | undefined;

  constructor({ status, headers }: Omit<Refusal, "body">, told: XmlElement | undefined) {
    super((told === undefined ? undefined : childText(told, "Message")) ?? "");
    this.name = (told === undefined ? undefined : childText(told, "Code")) ?? "";
    this.$metadata = { httpStatusCode: status };
    this.$response = { statusCode: status, headers };
    this.Region = told === undefined ? undefined : childText(told, "Region");
  }
}

export function refusalOf(answer: Refusal): WireError {
  return new WireError(answer, errorIn(answer.body));
}

/** A proxy's page, or nothing: then the status must do. */
function errorIn(body: string): XmlElement | undefined {
  try {
    const root = parseXml(body);
    // IAM and STS wrap it (IAM API reference, "Common errors").
    return root.name === "ErrorResponse" ? childNamed(root, "Error") : root.name === "Error" ? root : undefined;
  } catch {
    return undefined;
  }
}
